/** Which retrier or catcher takes an error, and how long a retry waits. Source: Developer Guide, "Handling errors in Step Functions workflows". */
import { createHash } from 'node:crypto';
import type { Retrier } from '../asl/definition.ts';

/** Errors that end the execution whatever is caught: "a retry or catch on States.ALL won't catch" them. */
const uncatchable = ['States.Runtime', 'States.DataLimitExceeded'];

/**
 * Whether ErrorEquals names an error. States.Timeout covers a missed heartbeat too, States.TaskFailed everything but a timeout, and
 * neither wildcard covers States.Runtime and States.DataLimitExceeded.
 */
export function namesError(errorEquals: readonly string[], error: string): boolean {
  const isTimeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
  return errorEquals.some((name) => {
    if (error === 'States.Runtime') return false;
    if (name === error) return true;
    if (uncatchable.includes(error)) return false;
    if (name === 'States.ALL') return true;
    return name === 'States.TaskFailed' ? !isTimeout : name === 'States.Timeout' && isTimeout;
  });
}

/**
 * Milliseconds before retry number `count` (from 0): IntervalSeconds grown by BackoffRate, at most MaxDelaySeconds. JitterStrategy FULL
 * takes a share of it that depends on `seed` only.
 */
export function retryDelay(retrier: Retrier, count: number, seed: string): number {
  const grown = retrier.IntervalSeconds * retrier.BackoffRate ** count;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Number.POSITIVE_INFINITY, 99_999_999);
  return Math.round(seconds * 1000 * (retrier.JitterStrategy === 'FULL' ? share(seed) : 1));
}

/** A number from 0 up to 1 that is always the same for a seed. */
function share(seed: string): number {
  return createHash('sha256').update(seed).digest().readUInt32BE(0) / 2 ** 32;
}
