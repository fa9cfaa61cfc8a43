/** A rollout that waits, or one of its targets: what for, since when, and when it asks again. */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { Instant, Name } from '../identifiers.ts';
import { reasonFor } from './openness.ts';
import { Reason } from './records.ts';

export const Waiting = z.strictObject({
  environment: Name,
  /** The one that waits to be started, where the others go on. */
  target: Name.exactOptional(),
  since: Instant,
  /** When it asks again. */
  until: Instant,
  /** What is in the way. */
  reason: Reason,
});
export type Waiting = z.infer<typeof Waiting>;

/** A promotion itself ends after thirty days, and its plan and approvals take their time too. */
const mostDays = 14;

/** Why what has waited since then waits no more, or undefined. */
export function tooLong(
  { environment, target, since, reason }: Omit<Waiting, 'until'>,
  now: Instant,
): Reason | undefined {
  if (Date.parse(now) - Date.parse(since) < mostDays * 86_400_000) return undefined;
  const place = target === undefined ? environment : `${target} in ${environment}`;
  return reasonFor(problem('WAITED_TOO_LONG', { place, days: mostDays, what: reason.text }));
}
