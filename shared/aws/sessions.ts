/**
 * Sessions in target accounts: AssumeRole by purpose, kept in memory for one invocation environment, guarded before use.
 * Credentials never leave this module except inside a client.
 */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { isExpectedIdentity, type Purpose, type SessionRequest, sessionRequest } from '#shared/domain/trust/purpose.ts';
import { asked, isCode, isExpired } from './translate-error.ts';

/** A guarded session: its clients act in the target's account and region, and in no other. */
export interface TargetSession {
  readonly purpose: Purpose;
  readonly cloudFormation: CloudFormationClient;
  /** Wildcards of the session policy that stand for stacks it had no room to name; empty when every stack is named. */
  readonly widenedTo: readonly string[];
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
 * runs again, so it must be idempotent. Throws ASSUME_ROLE_DENIED, REGION_DISABLED, GUARD_ACCOUNT, EXPIRED_CREDENTIALS,
 * SESSION_POLICY_TOO_LONG.
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
  const request = sessionRequest(purpose);
  const { Credentials } = await assumeRole(purpose, request);
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
    widenedTo: request.policy.widenedTo,
  };
  return { session, expiresAt: Credentials.Expiration.getTime() };
}

async function assumeRole(purpose: Purpose, request: SessionRequest) {
  const { account, region } = purpose.target;
  const command = new AssumeRoleCommand({
    RoleArn: request.roleArn,
    RoleSessionName: request.sessionName,
    DurationSeconds: request.durationSeconds,
    ExternalId: request.externalId,
    SourceIdentity: request.sourceIdentity,
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    Policy: request.policy.text,
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
    return asked(await regional(sts), Promise.reject(error));
  }
}

/** GetCallerIdentity needs no permission and works under an explicit deny (STS API reference), so it can always tell where we are. */
async function guard(purpose: Purpose, client: STSClient): Promise<void> {
  const { account, region } = purpose.target;
  const identity = await asked(await regional(client), client.send(new GetCallerIdentityCommand({})));
  const found = { account: identity.Account ?? '', arn: identity.Arn ?? '' };
  if (isExpectedIdentity(purpose, found)) return;
  throw failure('GUARD_ACCOUNT', { expected: sessionRequest(purpose).roleArn, actual: found.arn }, { account, region });
}

/** STS is a regional service, so an outage is one of the region that was asked. */
async function regional(client: STSClient): Promise<string> {
  return `AWS STS in ${await client.config.region().catch(() => 'an unset region')}`;
}

/** STS's denial names the caller: "User: <arn> is not authorized to perform…". */
function callerIn(message: string): string {
  return /^User: (\S+) is not authorized/.exec(message)?.[1] ?? 'The orchestrator role';
}

function keyOf(purpose: Purpose): string {
  const { target, role, promotion, environment, step, kind, stacks, artifacts } = purpose;
  return JSON.stringify([target.account, target.region, role, promotion, environment, step, kind, stacks, artifacts]);
}
