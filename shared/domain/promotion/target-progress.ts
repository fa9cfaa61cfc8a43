/** How one target fares in a rollout: what it gets, whether it may start, and how it ended. */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';
import { reasonFrom } from './reason.ts';
import { Reason } from './records.ts';

export const TargetProgress = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  /** The plan that the round was cleared with. */
  digest: Digest,
  round: z.int().positive(),
  /** Position of its wave in the round, from 0. */
  wave: z.int().nonnegative(),
  stacks: z.array(Name),
  /** No stack is left for a later round. */
  complete: z.boolean(),
  status: z.enum(['assigned', 'open', 'done', 'stopped']),
  /** Alarms will be watched after the last wave, or in waves before: until that begins, nobody knows whether it is good. */
  soakDue: z.boolean().optional(),
  /** Its alarms were OK for as long as they were to be watched; absent where nothing was to be watched, or is still. */
  soaked: z.boolean().optional(),
  reasons: z.array(Reason),
  startedAt: Instant.optional(),
  endedAt: Instant.optional(),
});
export type TargetProgress = z.infer<typeof TargetProgress>;

/** The progresses of one wave of one round. */
export function waveOf(
  all: readonly TargetProgress[],
  { round, number }: { readonly round: number; readonly number: number },
): TargetProgress[] {
  return all.filter((progress) => progress.round === round && progress.wave === number);
}

/** Why a target of a wave may not be started any more, or undefined: more targets than are tolerated stopped before it. */
export function stoppedBefore(
  { target }: Pick<TargetProgress, 'target'>,
  wave: readonly TargetProgress[],
  failureTolerance: number,
): Reason | undefined {
  const stopped = wave.filter((other) => other.status === 'stopped' && other.target !== target);
  if (stopped.length <= failureTolerance) return undefined;
  const names = stopped.map((other) => other.target).sort();
  const found = problem('TARGET_NOT_STARTED', { target, stopped: names, tolerated: `${failureTolerance}` });
  return reasonFrom(found, { target });
}

/** True where more targets of a wave are not done than are tolerated. One that never ended counts as well. */
export function isWaveStopped(wave: readonly TargetProgress[], failureTolerance: number): boolean {
  return wave.filter(({ status }) => status !== 'done').length > failureTolerance;
}

/** The targets that stopped in an earlier round: the rollout goes on without them. One that never ended is tried again. */
export function leftOut(all: readonly TargetProgress[], { round }: { readonly round: number }): ReadonlySet<string> {
  const stopped = all.filter((progress) => progress.round < round && progress.status === 'stopped');
  return new Set(stopped.map(({ target }) => target));
}

/** The targets that a soak decides on: those of its wave, and after the last wave all others that were watched with them. */
export function decidedBySoak(
  all: readonly TargetProgress[],
  { round, number, last }: { readonly round: number; readonly number: number; readonly last: boolean },
): TargetProgress[] {
  const isWatched = ({ soaked, soakDue }: TargetProgress) => last && soaked !== undefined && soakDue === undefined;
  return all.filter((progress) => progress.round === round && (progress.wave === number || isWatched(progress)));
}

/**
 * True where more targets are not good after a soak than are tolerated. What kept one from being watched to the end says nothing about the
 * release, so it is never tolerated: nobody would know what the next wave gets.
 */
export function isSoakStopped(watched: readonly TargetProgress[], failureTolerance: number): boolean {
  const unknown = watched.some(({ soaked, reasons }) => soaked === false && !reasons.some(isOfAlarm));
  return unknown || isWaveStopped(watched, failureTolerance);
}

function isOfAlarm({ code }: Reason): boolean {
  return code === 'SOAK_FAILED' || code === 'SOAK_NOT_READY';
}

/** The targets that are through: every stack there, verified as a whole, and watched for as long as was asked. */
export function throughTargets(all: readonly TargetProgress[]): string[] {
  return all
    .filter(({ status, complete, soakDue, soaked }) => status === 'done' && complete && !soakDue && soaked !== false)
    .map(({ target }) => target);
}
