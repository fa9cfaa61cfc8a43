/** The one place that assumes roles in target accounts, and makes sure that a session is the one that was asked for. */
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { RoleCredentials } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Placed } from '#shared/domain/names.ts';
import { isSessionOf, type RoleRequest } from '#shared/domain/trust/role-request.ts';
import { requestHandler } from './connections.ts';
import { asked, askedForSession } from './translate-error.ts';

let sts: STSClient | undefined;

/**
 * Opens a session and guards it. Throws what `stsProblem` makes of a refusal (ASSUME_ROLE_DENIED and the like, REGION_DISABLED …),
 * GUARD_ACCOUNT, EXPIRED_CREDENTIALS, THROTTLED, AWS_UNREACHABLE.
 */
export async function openRole(request: RoleRequest, { account, region }: Placed): Promise<RoleCredentials> {
  sts ??= new STSClient({});
  const { roleArn: role, durationSeconds } = request;
  const about = { operation: 'AssumeRole', role, durationSeconds, account, region } as const;
  const credentials = await askedForSession(await regional(sts), about, assumeRole(request));
  const identity = await asked(`AWS STS in ${region}`, whoIs(credentials, region));
  if (isSessionOf(request, identity)) return credentials;
  throw failure('GUARD_ACCOUNT', { expected: role, actual: identity.arn }, { account, region });
}

/**
 * One AssumeRole on the regional endpoint of the caller, for who wants to judge what STS answers: that leaves as it is, but for the
 * ExternalId, which STS repeats where it does not like its form.
 */
export async function assumeRole(request: RoleRequest): Promise<RoleCredentials> {
  try {
    return await ask(request);
  } catch (error) {
    throw error instanceof Error ? without(request.externalId, error) : error;
  }
}

/**
 * Who the credentials are, as STS in that region says. It needs no permission and works under an explicit deny (STS API reference). The
 * client gets a copy, since it notes in them where they came from.
 */
export async function whoIs(credentials: RoleCredentials, region: string): Promise<{ account: string; arn: string }> {
  const identity = await new STSClient({ region, credentials: { ...credentials }, requestHandler }).send(
    new GetCallerIdentityCommand({}),
  );
  return { account: identity.Account ?? '', arn: identity.Arn ?? '' };
}

async function ask(request: RoleRequest): Promise<RoleCredentials> {
  const command = new AssumeRoleCommand({
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds,
    ExternalId: request.externalId,
    SourceIdentity: request.sourceIdentity,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    Policy: request.policy,
  });
  sts ??= new STSClient({});
  const { Credentials } = await sts.send(command);
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.Expiration) {
    const message = 'AssumeRole answered without credentials';
    throw failure('AWS_REFUSED', { service: 'AWS STS', code: 'NoCredentials', message });
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken ?? '',
    expiresAt: Credentials.Expiration.toISOString(),
  };
}

/** The stack begins with the message, and the query protocol keeps the answer once more as `Error`. */
function without(externalId: string, error: Error): Error {
  const hidden = (text: string) => text.replaceAll(externalId, '(not shown)');
  if ('Error' in error) delete error.Error;
  return Object.assign(error, { message: hidden(error.message), stack: hidden(error.stack ?? '') });
}

/** STS is a regional service, so an outage is one of the region that was asked. */
async function regional(client: STSClient): Promise<string> {
  return `AWS STS in ${await client.config.region().catch(() => 'an unset region')}`;
}
