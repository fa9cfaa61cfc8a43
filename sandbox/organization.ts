import { createRole, defaultSettings } from './iam/roles.ts';
import type { Organization, Person, Sandbox } from './kernel.ts';

/** Where Drawbridge runs in the sandbox. */
export const sharedServicesAccount = '111111111111';
export const homeRegion = 'eu-west-1';

/** What a permission set lets its people do. The role of a set is `AWSReservedSSO_<set>_<16 hex>`. */
const permissionSets = {
  ReleaseManager: {
    role: 'AWSReservedSSO_ReleaseManager_5f0e2c9b7a314d68',
    statements: [
      allow(['execute-api:Invoke', 'sts:GetCallerIdentity'], '*'),
      // Who is bound by policies does not change them.
      deny(['execute-api:Invoke'], ['arn:aws:execute-api:*:*:*/*/PUT/*', 'arn:aws:execute-api:*:*:*/*/DELETE/*']),
    ],
  },
  PlatformAdministrator: {
    role: 'AWSReservedSSO_PlatformAdministrator_a91d3e7c40b852f6',
    statements: [allow(['*'], '*')],
  },
  Viewer: {
    role: 'AWSReservedSSO_Viewer_c27b6f10e8d9354a',
    statements: [allow(['execute-api:Invoke'], 'arn:aws:execute-api:*:*:*/*/GET/*')],
  },
};

/** Shared services, pre-production and production, and the four people of the rehearsals, all signing in to shared services. */
export function defaultOrganization(): Organization {
  const account = (id: string, name: string) => ({ id, name, disabledRegions: [] });
  return {
    id: 'o-drawbridge',
    accounts: {
      [sharedServicesAccount]: account(sharedServicesAccount, 'shared-services'),
      '222222222222': account('222222222222', 'pre-production'),
      '333333333333': account('333333333333', 'production'),
    },
    people: {
      alice: person('alice', 'ReleaseManager'),
      bob: person('bob', 'ReleaseManager'),
      carol: person('carol', 'PlatformAdministrator'),
      dave: person('dave', 'Viewer'),
    },
  };
}

/**
 * Makes the roles that exist before anything is deployed: in each account OrganizationAccountAccessRole, which lets a bootstrap act as
 * administrator, and in the accounts of the people the roles of their permission sets. Roles that exist are left alone.
 */
export function seedIdentities(sandbox: Sandbox): void {
  const { accounts, people } = sandbox.world.organization;
  for (const account of Object.keys(accounts)) {
    seedRole(sandbox, account, {
      name: administratorRole,
      path: '/',
      service: organizationsService,
      attachedPolicies: ['arn:aws:iam::aws:policy/AdministratorAccess'],
    });
  }
  for (const { account, role } of Object.values(people)) {
    const set = Object.values(permissionSets).find((one) => one.role === role);
    seedRole(sandbox, account, {
      name: role,
      path: `/aws-reserved/sso.amazonaws.com/${homeRegion}/`,
      service: 'sso.amazonaws.com',
      inlinePolicies: set ? { AwsSSOInlinePolicy: { Version: '2012-10-17', Statement: set.statements } } : {},
    });
  }
}

/** The role and the service to give `openSession` when a bootstrap acts as an account's administrator. */
export const administratorRole = 'OrganizationAccountAccessRole';
export const organizationsService = 'organizations.amazonaws.com';

interface SeededRole {
  readonly name: string;
  readonly path: string;
  readonly service: string;
  readonly attachedPolicies?: readonly string[];
  readonly inlinePolicies?: Readonly<Record<string, unknown>>;
}

function seedRole(sandbox: Sandbox, account: string, { name, path, service, ...settings }: SeededRole): void {
  if (sandbox.world.iam.accounts[account]?.roles[name]) return;
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' };
  createRole(sandbox, {
    account,
    name,
    path,
    trust: { Version: '2012-10-17', Statement: [statement] },
    settings: { ...defaultSettings, maxSessionDuration: 43_200, ...settings },
  });
}

function person(name: string, set: keyof typeof permissionSets): Person {
  return { name, account: sharedServicesAccount, role: permissionSets[set].role };
}

function allow(actions: string[], resource: string) {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}

function deny(actions: string[], resources: string[]) {
  return { Effect: 'Deny', Action: actions, Resource: resources };
}
