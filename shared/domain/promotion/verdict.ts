/** What a rollout's end means, read from what happened: one outcome and the reasons in words. */
import type { Deployment, Outcome, Promotion, Reason, Rollout } from './records.ts';
import { isGood } from './records.ts';

/** The error a state machine caught: ErrorEquals name and cause text. */
interface Caught {
  readonly Error: string;
  readonly Cause: string;
}

export interface RolloutFacts {
  /** The rollout's record, if it ever began. */
  readonly rollout: Rollout | undefined;
  readonly deployments: readonly Deployment[];
  /** What the state machine caught; an empty object when nothing. */
  readonly caught: Caught | Record<string, never>;
  /** Set when the lease went to another promotion meanwhile. */
  readonly leaseLost?: Reason | undefined;
}

export interface Verdict {
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
}

/** As recorded if it was settled before; else rejected; else errored for errors of ours; else failed for stacks; else good. */
export function verdict(facts: RolloutFacts): Verdict {
  const { rollout, deployments, caught } = facts;
  if (rollout?.settledAt !== undefined || rollout?.status === 'rejected')
    return { outcome: rollout.status as Outcome, reasons: rollout.reasons };
  if (facts.leaseLost !== undefined) return { outcome: 'errored', reasons: [facts.leaseLost] };
  const failed = deployments.flatMap((deployment) =>
    deployment.outcome === 'failed' && deployment.reason ? [deployment.reason] : [],
  );
  const { errors, failures } = isCaught(caught) ? reasonsOf(caught) : { errors: [], failures: [] };
  if (errors.length > 0) return { outcome: 'errored', reasons: [...failed, ...failures, ...errors] };
  if (isCaught(caught) || failed.length > 0) return { outcome: 'failed', reasons: [...failed, ...failures] };
  return {
    outcome: deployments.some((deployment) => deployment.outcome === 'deployed') ? 'succeeded' : 'unchanged',
    reasons: [],
  };
}

/** How the promotion ends with this rollout, or undefined while environments follow. */
export function promotionEnd(
  promotion: Promotion,
  rollouts: readonly Rollout[],
  last: Pick<Rollout, 'environment'> & Verdict,
): Outcome | undefined {
  if (!isGood(last.outcome)) return last.outcome;
  if (promotion.environments.at(-1) !== last.environment) return undefined;
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

/** The reasons as one text for the execution's cause. */
export function reasonText(reasons: readonly Reason[]): string {
  return reasons.map(({ code, text }) => `${code}: ${text}`).join('\n') || 'No reason was recorded.';
}

function isCaught(caught: RolloutFacts['caught']): caught is Caught {
  return 'Error' in caught;
}

interface SortedReasons {
  readonly errors: Reason[];
  readonly failures: Reason[];
}

/** Sorts what a state machine caught into errors of our machinery and failures of stacks or verification. */
function reasonsOf(caught: Caught): SortedReasons {
  switch (caught.Error) {
    // The stack's own reason is in its deployment record.
    case 'StackFailed':
      return { errors: [], failures: [] };
    case 'NotVerified':
      return { errors: [], failures: [{ code: 'NOT_VERIFIED', text: caught.Cause }] };
    case 'WaveStopped':
      return together(
        stoppedTargets(caught.Cause).map((stopped) =>
          stopped.error ? reasonsOf(stopped.error) : { errors: [], failures: [] },
        ),
      );
    default:
      return { errors: [{ code: caught.Error, text: errorText(caught.Cause) }], failures: [] };
  }
}

function together(parts: readonly SortedReasons[]): SortedReasons {
  return { errors: parts.flatMap((part) => part.errors), failures: parts.flatMap((part) => part.failures) };
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
