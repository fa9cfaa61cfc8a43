import type { ServiceName, SigningCaller } from '#sandbox/kernel.ts';
import type { WireHost, WireRequest } from './host.ts';
import { declaredPayload, findSignature, isSame, isSignedWith, type Signature, sha256 } from './signature.ts';

export type Authentication =
  | { readonly kind: 'session'; readonly caller: SigningCaller; readonly region: string }
  | { readonly kind: 'anonymous' }
  | Refusal;

/** Why a request was not let in. The wire code and text differ from protocol to protocol. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: RefusalReason;
  /** Where AWS's text carries facts of the request. */
  readonly message?: string;
}

export type RefusalReason =
  | 'missing'
  | 'incomplete'
  | 'unknown key'
  | 'wrong token'
  | 'expired session'
  | 'wrong signature'
  | 'wrong clock'
  | 'expired request'
  | 'unsigned headers'
  | 'wrong payload';

/** How far a signature's time may be from ours (IAM User Guide, "Troubleshoot requests": five minutes). */
const TOLERANCE_MILLISECONDS = 5 * 60_000;

/**
 * Establishes who signed the request. Checked in this order: form, service, key, session token, session expiry, time, payload digest, signature.
 * The time may be near the virtual or the machine's clock, because the AWS CLI signs with the latter; a presigned URL is held against the
 * virtual clock alone.
 */
export function authenticate(host: WireHost, request: WireRequest, service: ServiceName): Authentication {
  const found = findSignature(request);
  if (found.kind === 'none') return { kind: 'anonymous' };
  if (found.kind === 'malformed') return refused('incomplete', found.message);
  const { signature } = found;
  if (signature.scope.service !== service) {
    return refused('wrong signature', `Credential should be scoped to correct service: '${service}'.`);
  }
  const session = host.sessionOf(signature.accessKeyId);
  if (!session) return refused('unknown key');
  if (!isSame(signature.sessionToken ?? '', session.sessionToken)) return refused('wrong token');
  const { expiresAt } = session.caller;
  if (expiresAt !== undefined && expiresAt <= host.sandbox.now()) return refused('expired session');
  return (
    refusedForHeaders(request, signature) ??
    refusedForTime(host, signature) ??
    refusedForPayload(request, signature) ??
    (isSignedWith(session.secretAccessKey, request, signature)
      ? { kind: 'session', caller: session.caller, region: signature.scope.region }
      : refused('wrong signature'))
  );
}

const refused = (reason: RefusalReason, message?: string): Refusal => ({
  kind: 'refused',
  reason,
  ...(message !== undefined && { message }),
});

function refusedForHeaders(request: WireRequest, signature: Signature): Refusal | undefined {
  const signed = new Set(signature.signedHeaders);
  if (!signed.has('host')) {
    return refused('wrong signature', "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  const unsigned = Object.keys(request.headers).find((name) => name.startsWith('x-amz-') && !signed.has(name));
  return unsigned === undefined ? undefined : refused('unsigned headers');
}

function refusedForTime(host: WireHost, signature: Signature): Refusal | undefined {
  const { timestamp, scope, expiresSeconds } = signature;
  if (scope.date !== timestamp.slice(0, 8)) {
    return refused(
      'wrong signature',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${timestamp.slice(0, 8)}', from '${timestamp}'.`,
    );
  }
  const signedAt = Date.parse(timestamp.replace(/^(....)(..)(..)T(..)(..)/, '$1-$2-$3T$4:$5:'));
  const now = host.sandbox.now();
  if (expiresSeconds !== undefined) {
    if (signedAt - now > TOLERANCE_MILLISECONDS) return refused('expired request', 'Request is not yet valid');
    return now >= signedAt + expiresSeconds * 1000 ? refused('expired request', 'Request has expired') : undefined;
  }
  const near = [now, host.machineNow()].some((clock) => Math.abs(signedAt - clock) <= TOLERANCE_MILLISECONDS);
  return near ? undefined : refused('wrong clock', clockMessage(signedAt, now));
}

function clockMessage(signedAt: number, now: number): string {
  const basic = (time: number): string => new Date(time).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return signedAt < now
    ? `Signature expired: ${basic(signedAt)} is now earlier than ${basic(now - TOLERANCE_MILLISECONDS)} (${basic(now)} - 5 min.)`
    : `Signature not yet current: ${basic(signedAt)} is still later than ${basic(now + TOLERANCE_MILLISECONDS)} (${basic(now)} + 5 min.)`;
}

/** A digest that was signed is a digest of what arrived; only S3 lets a caller leave the payload unsigned. */
function refusedForPayload(request: WireRequest, signature: Signature): Refusal | undefined {
  const declared = declaredPayload(request);
  if (declared === undefined || declared === sha256(request.body)) return undefined;
  const unsigned = declared === 'UNSIGNED-PAYLOAD' || declared === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  return unsigned && signature.scope.service === 's3' ? undefined : refused('wrong payload');
}
