/** One attempt of a probe, on record before it begins: whoever looks next knows what was asked already. */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';

/** `failed`: the probe said no. `error`: it could not be asked, or nobody understands what it answered. */
export const ProbeOutcome = z.enum(['passed', 'failed', 'error']);
export type ProbeOutcome = z.infer<typeof ProbeOutcome>;

export const Attempt = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  /** Which verification of the target in this rollout it belongs to. */
  series: z.int().nonnegative(),
  /** Position of the probe in the environment, from 0, and what people call it. */
  index: z.int().nonnegative(),
  probe: z.string(),
  /** From 1. */
  attempt: z.int().positive(),
  startedAt: Instant,
  /** What it came to; nothing while it is under way. */
  outcome: ProbeOutcome.optional(),
  endedAt: Instant.optional(),
  /** Why it did not pass. */
  reason: z.string().optional(),
  /** The beginning of what was answered. */
  output: z.string().optional(),
  /** The document with all of it. */
  outputDigest: Digest.optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** As it stands beside its promotion: what was answered is a part of the evidence. */
export const AttemptSeen = z.strictObject(Attempt.omit({ output: true, outputDigest: true }).shape);
export type AttemptSeen = z.infer<typeof AttemptSeen>;

/** So many of them are told of a promotion at most. */
const mostAttempts = 200;

/** The newest attempt of each probe in each target, those that did not pass first: a thousand targets ask many. */
export function newestAttempts(attempts: readonly AttemptSeen[]): AttemptSeen[] {
  const placeOf = ({ environment, target, index }: AttemptSeen) => JSON.stringify([environment, target, index]);
  const newest = new Map<string, AttemptSeen>();
  for (const one of attempts.toSorted((a, b) => a.series - b.series || a.attempt - b.attempt))
    newest.set(placeOf(one), one);
  const all = [...newest.values()];
  const passed = (one: AttemptSeen) => one.outcome === 'passed';
  return [...all.filter((one) => !passed(one)), ...all.filter(passed)].slice(0, mostAttempts);
}

type Identity = Pick<Attempt, 'promotion' | 'environment' | 'target' | 'series' | 'index' | 'attempt'>;

/**
 * The token of an attempt: the same attempt always has the same one, so whoever is asked twice can tell. It names the execution of a state
 * machine too: 80 characters at most, letters, digits and hyphens (API reference, StartExecution).
 */
export function attemptToken({ promotion, environment, target, series, index, attempt }: Identity): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([environment, target, series, index, attempt]))
    .digest('hex');
  return `${promotion}-${hash.slice(0, 32)}`;
}
