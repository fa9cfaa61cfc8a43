import { mintId } from '../iam/identifiers.ts';
import type { RoleRecord } from '../iam/state.ts';
import { sessionArn } from '../iam/stored-principals.ts';
import type { Sandbox, SessionCaller, SigningCaller, World } from '../kernel.ts';
import type { SessionCredentials } from '../open-session.ts';

/** A session about to be opened; whether it may be is decided before. */
export interface SessionRequest {
  readonly role: RoleRecord;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly chained: boolean;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sessionPolicy?: string;
  readonly federatedProvider?: string;
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Expired sessions are kept this long, so that their use is told as expired and not as unknown. */
const keptAfterExpiry = 24 * 3600 * 1000;

/** Opens a session with credentials nobody had before. */
export function mintSession(sandbox: Sandbox, request: SessionRequest): SessionCredentials {
  const { role, sessionName, durationSeconds, chained } = request;
  const expiresAt = sandbox.now() + durationSeconds * 1000;
  const accessKeyId = mintId(sandbox, 'ASIA');
  const caller: SessionCaller = {
    kind: 'session',
    accessKeyId,
    account: String(role.arn.split(':')[4]),
    arn: sessionArn(role, sessionName),
    roleArn: role.arn,
    roleId: role.id,
    sessionName,
    tags: request.tags ?? {},
    transitiveTagKeys: request.transitiveTagKeys ?? [],
    ...(request.sourceIdentity === undefined ? {} : { sourceIdentity: request.sourceIdentity }),
    ...(request.sessionPolicy === undefined ? {} : { sessionPolicy: request.sessionPolicy }),
    ...(request.federatedProvider === undefined ? {} : { federatedProvider: request.federatedProvider }),
    expiresAt,
  };
  return { ...mintCredentials(sandbox, { caller, chained }), caller };
}

/** Credentials for a caller whose access key id was minted. They are kept, and those long expired forgotten. */
export function mintCredentials(
  sandbox: Sandbox,
  { caller, chained }: { caller: SigningCaller & { readonly expiresAt: number }; chained: boolean },
): Omit<SessionCredentials, 'caller'> {
  const { accessKeyId, expiresAt } = caller;
  const secretAccessKey = sandbox.mint('session-secret', 40, base64);
  const sessionToken = `IQoJb3JpZ2luX2Vj${sandbox.mint('session-token', 284, base64)}`;
  forgetExpired(sandbox, expiresAt);
  sandbox.world.sts.sessions[accessKeyId] = { secretAccessKey, sessionToken, caller, issuedAt: sandbox.now(), chained };
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
}

/** When the first of the kept sessions expires: a memory of the world's sessions, so that they are not all looked at for every new one. */
const firstExpiries = new WeakMap<World['sts']['sessions'], number>();

function forgetExpired(sandbox: Sandbox, added: number): void {
  const { sessions } = sandbox.world.sts;
  const first = firstExpiries.get(sessions);
  const isOver = (expiresAt = 0): boolean => expiresAt + keptAfterExpiry < sandbox.now();
  if (first !== undefined && !isOver(first)) {
    firstExpiries.set(sessions, Math.min(first, added));
    return;
  }
  let next = added;
  for (const [id, { caller }] of Object.entries(sessions)) {
    if (isOver(caller.expiresAt)) delete sessions[id];
    else next = Math.min(next, caller.expiresAt ?? 0);
  }
  firstExpiries.set(sessions, next);
}
