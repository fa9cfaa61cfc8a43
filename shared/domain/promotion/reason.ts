/** A problem as the reason why a rollout or promotion ended so. */
import type { Problem } from '../errors/problem.ts';
import type { Reason } from './records.ts';

/** What to do about it is kept beside its cause, for a report to print below it. */
export function reasonFrom(
  { code, cause, next }: Pick<Problem, 'code' | 'cause' | 'next'>,
  about: Pick<Reason, 'target' | 'resource'> = {},
): Reason {
  return { code, text: cause, next, ...about };
}
