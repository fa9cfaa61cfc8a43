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
import { defaultVersionOf } from './state.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** AWS's own policies have one version here. */
const onlyVersion = 'v1';

export const getPolicy: Operation<GetPolicyCommandInput, Answer<GetPolicyCommandOutput>> = {
  permissions: ({ input }) => [{ action: 'iam:GetPolicy', resource: String(input.PolicyArn) }],
  run({ sandbox, input }) {
    const Arn = String(input.PolicyArn);
    const { defaultVersion: DefaultVersionId } = requireVersions(sandbox.world, Arn);
    const PolicyName = Arn.slice(Arn.lastIndexOf('/') + 1);
    return { Policy: { Arn, PolicyName, DefaultVersionId, IsAttachable: true } };
  },
};

export const getPolicyVersion: Operation<GetPolicyVersionCommandInput, Answer<GetPolicyVersionCommandOutput>> = {
  permissions: ({ input }) => [{ action: 'iam:GetPolicyVersion', resource: String(input.PolicyArn) }],
  run({ sandbox, input }) {
    const { PolicyArn, VersionId = '' } = input;
    const { versions, defaultVersion } = requireVersions(sandbox.world, String(PolicyArn));
    const document = Object.hasOwn(versions, VersionId) ? versions[VersionId] : undefined;
    if (document === undefined)
      throw new AwsError('NoSuchEntity', `Policy ${PolicyArn} version ${VersionId} does not exist.`, 404);
    const IsDefaultVersion = VersionId === defaultVersion;
    return { PolicyVersion: { VersionId, IsDefaultVersion, Document: urlEncoded(document) } };
  },
};

function requireVersions(world: World, arn: string): { versions: Record<string, string>; defaultVersion: string } {
  const document = managedDocumentOf(world, arn);
  if (document === undefined) throw new AwsError('NoSuchEntity', `Policy ${arn} was not found.`, 404);
  const own = world.iam.accounts[arn.split(':')[4] ?? '']?.policies[arn];
  const defaultVersion = own ? defaultVersionOf(own) : onlyVersion;
  return { versions: own?.versions ?? { [defaultVersion]: document }, defaultVersion };
}
