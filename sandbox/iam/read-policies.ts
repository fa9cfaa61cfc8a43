import type {
  GetPolicyCommandInput,
  GetPolicyCommandOutput,
  GetPolicyVersionCommandInput,
  GetPolicyVersionCommandOutput,
} from '@aws-sdk/client-iam';
import { AwsError } from '../aws-error.ts';
import type { Operation, World } from '../kernel.ts';
import { urlEncoded } from './policy-documents.ts';
import { managedDocumentOf } from './role-policies.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** Managed policies have one version here. */
const onlyVersion = 'v1';

export const getPolicy: Operation<GetPolicyCommandInput, Answer<GetPolicyCommandOutput>> = {
  permissions: ({ input }) => [{ action: 'iam:GetPolicy', resource: String(input.PolicyArn) }],
  run({ sandbox, input }) {
    const Arn = String(input.PolicyArn);
    requireDocument(sandbox.world, Arn);
    const PolicyName = Arn.slice(Arn.lastIndexOf('/') + 1);
    return { Policy: { Arn, PolicyName, DefaultVersionId: onlyVersion, IsAttachable: true } };
  },
};

export const getPolicyVersion: Operation<GetPolicyVersionCommandInput, Answer<GetPolicyVersionCommandOutput>> = {
  permissions: ({ input }) => [{ action: 'iam:GetPolicyVersion', resource: String(input.PolicyArn) }],
  run({ sandbox, input }) {
    const document = requireDocument(sandbox.world, String(input.PolicyArn));
    const { VersionId } = input;
    if (VersionId !== onlyVersion)
      throw new AwsError('NoSuchEntity', `Policy ${input.PolicyArn} version ${VersionId} does not exist.`, 404);
    return { PolicyVersion: { VersionId, IsDefaultVersion: true, Document: urlEncoded(document) } };
  },
};

function requireDocument(world: World, arn: string): string {
  const document = managedDocumentOf(world, arn);
  if (document !== undefined) return document;
  throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
}
