/**
 * Sessions in target accounts: AssumeRole by purpose, kept in memory for one invocation environment, guarded before use.
 * Credentials never leave this module except inside a client.
 */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { isExpectedIdentity, type Purpose, sessionRequest } from '#shared/domain/trust/purpose.ts';
import { asked, isCode, isExpired } from './translate-error.ts';

/** A guarded session: its clients act in the target's account and region, and in no other. */
export interface TargetSession {
  readonly purpose: Purpose;
  readonly cloudFormation: CloudFormationClient;
  readonly iam: IAMClient;
}

interface CachedSession {
  readonly session: TargetSession;
  readonly expiresAt: number;
}

/** A session is not reused in its last minute: a call could start in time and still end too late. */
const marginMilliseconds = 60_000;

const cache = new Map<string, CachedSession>();
let sts: STSClient | undefined;

/**
 * Runs `work` with a session for `purpose`. If AWS says the session expired while working, the role is assumed once more and the work
 * runs again, so it must be idempotent. Throws ASSUME_ROLE_DENIED, REGION_DISABLED, GUARD_ACCOUNT, EXPIRED_CREDENTIALS.
 */
export async function inTarget<Result>(
  purpose: Purpose,
  work: (session: TargetSession) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(await sessionFor(purpose));
  } catch (error) {
    if (!isExpired(error) && !isExpired((error as Error).cause)) throw error;
    cache.delete(keyOf(purpose));
    return await work(await sessionFor(purpose));
  }
}

/** Forgets every session: for tests, and for a process that changes who it is. */
export function forgetSessions(): void {
  cache.clear();
}

async function sessionFor(purpose: Purpose): Promise<TargetSession> {
  const cached = cache.get(keyOf(purpose));
  if (cached !== undefined && cached.expiresAt - marginMilliseconds > Date.now()) return cached.session;
  const opened = await openSession(purpose);
  cache.set(keyOf(purpose), opened);
  return opened.session;
}

async function openSession(purpose: Purpose): Promise<CachedSession> {
  const { Credentials } = await assumeRole(purpose);
  if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.Expiration) {
    throw failure('AWS_REFUSED', {
      service: 'AWS STS',
      code: 'NoCredentials',
      message: 'AssumeRole answered without credentials',
    });
  }
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    ...(Credentials.SessionToken === undefined ? {} : { sessionToken: Credentials.SessionToken }),
  };
  const configuration = { region: purpose.target.region, credentials };
  await guard(purpose, new STSClient(configuration));
  const session = {
    purpose,
    cloudFormation: new CloudFormationClient(configuration),
    iam: new IAMClient(configuration),
  };
  return { session, expiresAt: Credentials.Expiration.getTime() };
}

async function assumeRole(purpose: Purpose) {
  const { account, region } = purpose.target;
  const request = sessionRequest(purpose);
  const command = new AssumeRoleCommand({
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds,
    ExternalId: request.externalId,
    SourceIdentity: request.sourceIdentity,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
  });
  sts ??= new STSClient({});
  try {
    return await sts.send(command);
  } catch (error) {
    if (isCode(error, 'RegionDisabledException'))
      throw failure('REGION_DISABLED', { account, region }, { account, region });
    if (isCode(error, 'AccessDenied', 'AccessDeniedException')) {
      throw failure(
        'ASSUME_ROLE_DENIED',
        { role: request.roleArn, caller: callerIn((error as Error).message) },
        { account, region },
      );
    }
    return asked('AWS STS', Promise.reject(error));
  }
}

/** GetCallerIdentity needs no permission and works under an explicit deny (STS API reference), so it can always tell where we are. */
async function guard(purpose: Purpose, client: STSClient): Promise<void> {
  const identity = await asked('AWS STS', client.send(new GetCallerIdentityCommand({})));
  const found = { account: identity.Account ?? '', arn: identity.Arn ?? '' };
  if (isExpectedIdentity(purpose, found)) return;
  const { account, region } = purpose.target;
  throw failure('GUARD_ACCOUNT', { expected: sessionRequest(purpose).roleArn, actual: found.arn }, { account, region });
}

/** STS's denial names the caller: "User: <arn> is not authorized to perform…". */
function callerIn(message: string): string {
  return /^User: (\S+) is not authorized/.exec(message)?.[1] ?? 'The orchestrator role';
}

function keyOf(purpose: Purpose): string {
  const { target, role, promotion, environment, step } = purpose;
  return [target.account, target.region, role, promotion, environment, step].join('/');
}
