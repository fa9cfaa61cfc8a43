/**
 * Schedule: when a pipeline's newest eligible release is promoted without anybody asking at that moment. Applied by an administrator,
 * versioned, and read live.
 */
import * as z from 'zod';
import { Instant, Name } from '../identifiers.ts';
import { Duration, secondsOf } from '../policy/duration.ts';
import { Mode } from '../promotion/records.ts';
import { ScheduleExpression, Timezone } from './expression.ts';

export const Schedule = z.strictObject({
  apiVersion: z.literal('drawbridge/v1'),
  kind: z.literal('Schedule'),
  metadata: z.strictObject({ name: Name }),
  pipeline: Name,
  expression: ScheduleExpression,
  /** UTC where nothing is said. */
  timezone: Timezone.exactOptional(),
  /** In the release's order; all of them where nothing is said. */
  environments: z.array(Name).min(1).exactOptional(),
  /** Promoted where nothing is said. What is verified again or looked at for drift is what runs there, not the newest eligible release. */
  mode: Mode.exactOptional(),
  /** How late a firing may come and still count: 15m where nothing is said, a day at most, for which EventBridge Scheduler retries. */
  maxLateness: Duration.refine((text) => secondsOf(text) <= 86_400, 'expected at most 1d').exactOptional(),
  /** False pauses it. */
  enabled: z.boolean().exactOptional(),
});
export type Schedule = z.infer<typeof Schedule>;

const defaultLateness = '15m';

/** In seconds. */
export function latenessOf({ maxLateness = defaultLateness }: Pick<Schedule, 'maxLateness'>): number {
  return secondsOf(maxLateness);
}

/** A schedule as it was applied. */
export interface ScheduleRecord {
  readonly schedule: Schedule;
  /** From 1, one more with each change. */
  readonly version: number;
  readonly appliedBy: string;
  readonly appliedAt: Instant;
}

/** What a firing hands to the schedule function; the two last are filled in by EventBridge Scheduler and stay the same when it retries. */
export const Firing = z.strictObject({
  schedule: Name,
  /** Of the schedule when EventBridge Scheduler was told of it. */
  version: z.int().positive(),
  scheduleArn: z.string().regex(/^arn:[\w-]+:scheduler:[\w-]+:\d{12}:schedule\/drawbridge\/[a-z][a-z0-9-]{0,62}$/),
  scheduledTime: Instant,
});
export type Firing = z.infer<typeof Firing>;

/** What came of a firing, on record before anything is started. */
export const FiringRecord = z.strictObject({
  schedule: Name,
  scheduledTime: Instant,
  firedAt: Instant,
  outcome: z.enum(['promoted', 'skipped']),
  /** What is promoted: digest, what people call it, and where. */
  release: z.string().exactOptional(),
  releaseId: z.string().exactOptional(),
  environments: z.array(Name).exactOptional(),
  /** Some of the targets there; all of them where none is named. */
  targets: z.array(Name).min(1).exactOptional(),
  mode: Mode.exactOptional(),
  promotion: z.string().exactOptional(),
  /** Why nothing was promoted. */
  reason: z.strictObject({ code: z.string(), text: z.string() }).exactOptional(),
});
export type FiringRecord = z.infer<typeof FiringRecord>;
