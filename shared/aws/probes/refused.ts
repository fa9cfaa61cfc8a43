/** Which errors of AWS are the outcome of a probe, and which are for the step. */
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { type Asked, errorOf } from '#shared/domain/verification/answer.ts';

/** What the probe itself brings about: it is not there, may not be asked, or does not take what it is asked. */
const ofTheProbe = new Set(['ACCESS_DENIED', 'AWS_REFUSED', 'QUOTA_REACHED']);

/**
 * An answer that never came, as the outcome of the attempt. What passes by itself (throttling, an expired session, AWS being away) is thrown
 * on: the step tries again, with the same token.
 */
export function refusedAnswer(error: unknown): Asked {
  if (error instanceof DrawbridgeError && ofTheProbe.has(error.name)) return errorOf(error.problem.cause);
  throw error;
}
