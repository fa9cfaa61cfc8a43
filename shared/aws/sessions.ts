/**
 * Sessions in target accounts by purpose, guarded before use and kept in memory for one invocation.
 * Credentials never leave this module except inside a client.
 */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { IAMClient } from '@aws-sdk/client-iam';
import { type Purpose, sessionRequest } from '#shared/domain/trust/purpose.ts';
import { currentInvocation } from '#shared/invocation.ts';
import { openRole } from './assume-role.ts';
import { isExpired } from './translate-error.ts';

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
/** The invocation they were opened in. */
let openedIn = 0;

/**
 * Runs `work` with a session for `purpose`. If AWS says the session is over while working, the role is assumed once more and the work
 * runs again, so it must be idempotent. Throws what `openRole` does, and SESSION_POLICY_TOO_LONG.
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
  // A warm function opens its own, behind a guard of its own, and keeps none of before.
  if (openedIn !== currentInvocation()) forgetSessions();
  openedIn = currentInvocation();
  const cached = cache.get(keyOf(purpose));
  if (cached !== undefined && cached.expiresAt - marginMilliseconds > Date.now()) return cached.session;
  const opened = await openSession(purpose);
  cache.set(keyOf(purpose), opened);
  return opened.session;
}

async function openSession(purpose: Purpose): Promise<CachedSession> {
  const { region } = purpose.target;
  const request = sessionRequest(purpose);
  const credentials = await openRole(request, purpose.target);
  const session = {
    purpose,
    cloudFormation: new CloudFormationClient({ region, credentials }),
    iam: new IAMClient({ region, credentials }),
    widenedTo: request.widenedTo,
  };
  return { session, expiresAt: Date.parse(credentials.expiresAt) };
}

function keyOf(purpose: Purpose): string {
  const { target, role, promotion, environment, step, kind, stacks, artifacts } = purpose;
  return JSON.stringify([target.account, target.region, role, promotion, environment, step, kind, stacks, artifacts]);
}
