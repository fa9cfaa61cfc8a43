/** What cannot be done for a promotion is counted, so that it is given up in words instead of being tried for ever. */
import type { Problem } from '../errors/problem.ts';
import type { Trouble } from './records.ts';

/** How often something that is wrong by itself is tried: an hour of the reconciler's passes. */
export const mostAttempts = 12;

/** AWS being busy or away says nothing about what was asked for: that is outwaited. */
export function isPassing(code: string): boolean {
  return code === 'THROTTLED' || code === 'AWS_UNREACHABLE';
}

/** The trouble after one more attempt that ended with `problem`. Another problem than the one that was counted is counted anew. */
export function troubleOf(
  before: Pick<Trouble, 'attempts' | 'code' | 'counted'> | undefined,
  { code, cause }: Pick<Problem, 'code' | 'cause'>,
  at: string,
): Trouble {
  const attempts = before?.attempts ?? 0;
  const counted = before?.counted ?? before?.code;
  if (!isPassing(code)) return { attempts: (counted === code ? attempts : 0) + 1, code, text: cause, at };
  return { attempts, code, ...(counted === undefined || counted === code ? {} : { counted }), text: cause, at };
}

/** Whether it is time to give up. */
export function isHopeless({ attempts }: Trouble): boolean {
  return attempts >= mostAttempts;
}
