/** CreateSecret and PutSecretValue. */
import type {
  CreateSecretCommandInput,
  CreateSecretCommandOutput,
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../kernel.ts';
import { arnOf, findSecret, secretNamed, secretPermission } from './secrets.ts';
import type { Secret } from './state.ts';

type Created = Omit<CreateSecretCommandOutput, '$metadata'>;
type Put = Omit<PutSecretValueCommandOutput, '$metadata'>;

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const namePattern = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

/** A secret of text with its first version (Secrets Manager API Reference, CreateSecret). Keys of one's own and tags are not modelled. */
export const createSecret: Operation<CreateSecretCommandInput, Created> = {
  permissions: (call) => [secretPermission(call, 'CreateSecret', call.input.Name ?? '')],
  run(call) {
    const { sandbox, account, region, input } = call;
    const { Name: name = '' } = input;
    refuse(input, ['KmsKeyId', 'Tags', 'AddReplicaRegions', 'SecretBinary']);
    if (!namePattern.test(name))
      throw new AwsError(
        'ValidationException',
        'Invalid name. Must be a valid name containing alphanumeric characters.',
      );
    if (findSecret(call, name) !== undefined)
      throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
    const arn = `${arnOf(call, name)}-${sandbox.mint('secret-arn', 6, letters)}`;
    const secret: Secret = { arn, name, account, region, versions: {} };
    const version = input.SecretString === undefined ? undefined : addVersion(call, secret);
    sandbox.world.secretsManager.secrets[arn] = secret;
    return { ARN: arn, Name: name, ...(version === undefined ? {} : { VersionId: version.id }) };
  },
};

/**
 * A new version, which becomes AWSCURRENT; the one that was current becomes AWSPREVIOUS, and an older one loses its stage (API Reference,
 * PutSecretValue). The same token with the same value again changes nothing. Stages of one's own are not modelled.
 */
export const putSecretValue: Operation<PutSecretValueCommandInput, Put> = {
  permissions: (call) => [secretPermission(call, 'PutSecretValue', call.input.SecretId ?? '')],
  run(call) {
    const { input } = call;
    refuse(input, ['SecretBinary', 'VersionStages', 'RotationToken']);
    const secret = secretNamed(call, input.SecretId ?? '');
    if (input.SecretString === undefined)
      throw new AwsError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
    const version = addVersion(call, secret);
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: version.stages };
  },
};

type Written = Call<{ SecretString?: string | undefined; ClientRequestToken?: string | undefined }>;

function addVersion({ sandbox, input }: Written, { versions }: Secret) {
  const { SecretString: text = '', ClientRequestToken: id = sandbox.uuid('secret-version') } = input;
  const same = versions[id];
  if (same !== undefined) {
    if (same.text === text) return same;
    const message = `A resource with the ID you requested already exists: version ${id} has another value.`;
    throw new AwsError('ResourceExistsException', message);
  }
  for (const version of Object.values(versions))
    version.stages = version.stages.includes('AWSCURRENT') ? ['AWSPREVIOUS'] : [];
  const added = { id, text, stages: ['AWSCURRENT'], createdAt: sandbox.now() };
  versions[id] = added;
  return added;
}

/** What would be ignored is refused. */
function refuse(input: object, fields: readonly string[]): void {
  const used = fields.filter((field) => (input as Record<string, unknown>)[field] !== undefined);
  if (used.length > 0)
    throw new AwsError('InvalidParameterException', `Not supported by the sandbox: ${used.join(', ')}`);
}
