/** Roles as the IAM API answers them: `aws iam get-role`, `list-roles` and `get-account-authorization-details`. */
import * as z from 'zod';
import { defaultSessionDuration, type RoleFacts, roleKind } from './role-facts.ts';

/** Documents come decoded from the AWS CLI, and URL-encoded from the API itself (IAM API reference, GetRole). */
const Document = z.union([z.record(z.string(), z.unknown()), z.string().transform(decoded)]);

const LiveRole = z.object({
  RoleName: z.string(),
  Arn: z.string(),
  AssumeRolePolicyDocument: Document,
  MaxSessionDuration: z.number().default(defaultSessionDuration),
  PermissionsBoundary: z.object({ PermissionsBoundaryArn: z.string() }).optional(),
  /** Only in get-account-authorization-details. */
  AttachedManagedPolicies: z.array(z.object({ PolicyArn: z.string() })).default([]),
  RolePolicyList: z.array(z.object({ PolicyName: z.string(), PolicyDocument: Document })).default([]),
});

/**
 * The facts of a live role; undefined when `value` is not one. `pointer` is where it stands in its file. Of a boundary only the lack on
 * the execution role is told: which roles of an account stacks made, IAM does not say.
 */
export function liveRole(value: unknown, pointer: string): RoleFacts | undefined {
  const parsed = LiveRole.safeParse(value);
  if (!parsed.success) return undefined;
  const {
    RoleName,
    Arn,
    AssumeRolePolicyDocument,
    MaxSessionDuration,
    PermissionsBoundary,
    RolePolicyList,
    AttachedManagedPolicies: attached,
  } = parsed.data;
  return {
    name: RoleName,
    account: `${Arn.split(':')[4]}`,
    trust: AssumeRolePolicyDocument,
    pointer: `${pointer}/AssumeRolePolicyDocument`,
    boundary: boundaryOf(RoleName, PermissionsBoundary?.PermissionsBoundaryArn, pointer),
    maxSessionDuration: MaxSessionDuration,
    attached: attached.map(({ PolicyArn }, index) => ({
      arn: PolicyArn,
      pointer: `${pointer}/AttachedManagedPolicies/${index}`,
    })),
    permissions: RolePolicyList.map(({ PolicyName, PolicyDocument }, index) => ({
      name: PolicyName,
      document: PolicyDocument,
      pointer: `${pointer}/RolePolicyList/${index}/PolicyDocument`,
    })),
  };
}

function boundaryOf(name: string, arn: string | undefined, pointer: string): RoleFacts['boundary'] {
  if (roleKind(name) !== 'execution') return { kind: 'not-due' };
  return arn === undefined
    ? { kind: 'none', pointer }
    : { kind: 'policy', arn, pointer: `${pointer}/PermissionsBoundary` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
