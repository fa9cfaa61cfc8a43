/** What a rollout's end means, read from what happened: one outcome and the reasons in words. */
import { type AccountAudit, auditReason } from '../audit/account-audit.ts';
import { catalogue, problem } from '../errors/catalogue.ts';
import { shortened } from '../trust/authorization-message.ts';
import { reasonFrom } from './reason.ts';
import { type Deployment, isGood, type Mode, type Outcome, type Promotion, Reason, type Rollout } from './records.ts';

/** The error a state machine caught: ErrorEquals name and cause text. */
interface Caught {
  readonly Error: string;
  readonly Cause: string;
}

export interface RolloutFacts {
  readonly mode: Mode;
  /** The rollout's record, if it ever began. */
  readonly rollout: Rollout | undefined;
  readonly deployments: readonly Deployment[];
  /** The audits of the rollout's accounts. */
  readonly audits: readonly AccountAudit[];
  /** What the state machine caught; an empty object when nothing. */
  readonly caught: Caught | Record<string, never>;
  /** Set when the lease went to another promotion meanwhile. */
  readonly leaseLost?: Reason | undefined;
}

/** What became of the change sets of one target that were not executed. */
export type Discarded =
  | { readonly kind: 'discarded' }
  | { readonly kind: 'left'; readonly target: string; readonly code: string };

/** Whether the account of a target was looked at after what was executed there. */
export type AfterAudit =
  | { readonly kind: 'audited' }
  | { readonly kind: 'untouched' }
  | { readonly kind: 'missing'; readonly target: string; readonly code: string };

export interface Verdict {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
}

/**
 * As recorded if it was settled before, or rejected at the door; else errored for errors of ours; rejected where a gate said no before
 * anything failed; failed for stacks and verification; else good.
 */
export function verdict(facts: RolloutFacts): Verdict {
  const { rollout, deployments, caught } = facts;
  if (rollout?.settledAt !== undefined || rollout?.status === 'rejected')
    return { outcome: rollout.status as Outcome, reasons: rollout.reasons };
  const unclean = uncleanAfter(facts.audits);
  if (facts.leaseLost !== undefined) return { outcome: 'errored', reasons: [facts.leaseLost, ...unclean] };
  const failed = deployments.flatMap((deployment) =>
    deployment.outcome === 'failed' && deployment.reason ? [deployment.reason] : [],
  );
  const sorted = isCaught(caught) ? reasonsOf(caught) : nothing;
  const { errors, failures, refusals } = unclean.length === 0 ? sorted : withAudits(sorted, unclean);
  const reasons = [...failed, ...failures, ...refusals, ...errors];
  if (errors.length > 0) return { outcome: 'errored', reasons };
  if (refusals.length > 0 && failed.length + failures.length === 0) return { outcome: 'rejected', reasons };
  if (isCaught(caught) || reasons.length > 0) return { outcome: 'failed', reasons };
  if (facts.mode === 'plan') return { outcome: 'planned', reasons: [] };
  return {
    outcome: deployments.some((deployment) => deployment.outcome === 'deployed') ? 'succeeded' : 'unchanged',
    reasons: [],
  };
}

/**
 * Of what was planned and not executed: what could not be taken away, and may be there still. Where the rollout itself ended because of the
 * same, nothing is to be added: who cannot get into an account planned nothing there.
 */
export function leftBehind(promotion: string, discards: readonly Discarded[], told: readonly Reason[]): Reason[] {
  return discards.flatMap((one) => {
    if (one.kind === 'discarded' || told.some(({ code }) => code === one.code)) return [];
    return [reasonFrom(problem('NOT_DISCARDED', { ...one, promotion }), { target: one.target })];
  });
}

/** Where something was executed and the account could not be looked at afterwards: nobody can say that it is clean. */
export function unaudited(audits: readonly AfterAudit[]): Reason[] {
  return audits.flatMap((one) => {
    if (one.kind !== 'missing') return [];
    return [reasonFrom(problem('NOT_AUDITED', one), { target: one.target })];
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

/** The reasons as one text for the execution's cause, which has no room for encoded authorization messages. */
export function reasonText(reasons: readonly Reason[]): string {
  return reasons.map(({ code, text }) => `${code}: ${shortened(text)}`).join('\n') || 'No reason was recorded.';
}

function uncleanAfter(audits: readonly AccountAudit[]): Reason[] {
  return audits.flatMap((audit) => (audit.moment === 'after' ? (auditReason(audit) ?? []) : []));
}

/** What the step that looked told itself is in the ledger too: told once, as what it is, a failure. */
function withAudits({ errors, failures, refusals }: SortedReasons, unclean: readonly Reason[]): SortedReasons {
  const others = (reasons: readonly Reason[]) => reasons.filter(({ code }) => code !== unclean[0]?.code);
  return { errors, failures: [...others(failures), ...unclean], refusals: others(refusals) };
}

function isCaught(caught: RolloutFacts['caught']): caught is Caught {
  return 'Error' in caught;
}

interface SortedReasons {
  /** Our machinery broke. */
  readonly errors: readonly Reason[];
  /** A stack or its verification is not good. */
  readonly failures: readonly Reason[];
  /** A gate said no. */
  readonly refusals: readonly Reason[];
}

const nothing: SortedReasons = { errors: [], failures: [], refusals: [] };

/** Sorts what a state machine caught by what it means. The exit code of a catalogue entry says so: 1 failed, 3 a gate said no. */
function reasonsOf(caught: Caught): SortedReasons {
  switch (caught.Error) {
    // The stack's own reason is in its deployment record.
    case 'StackFailed':
      return nothing;
    case 'NotVerified':
      return { ...nothing, failures: [verificationReason(caught.Cause)] };
    case 'WaveStopped':
      return together(
        stoppedTargets(caught.Cause).map((stopped) => (stopped.error ? reasonsOf(stopped.error) : nothing)),
      );
    default:
      return byExit({ code: caught.Error, text: errorText(caught.Cause) });
  }
}

function byExit(reason: Reason): SortedReasons {
  const exit = Object.entries(catalogue).find(([code]) => code === reason.code)?.[1].exit;
  if (exit === 1) return { ...nothing, failures: [reason] };
  return exit === 3 ? { ...nothing, refusals: [reason] } : { ...nothing, errors: [reason] };
}

/** Verify's reason travels as JSON in the cause. */
function verificationReason(cause: string): Reason {
  const parsed = Reason.safeParse(parsedJson(cause));
  return parsed.success ? parsed.data : { code: 'NOT_VERIFIED', text: cause };
}

function together(parts: readonly SortedReasons[]): SortedReasons {
  return {
    errors: parts.flatMap((part) => part.errors),
    failures: parts.flatMap((part) => part.failures),
    refusals: parts.flatMap((part) => part.refusals),
  };
}

function stoppedTargets(cause: string): { error?: Caught }[] {
  const parsed = parsedJson(cause);
  return Array.isArray(parsed) ? (parsed as { error?: Caught }[]) : [];
}

/** A Lambda's failure arrives as JSON text with an errorMessage; other causes are plain text. */
function errorText(cause: string): string {
  const parsed = parsedJson(cause);
  const message =
    typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed ? parsed.errorMessage : undefined;
  return typeof message === 'string' ? message : cause;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
