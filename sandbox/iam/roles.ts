import { AwsError } from '../aws-error.ts';
import type { Sandbox, World } from '../kernel.ts';
import { mintId, requireName, requirePath } from './identifiers.ts';
import { identityDocument, requireInlineQuota, trustDocument } from './policy-documents.ts';
import { managedDocumentOf } from './role-policies.ts';
import { iamAccount, type RoleRecord } from './state.ts';

/** A role as it is asked for. Documents are not yet checked. */
export interface RoleRequest {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly trust: unknown;
  readonly settings: RoleSettings;
}

export interface RoleSettings {
  readonly description: string;
  readonly inlinePolicies: Readonly<Record<string, unknown>>;
  readonly attachedPolicies: readonly string[];
  readonly boundary?: string;
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
}

export const defaultSettings: RoleSettings = {
  description: '',
  inlinePolicies: {},
  attachedPolicies: [],
  maxSessionDuration: 3600,
  tags: {},
};

/**
 * Makes a role. Throws EntityAlreadyExists, NoSuchEntity for a managed policy or boundary that does not exist,
 * MalformedPolicyDocument, LimitExceeded and ValidationError as IAM does.
 */
export function createRole(sandbox: Sandbox, request: RoleRequest): RoleRecord {
  const { account, name, path, settings } = request;
  requireName('roleName', name, 64);
  requirePath(path);
  const { roles } = iamAccount(sandbox.world, account);
  // Names are unique regardless of case.
  if (Object.keys(roles).some((taken) => taken.toLowerCase() === name.toLowerCase())) {
    throw new AwsError('EntityAlreadyExists', `Role with name ${name} already exists.`, 409);
  }
  const role: RoleRecord = {
    name,
    path,
    arn: `arn:aws:iam::${account}:role${path}${name}`,
    id: mintId(sandbox, 'AROA'),
    createdAt: sandbox.now(),
    trust: trustDocument(sandbox.world, request.trust),
    ...checkedSettings(sandbox.world, name, settings),
  };
  roles[name] = role;
  return role;
}

/**
 * Changes a role in place. Inline and attached policies that came from elsewhere (AWS::IAM::Policy, AWS::IAM::ManagedPolicy) stay:
 * only those of `before` are taken away.
 */
export function updateRole(sandbox: Sandbox, role: RoleRecord, change: RoleChange): void {
  const { trust, before, settings } = change;
  const others = Object.entries(role.inlinePolicies).filter(([name]) => !(name in before.inlinePolicies));
  const attached = role.attachedPolicies.filter((arn) => !before.attachedPolicies.includes(arn));
  const storedTrust = trustDocument(sandbox.world, trust);
  const checked = checkedSettings(sandbox.world, role.name, {
    ...settings,
    inlinePolicies: {
      ...Object.fromEntries(others.map(([name, text]) => [name, JSON.parse(text)])),
      ...settings.inlinePolicies,
    },
    attachedPolicies: [...new Set([...attached, ...settings.attachedPolicies])],
  });
  if (!checked.boundary) delete role.boundary;
  Object.assign(role, checked, { trust: storedTrust });
}

export interface RoleChange {
  readonly trust: unknown;
  readonly before: Pick<RoleSettings, 'inlinePolicies' | 'attachedPolicies'>;
  readonly settings: RoleSettings;
}

/** Takes away a role with its own policies. Throws DeleteConflict while policies from elsewhere are left on it. */
export function removeRole(world: World, role: RoleRecord, own: RoleChange['before']): void {
  const inline = Object.keys(role.inlinePolicies).filter((name) => !(name in own.inlinePolicies));
  const attached = role.attachedPolicies.filter((arn) => !own.attachedPolicies.includes(arn));
  const message = inline.length > 0 ? 'must delete policies first' : 'must detach all policies first';
  if (inline.length + attached.length > 0)
    throw new AwsError('DeleteConflict', `Cannot delete entity, ${message}.`, 409);
  delete iamAccount(world, String(role.arn.split(':')[4])).roles[role.name];
}

type CheckedSettings = Pick<
  RoleRecord,
  'description' | 'inlinePolicies' | 'attachedPolicies' | 'boundary' | 'maxSessionDuration' | 'tags'
>;

function checkedSettings(world: World, roleName: string, settings: RoleSettings): CheckedSettings {
  const { description, boundary, maxSessionDuration, tags } = settings;
  requireSessionDuration(maxSessionDuration);
  for (const arn of [...settings.attachedPolicies, ...(boundary ? [boundary] : [])]) requireManagedPolicy(world, arn);
  requireRoleQuota(settings.attachedPolicies);
  const inlinePolicies = Object.fromEntries(
    Object.entries(settings.inlinePolicies).map(([name, document]) => [name, identityDocument(document)]),
  );
  requireInlineQuota(roleName, inlinePolicies);
  return {
    description,
    inlinePolicies,
    attachedPolicies: [...settings.attachedPolicies],
    maxSessionDuration,
    tags: { ...tags },
    ...(boundary === undefined ? {} : { boundary }),
  };
}

/** Throws LimitExceeded for more managed policies than a role takes. */
export function requireRoleQuota(attachedPolicies: readonly string[]): void {
  if (attachedPolicies.length <= 10) return;
  throw new AwsError('LimitExceeded', 'Cannot exceed quota for PoliciesPerRole: 10', 409);
}

function requireSessionDuration(seconds: number): void {
  const bound = seconds < 3600 ? 'greater than or equal to 3600' : 'less than or equal to 43200';
  if (seconds >= 3600 && seconds <= 43_200) return;
  throw new AwsError(
    'ValidationError',
    `1 validation error detected: Value '${seconds}' at 'maxSessionDuration' failed to satisfy constraint: Member must have value ${bound}`,
  );
}

/** Throws NoSuchEntity unless the ARN is a customer-managed policy that exists or an AWS-managed one the sandbox knows. */
export function requireManagedPolicy(world: World, arn: string): void {
  if (managedDocumentOf(world, arn) !== undefined) return;
  throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
}

/** The role of that name. Throws NoSuchEntity. */
export function requireRole(world: World, account: string, name: string): RoleRecord {
  const { roles } = iamAccount(world, account);
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role) return role;
  throw new AwsError('NoSuchEntity', `The role with name ${name} cannot be found.`, 404);
}
