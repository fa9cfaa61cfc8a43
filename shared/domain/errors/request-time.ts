/** Signatures that AWS refuses for their time, and what time it is where (API references, "Common errors"). */
import { problem } from './catalogue.ts';
import type { Problem } from './problem.ts';

/** The code and words of a refusal, and the times that came along: ours when we signed, and the Date of the answer. ISO 8601. */
export interface RefusedSignature {
  readonly code: string;
  readonly message: string;
  readonly local?: string | undefined;
  readonly server?: string | undefined;
}

const codes =
  /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture|SignatureDoesNotMatch|InvalidSignatureException|InvalidSignature)$/;
/** These codes are about nothing but time. */
const ofTime = /^Request(TimeTooSkewed|Expired|InTheFuture)$/;
/** `Signature expired: 20260105T090000Z is now earlier than … (20260105T091500Z - 5 min.)`, and the same the other way round. */
const told = /^Signature (?:expired|not yet current): (\d{8}T\d{6}Z) .*\((\d{8}T\d{6}Z) [-+]/;

/** The problem with a refused signature; undefined for any other error. */
export function signatureProblem(service: string, refused: RefusedSignature): Problem | undefined {
  const { code, message } = refused;
  if (!codes.test(code)) return undefined;
  const [, signed, now] = told.exec(message) ?? [];
  if (signed === undefined && !ofTime.test(code)) return problem('SIGNATURE_REFUSED', { service, message });
  const local = instantOf(signed) ?? refused.local ?? 'unknown';
  return problem('CLOCK_SKEWED', { service, local, server: instantOf(now) ?? refused.server ?? 'unknown' });
}

/** The basic form of ISO 8601, as signatures have it, in the extended one. */
function instantOf(basic: string | undefined): string | undefined {
  return basic?.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
}
