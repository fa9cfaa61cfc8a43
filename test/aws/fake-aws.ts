/** AWS as the code under test sees it, call by call. What a test does not expect is refused, so that no call goes unnoticed. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach } from 'vitest';
import { forgetSessions } from '#shared/aws/sessions.ts';
import { forgetWebhookSecrets } from '#shared/aws/webhook-secrets.ts';

export const sts = mockClient(STSClient);
export const cloudFormation = mockClient(CloudFormationClient);
export const cloudWatch = mockClient(CloudWatchClient);
export const s3 = mockClient(S3Client);
export const stepFunctions = mockClient(SFNClient);
export const lambda = mockClient(LambdaClient);
export const secretsManager = mockClient(SecretsManagerClient);
export const eventBridge = mockClient(EventBridgeClient);

/** Before each test: no session, no object, and every call refused but those that publish events, which most tests do not speak of. */
export function fakeAws(): void {
  beforeEach(() => {
    forgetSessions();
    forgetWebhookSecrets();
    for (const mock of [sts, cloudFormation, cloudWatch, s3, stepFunctions, lambda, secretsManager, eventBridge]) {
      mock.reset();
      (mock as typeof sts).onAnyCommand().rejects(new Error('this call was not expected'));
    }
    eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });
  });
}

/** An exception as the SDK throws it. */
export function awsError(code: string, message = `${code} happened`, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name: code, $fault: 'client', $metadata: { httpStatusCode } });
}

export const canary = { secret: 'CANARY-SECRET-KEY', token: 'CANARY-SESSION-TOKEN' };

/**
 * STS hands out numbered sessions (`ASIA1`, `ASIA2` …) that last `seconds`, and tells whoever shows one who it is: a guard that asks
 * with other credentials than it was given finds nobody.
 */
export function stsTrusts(seconds = 900): void {
  const arns = new Map<string, string>();
  sts.on(AssumeRoleCommand).callsFake((input: { RoleArn: string; RoleSessionName: string }) => {
    const AccessKeyId = `ASIA${arns.size + 1}`;
    const [, , , , account, role] = input.RoleArn.split(':');
    arns.set(AccessKeyId, `arn:aws:sts::${account}:assumed-role/${role?.split('/').at(-1)}/${input.RoleSessionName}`);
    const Expiration = new Date(Date.now() + seconds * 1000);
    return { Credentials: { AccessKeyId, SecretAccessKey: canary.secret, SessionToken: canary.token, Expiration } };
  });
  sts.on(GetCallerIdentityCommand).callsFake(async (_input, getClient: () => STSClient) => {
    const { accessKeyId } = await getClient().config.credentials();
    const Arn = arns.get(accessKeyId);
    return { Account: Arn?.split(':')[4], Arn };
  });
}

/** A bucket in memory: write-once where it is asked to be, absent where nothing was written. */
export function objects() {
  const stored = new Map<string, string>();
  s3.on(PutObjectCommand).callsFake(
    ({ Key, Body, IfNoneMatch }: { Key: string; Body: string; IfNoneMatch?: string }) => {
      if (IfNoneMatch === '*' && stored.has(Key))
        throw awsError('PreconditionFailed', 'At least one precondition failed', 412);
      stored.set(Key, Body);
      return {};
    },
  );
  s3.on(GetObjectCommand).callsFake(({ Key }: { Key: string }) => {
    const text = stored.get(Key);
    if (text === undefined) throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
    const transformToByteArray = async () => new TextEncoder().encode(text);
    return { Body: { transformToString: async () => text, transformToByteArray } };
  });
  return stored;
}
