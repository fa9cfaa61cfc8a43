/** What a rollout's end means, read from what happened: one outcome and the reasons in words. */
import { type AccountAudit, auditReason } from '../audit/account-audit.ts';
import { problem } from '../errors/catalogue.ts';
import { shortened } from '../trust/authorization-message.ts';
import {
  type Caught,
  childFailed,
  isCaught,
  isOnRecord,
  type MaybeCaught,
  passesByItself,
  reasonOf,
  recoveryRefused,
  type SortedReasons,
  sorted,
} from './caught.ts';
import { reasonFrom } from './reason.ts';
import {
  type Deployment,
  isGood,
  type Mode,
  type Outcome,
  type Promotion,
  type Reason,
  type Rollout,
  type Round,
} from './records.ts';
import type { TargetProgress } from './target-progress.ts';

export interface RolloutFacts {
  readonly mode: Mode;
  /** The rollout's record, if it ever began. */
  readonly rollout: Rollout | undefined;
  /** What was decided on its plans. */
  readonly rounds: readonly Pick<Round, 'round' | 'decision'>[];
  readonly deployments: readonly Deployment[];
  /** The audits of the rollout's accounts. */
  readonly audits: readonly AccountAudit[];
  /** What became of each target that was given work. */
  readonly progress: readonly TargetProgress[];
  /** Why targets could not be planned or watched, or stacks not be brought back, in the last round. */
  readonly refusals: readonly Reason[];
  /** What the state machine caught; an empty object when nothing. */
  readonly caught: MaybeCaught;
  /** Set when the lease went to another promotion meanwhile. */
  readonly leaseLost?: Reason | undefined;
}

/** Something that was to be done in a target and was not, and why. */
export interface Undone {
  readonly target: string;
  readonly code: string;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
}

/**
 * As recorded if it was settled before, or rejected at the door; else errored for errors of ours; rejected where a gate said no before
 * anything failed; failed for stacks and verification; else good.
 */
export function verdict(facts: RolloutFacts): Verdict {
  const { rollout, caught } = facts;
  if (rollout?.settledAt !== undefined || rollout?.status === 'rejected')
    return { outcome: rollout.status as Outcome, reasons: rollout.reasons };
  const unclean = uncleanAfter(facts.audits);
  if (facts.leaseLost !== undefined) return { outcome: 'errored', reasons: [facts.leaseLost, ...unclean] };
  const stops = stopReasons(facts);
  const silent = untold(facts, stops);
  if (!isCaught(caught) && !isWholeFailure(facts) && silent.length + unclean.length === 0) return ended(facts);
  const told = [...stops, ...silent, ...(isCaught(caught) ? caughtReasons(facts, caught, stops) : [])];
  const { errors, failures, refusals } = unclean.length === 0 ? sorted(told) : withAudits(sorted(told), unclean);
  const reasons = [...failures, ...refusals, ...errors];
  if (errors.length > 0) return { outcome: 'errored', reasons };
  if (refusals.length > 0 && failures.length === 0) return { outcome: 'rejected', reasons };
  return { outcome: 'failed', reasons };
}

/** Good only where it was decided that it may be: an end that nothing led to is no success. */
function ended(facts: RolloutFacts): Verdict {
  const last = facts.rounds.toSorted((a, b) => a.round - b.round).at(-1);
  if (last !== undefined && ['go', 'nothing-to-do', 'planned'].includes(last.decision))
    return { outcome: goodOutcome(facts), reasons: tolerated(facts) };
  return {
    outcome: 'errored',
    reasons: [reasonFrom(problem('UNDECIDED', { environment: `${facts.rollout?.environment}` }))],
  };
}

function goodOutcome({ mode, deployments }: RolloutFacts): Outcome {
  if (mode === 'plan') return 'planned';
  return deployments.some((deployment) => deployment.outcome === 'deployed') ? 'succeeded' : 'unchanged';
}

/** Nothing of what was to be done was done: there is no failure of some that the others make good. Drift is told of each target. */
function isWholeFailure({ mode, progress, deployments }: RolloutFacts): boolean {
  const undone = progress.filter(({ status }) => status !== 'done').map(({ target }) => target);
  const whole =
    undone.length === progress.length && targetsRunning(deployments).every((target) => undone.includes(target));
  return undone.length > 0 && (mode === 'drift' || whole);
}

/** Why targets stopped, where that ended the rollout, or was all that it was for: one that never ended is our machinery's fault. */
function stopReasons(facts: RolloutFacts): Reason[] {
  if (!isCaught(facts.caught) && !isWholeFailure(facts)) return [];
  return facts.progress.flatMap(({ status, reasons, target }) =>
    status === 'open' ? [lost(target)] : reasons.filter(({ code }) => code !== 'TARGET_NOT_STARTED'),
  );
}

/** Targets that stopped although the rollout went on: they are told and change nothing about its outcome. */
function tolerated({ progress }: RolloutFacts): Reason[] {
  return progress.flatMap(({ reasons }) => reasons);
}

function lost(target: string): Reason {
  return reasonFrom(problem('TARGET_LOST', { target }), { target });
}

/** What was caught, unless it only stands for what is on record. */
function caughtReasons(
  { refusals, progress }: RolloutFacts,
  caught: Caught,
  stops: readonly Reason[],
): readonly Reason[] {
  if (!isOnRecord(caught)) return [reasonOf(caught)];
  if (stops.length > 0) return [];
  // What was tried again may have passed: it is told where nothing else is known.
  const final = refusals.filter(({ code }) => !passesByItself(code));
  if (final.length > 0) return final;
  if (refusals.length > 0) return refusals;
  if (caught.Error === childFailed || caught.Error === recoveryRefused) return [reasonOf(caught)];
  // Whoever watched them ended without a word.
  return progress.filter(({ soaked }) => soaked === false).map(({ target }) => lost(target));
}

/** Stacks that failed and that no target tells of. */
function untold({ deployments, progress }: RolloutFacts, told: readonly Reason[]): Reason[] {
  const known = new Set(progress.filter(({ status }) => status === 'stopped').map(({ target }) => target));
  return deployments.flatMap(({ outcome, reason, target }) =>
    outcome === 'failed' && reason && !known.has(target) && !told.includes(reason) ? [reason] : [],
  );
}

/**
 * Of what was planned and not executed: what could not be taken away, and may be there still. Where the rollout itself ended because of the
 * same, nothing is to be added: who cannot get into an account planned nothing there.
 */
export function leftBehind(promotion: string, left: readonly Undone[], told: readonly Reason[]): Reason[] {
  return left.flatMap((one) => {
    if (told.some(({ code }) => code === one.code)) return [];
    return [reasonFrom(problem('NOT_DISCARDED', { ...one, promotion }), { target: one.target })];
  });
}

/** Where something was executed and the account could not be looked at afterwards: nobody can say that it is clean. */
export function unaudited(missing: readonly Undone[]): Reason[] {
  return missing.map((one) => {
    return reasonFrom(problem('NOT_AUDITED', one), { target: one.target });
  });
}

/** How the promotion ends with this rollout, or undefined while environments follow. */
export function promotionEnd(
  promotion: Promotion,
  rollouts: readonly Rollout[],
  last: Pick<Rollout, 'environment'> & Verdict,
): Outcome | undefined {
  if (last.outcome !== 'planned' && !isGood(last.outcome)) return last.outcome;
  if (promotion.environments.at(-1) !== last.environment) return undefined;
  if (last.outcome === 'planned') return 'planned';
  const changed = last.outcome === 'succeeded' || rollouts.some((rollout) => rollout.status === 'succeeded');
  return changed ? 'succeeded' : 'unchanged';
}

/** The targets that run the release now: every one of their stacks is deployed or already was as desired. */
export function targetsRunning(deployments: readonly Deployment[]): string[] {
  const targets = [...new Set(deployments.map((deployment) => deployment.target))];
  const arrived = new Set(['deployed', 'unchanged']);
  return targets.filter((target) =>
    deployments.every((deployment) => deployment.target !== target || arrived.has(deployment.outcome)),
  );
}

/** The targets that run the release in part: some stack was changed, or could not be brought back, and not all of them arrived. */
export function targetsMixed(deployments: readonly Deployment[]): string[] {
  const running = new Set(targetsRunning(deployments));
  const changed = deployments.filter(
    ({ outcome, status }) =>
      outcome === 'deployed' ||
      outcome === 'in-progress' ||
      (outcome === 'failed' && !/ROLLBACK_COMPLETE$/.test(status)),
  );
  return [...new Set(changed.map(({ target }) => target))].filter((target) => !running.has(target));
}

/** Characters. A cause may have more, but it travels in the state beside the waves of a thousand targets. */
const mostCause = 8000;

/** The reasons as one text for the execution's cause, which has no room for encoded authorization messages. */
export function reasonText(reasons: readonly Reason[]): string {
  const text = reasons.map(({ code, text: said }) => `${code}: ${shortened(said)}`).join('\n');
  return text.length > mostCause ? `${text.slice(0, mostCause)}…` : text || 'No reason was recorded.';
}

function uncleanAfter(audits: readonly AccountAudit[]): Reason[] {
  return audits.flatMap((audit) => (audit.moment === 'after' ? (auditReason(audit) ?? []) : []));
}

/** What the step that looked told itself is in the ledger too: told once, as what it is, a failure. */
function withAudits({ errors, failures, refusals }: SortedReasons, unclean: readonly Reason[]): SortedReasons {
  const others = (reasons: readonly Reason[]) => reasons.filter(({ code }) => code !== unclean[0]?.code);
  return { errors, failures: [...others(failures), ...unclean], refusals: others(refusals) };
}
