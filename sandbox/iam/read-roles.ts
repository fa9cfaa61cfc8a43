import type {
  GetRoleCommandInput,
  GetRoleCommandOutput,
  GetRolePolicyCommandInput,
  GetRolePolicyCommandOutput,
  ListAttachedRolePoliciesCommandInput,
  ListAttachedRolePoliciesCommandOutput,
  ListRolePoliciesCommandInput,
  ListRolePoliciesCommandOutput,
  ListRolesCommandInput,
  ListRolesCommandOutput,
  Role,
} from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission, World } from '../kernel.ts';
import { page } from './paging.ts';
import { urlEncoded } from './policy-documents.ts';
import { requireRole } from './roles.ts';
import type { RoleRecord } from './state.ts';
import { showPrincipals } from './stored-principals.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** The trust policy names its principals by ARN again; a principal that is gone stays a unique id, as IAM shows it. */
export const getRole: Operation<GetRoleCommandInput, Answer<GetRoleCommandOutput>> = {
  permissions: (call) => onRole('iam:GetRole', call),
  run({ sandbox, account, input }) {
    const record = requireRole(sandbox.world, account, String(input.RoleName));
    const { boundary, tags } = record;
    return {
      Role: {
        ...shownRole(sandbox.world, record),
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        ...(boundary && {
          PermissionsBoundary: {
            PermissionsBoundaryType: 'PermissionsBoundaryPolicy',
            PermissionsBoundaryArn: boundary,
          },
        }),
      },
    };
  },
};

/** Without tags and boundary, as IAM lists roles. */
export const listRoles: Operation<ListRolesCommandInput, Answer<ListRolesCommandOutput>> = {
  permissions: ({ account }) => [{ action: 'iam:ListRoles', resource: `arn:aws:iam::${account}:role/` }],
  run({ sandbox, account, input }) {
    const { world } = sandbox;
    const prefix = input.PathPrefix ?? '/';
    const roles = Object.values(world.iam.accounts[account]?.roles ?? {}).filter(({ path }) => path.startsWith(prefix));
    const { items, ...rest } = page(roles.sort(byName), input);
    return { Roles: items.map((role) => shownRole(world, role)), ...rest };
  },
};

export const listRolePolicies: Operation<ListRolePoliciesCommandInput, Answer<ListRolePoliciesCommandOutput>> = {
  permissions: (call) => onRole('iam:ListRolePolicies', call),
  run({ sandbox, account, input }) {
    const { inlinePolicies } = requireRole(sandbox.world, account, String(input.RoleName));
    const { items, ...rest } = page(Object.keys(inlinePolicies).sort(), input);
    return { PolicyNames: items, ...rest };
  },
};

export const getRolePolicy: Operation<GetRolePolicyCommandInput, Answer<GetRolePolicyCommandOutput>> = {
  permissions: (call) => onRole('iam:GetRolePolicy', call),
  run({ sandbox, account, input }) {
    const { RoleName = '', PolicyName = '' } = input;
    const document = requireRole(sandbox.world, account, RoleName).inlinePolicies[PolicyName];
    if (document !== undefined) return { RoleName, PolicyName, PolicyDocument: urlEncoded(document) };
    throw new AwsError('NoSuchEntity', `The role policy with name ${PolicyName} cannot be found.`, 404);
  },
};

export const listAttachedRolePolicies: Operation<
  ListAttachedRolePoliciesCommandInput,
  Answer<ListAttachedRolePoliciesCommandOutput>
> = {
  permissions: (call) => onRole('iam:ListAttachedRolePolicies', call),
  run({ sandbox, account, input }) {
    const { attachedPolicies } = requireRole(sandbox.world, account, String(input.RoleName));
    const { items, ...rest } = page(attachedPolicies, input);
    const named = items.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }));
    return { AttachedPolicies: named, ...rest };
  },
};

/** The role's ARN with its path where it exists, so that a permission by path decides. */
function onRole(action: string, { sandbox, account, input }: Call<{ RoleName: string | undefined }>): Permission[] {
  const name = String(input.RoleName);
  const role = sandbox.world.iam.accounts[account]?.roles[name];
  return [{ action, resource: role?.arn ?? `arn:aws:iam::${account}:role/${name}` }];
}

/** A role as IAM lists it: without tags and boundary. */
export function shownRole(world: World, role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: role.arn,
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: urlEncoded(JSON.stringify(showPrincipals(world, JSON.parse(role.trust)))),
    ...(role.description ? { Description: role.description } : {}),
    MaxSessionDuration: role.maxSessionDuration,
  };
}

const byName = (left: RoleRecord, right: RoleRecord): number => (left.name < right.name ? -1 : 1);
