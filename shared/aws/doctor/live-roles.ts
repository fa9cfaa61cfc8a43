/** Roles of a target account as IAM describes them, read through the audit role. */
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { LivePolicy, LiveRole } from '#shared/domain/doctor/facts.ts';

/** A role with its trust, tags, inline and managed policies and boundary. Throws what IAM answers. */
export async function readLiveRole(iam: IAMClient, RoleName: string): Promise<LiveRole> {
  const [{ Role }, inline, managed] = await Promise.all([
    iam.send(new GetRoleCommand({ RoleName })),
    readInline(iam, RoleName),
    readAttached(iam, RoleName),
  ]);
  const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    arn: Role?.Arn ?? '',
    trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
    // What a role that says nothing about it has (IAM API reference, CreateRole MaxSessionDuration).
    maxSessionDuration: Role?.MaxSessionDuration ?? 3600,
    tags: Object.fromEntries((Role?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    policies: [...inline, ...managed],
    ...(boundary === undefined ? {} : { boundary: await readManaged(iam, boundary) }),
  };
}

/** A role has at most ten managed policies and 10,240 characters of inline ones (IAM quotas): one page each. */
async function readInline(iam: IAMClient, RoleName: string): Promise<LivePolicy[]> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName, MaxItems: 1000 }));
  return Promise.all(
    PolicyNames.map(async (name) => {
      const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: name }));
      return { name, document: decodeURIComponent(PolicyDocument) };
    }),
  );
}

async function readAttached(iam: IAMClient, RoleName: string): Promise<LivePolicy[]> {
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 1000 }));
  return Promise.all(AttachedPolicies.map(({ PolicyArn = '' }) => readManaged(iam, PolicyArn)));
}

async function readManaged(iam: IAMClient, PolicyArn: string): Promise<LivePolicy> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const command = new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  const { PolicyVersion } = await iam.send(command);
  return { name: PolicyArn, document: decodeURIComponent(PolicyVersion?.Document ?? '') };
}
