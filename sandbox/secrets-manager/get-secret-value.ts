/** GetSecretValue. */
import type { GetSecretValueCommandInput, GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../aws-error.ts';
import type { Operation } from '../kernel.ts';
import { secretNamed, secretPermission } from './secrets.ts';

type Output = Omit<GetSecretValueCommandOutput, '$metadata'>;

/** One version of a secret, AWSCURRENT if nothing is said; a stage and an id must mean the same (API Reference, GetSecretValue). */
export const getSecretValue: Operation<GetSecretValueCommandInput, Output> = {
  permissions: (call) => [secretPermission(call, 'GetSecretValue', call.input.SecretId ?? '')],
  run(call) {
    const { SecretId = '', VersionId, VersionStage = VersionId === undefined ? 'AWSCURRENT' : undefined } = call.input;
    const secret = secretNamed(call, SecretId);
    const version = Object.values(secret.versions).find(
      ({ id, stages }) =>
        (VersionId === undefined || id === VersionId) && (VersionStage === undefined || stages.includes(VersionStage)),
    );
    if (version === undefined) {
      const sought = VersionStage === undefined ? `VersionId: ${VersionId}` : `staging label: ${VersionStage}`;
      const message = `Secrets Manager can't find the specified secret value for ${sought}`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      SecretString: version.text,
      VersionStages: version.stages,
      CreatedDate: new Date(version.createdAt),
    };
  },
};
