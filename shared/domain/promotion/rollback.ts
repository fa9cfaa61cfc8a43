/**
 * Rolling targets back to what was last verified on them: which release that is for each, and when it is done without being asked. A rollback
 * is a promotion of its own; no rollback is ever rolled back by itself.
 */
import * as z from 'zod';
import type { Environment } from '../config/schema.ts';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';
import { type Outcome, type Promotion, Ran, Reason } from './records.ts';
import type { RollbackRequest } from './request.ts';
import { isVerificationFailure, type VerifiedTarget } from './verified-targets.ts';

/** What a target runs. */
export interface Runs {
  readonly release: string;
  readonly releaseId: string;
  /** Another promotion changed some of its stacks since, and did not finish. */
  readonly mixed?: object | undefined;
}

/** A target, what it runs, and all that was ever found of it, oldest first. */
export interface TargetHistory {
  readonly target: string;
  readonly runs: Runs | undefined;
  /** What the ledger says meanwhile, where a rollout is about to bring what it runs. */
  readonly before?: Runs | undefined;
  readonly verified: readonly Pick<VerifiedTarget, 'release' | 'releaseId' | 'revoked'>[];
}

/** A release, and the targets that go back to it, by name. */
interface WayBack {
  readonly release: string;
  readonly releaseId: string;
  readonly targets: string[];
  /** What they run now, as far as they run anything: also what they ran before, where it is not known what has arrived. */
  readonly from: Ran[];
}

/** A rollout that began to change targets and has not ended. Of each of them the ledger still says what it ran before. */
export interface UnderWay {
  readonly release: string;
  readonly releaseId: string;
  readonly targets: ReadonlySet<string>;
}

/**
 * Targets as they are once the rollout that is under way arrived: a rollback that is asked for meanwhile is for what that brings. Where it
 * never arrives they still run what they ran.
 */
export function arriving(targets: readonly TargetHistory[], underWay: UnderWay | undefined): TargetHistory[] {
  return targets.map((one) => {
    if (underWay === undefined || !underWay.targets.has(one.target)) return one;
    const { release, releaseId } = underWay;
    return { ...one, runs: { release, releaseId }, before: one.runs };
  });
}

/** The ways back of several targets, and those that have none. */
export interface WaysBack {
  readonly back: readonly WayBack[];
  readonly nowhere: readonly string[];
}

/** To each target its last verified release. A target has none where nothing else was verified on it, or all of it was revoked since. */
export function waysBack(targets: readonly TargetHistory[]): WaysBack {
  const back = new Map<string, WayBack>();
  const nowhere: string[] = [];
  for (const one of targets.toSorted((a, b) => (a.target < b.target ? -1 : 1))) {
    const last = lastVerified(one);
    if (last === undefined) nowhere.push(one.target);
    else {
      const { release, releaseId } = last;
      const way = back.get(release) ?? { release, releaseId, targets: [], from: [] };
      way.targets.push(one.target);
      noteRun(way.from, one.target, one.runs);
      if (one.before?.release !== release) noteRun(way.from, one.target, one.before);
      back.set(release, way);
    }
  }
  return { back: [...back.values()], nowhere };
}

function noteRun(from: Ran[], target: string, runs: Runs | undefined): void {
  if (runs === undefined) return;
  const { release, releaseId } = runs;
  const same = from.find((one) => one.release === release);
  if (same === undefined) from.push({ release, releaseId, targets: [target] });
  else if (!same.targets.includes(target)) same.targets.push(target);
}

/** The newest word on a release counts. What a target runs is nothing to go back to, unless it runs only parts of it by now. */
function lastVerified({ runs, verified }: TargetHistory): Pick<WayBack, 'release' | 'releaseId'> | undefined {
  const newest = new Map(verified.map((one) => [one.release, one]));
  const here = runs?.mixed === undefined ? runs?.release : undefined;
  return verified.findLast((one) => newest.get(one.release) === one && one.revoked !== true && one.release !== here);
}

export type RollbackChoice =
  | { readonly kind: 'back'; readonly way: WayBack }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** The one release that all of them go back to: a promotion carries one. */
export function rollbackOf(environment: string, targets: readonly TargetHistory[]): RollbackChoice {
  const { back, nowhere } = waysBack(targets);
  const [way, ...others] = back;
  if (way === undefined || nowhere.length > 0)
    return { kind: 'refused', problem: problem('ROLLBACK_NOWHERE', { environment, targets: nowhere }) };
  if (others.length > 0) {
    const ways = back.map(({ targets: names, releaseId }) => `${names.join(', ')} to ${releaseId}`);
    return { kind: 'refused', problem: problem('ROLLBACK_MIXED', { environment, ways, first: way.targets }) };
  }
  return { kind: 'back', way };
}

/** Whether a promotion is what somebody asks for once more. Which targets a request without names meant, its promotion says. */
export function isSameRollback(
  { pipeline, environments, rollback, targets = [] }: Promotion,
  wish: RollbackRequest,
): boolean {
  const same = wish.targets === undefined || [...new Set(wish.targets)].sort().join() === targets.toSorted().join();
  return (
    pipeline === wish.pipeline && `${environments}` === wish.environment && rollback?.reason === wish.reason && same
  );
}

/** A rollout as it settles. */
export interface Settling {
  readonly promotion: Pick<Promotion, 'mode' | 'rollback'>;
  readonly environment: Pick<Environment, 'onFailedVerification'>;
  readonly outcome: Outcome;
  readonly progress: readonly { readonly target: string; readonly reasons: readonly Reason[] }[];
  /** The targets with every stack of the release. */
  readonly running: readonly string[];
}

/**
 * The targets that go back without anybody's asking: those that run the release and of which a verification or soak said no, also where their
 * failure is tolerated, and whatever became of others. None where a person stopped the promotion, who sees to them. Never those of a rollback.
 */
export function targetsToRollBack({ promotion, environment, outcome, progress, running }: Settling): string[] {
  if (environment.onFailedVerification !== 'rollback' || promotion.mode !== 'promote') return [];
  if (promotion.rollback !== undefined || outcome === 'aborted') return [];
  const bad = progress.filter(({ reasons }) => reasons.some(isVerificationFailure)).map(({ target }) => target);
  return running.filter((target) => bad.includes(target)).sort();
}

/** A rollback that is to be asked for, on record before it is. */
export const RollbackIntent = z.strictObject({
  /** The promotion whose verification failed. */
  promotion: PromotionId,
  environment: Name,
  release: Digest,
  releaseId: z.string(),
  targets: z.array(Name).min(1),
  /** What they ran. Absent in what was written before this was kept. */
  from: z.array(Ran).optional(),
  reason: z.string(),
  at: Instant,
  /** The promotion that rolls back, once it was accepted. */
  rollback: PromotionId.optional(),
  /** Why it was not. */
  refused: Reason.optional(),
});
export type RollbackIntent = z.infer<typeof RollbackIntent>;

/**
 * Why a rollback may not start, or undefined: a target runs neither what it ran when the rollback was asked for nor what it would go back to.
 * Somebody was quicker, and knew better.
 */
export function overtaken(
  { id, release, rollback, targets = [] }: Pick<Promotion, 'id' | 'release' | 'rollback' | 'targets'>,
  running: readonly (Runs & { readonly target: string })[],
): Problem | undefined {
  const from = rollback?.from;
  if (from === undefined) return undefined;
  const ran = new Set(from.flatMap((one) => one.targets.map((target) => `${target} ${one.release}`)));
  const other = running.find(
    (one) => targets.includes(one.target) && one.release !== release && !ran.has(`${one.target} ${one.release}`),
  );
  if (other === undefined) return undefined;
  return problem('ROLLBACK_OVERTAKEN', { promotion: id, target: other.target, releaseId: other.releaseId });
}
