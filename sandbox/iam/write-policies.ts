import type { CreatePolicyVersionCommandInput, CreatePolicyVersionCommandOutput } from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Operation, World } from '../kernel.ts';
import { managedDocument, sentDocument } from './policy-documents.ts';
import { iamAccount, type ManagedPolicyRecord } from './state.ts';

/** IAM User Guide, "IAM and AWS STS quotas": the fifth version is the last until one is deleted. */
const quota = 5;

/** A new version of a customer-managed policy; as the default one it takes effect at once, wherever the policy is attached. */
export const createPolicyVersion: Operation<
  CreatePolicyVersionCommandInput,
  Omit<CreatePolicyVersionCommandOutput, '$metadata'>
> = {
  permissions: ({ input }) => [{ action: 'iam:CreatePolicyVersion', resource: String(input.PolicyArn) }],
  run({ sandbox, account, input }) {
    const record = requirePolicy(sandbox.world, account, String(input.PolicyArn));
    const document = managedDocument(sentDocument(input.PolicyDocument));
    const versions = record.versions ?? { v1: record.document };
    if (Object.keys(versions).length >= quota) {
      const text = `A managed policy can have up to ${quota} versions. Before you create a new version, you must delete an existing version.`;
      throw new AwsError('LimitExceeded', text, 409);
    }
    const VersionId = `v${Object.keys(versions).length + 1}`;
    const { SetAsDefault: IsDefaultVersion = false } = input;
    record.versions = { ...versions, [VersionId]: document };
    if (IsDefaultVersion) Object.assign(record, { document, defaultVersion: VersionId, updatedAt: sandbox.now() });
    return { PolicyVersion: { VersionId, IsDefaultVersion, CreateDate: new Date(sandbox.now()) } };
  },
};

function requirePolicy(world: World, account: string, arn: string): ManagedPolicyRecord {
  const record = iamAccount(world, account).policies[arn];
  if (record) return record;
  throw new AwsError('NoSuchEntity', `Policy ${arn} does not exist or is not attachable.`, 404);
}
