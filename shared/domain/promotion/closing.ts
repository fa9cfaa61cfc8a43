/** How a promotion ends whose execution ended without saying so: read from what was recorded until then. */
import type { AccountAudit } from '../audit/account-audit.ts';
import { problem } from '../errors/catalogue.ts';
import { shortened } from '../trust/authorization-message.ts';
import type { Deployment, Outcome, Promotion, Reason, Rollout } from './records.ts';
import type { TargetProgress } from './target-progress.ts';
import { promotionEnd, type Verdict, verdict } from './verdict.ts';

/** How Step Functions says an execution ended (API reference, DescribeExecution), or that it knows none. */
export interface ExecutionEnd {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'UNKNOWN';
  readonly error?: string;
  readonly cause?: string;
}

export interface Closing {
  readonly status: Outcome;
  /** Why, where no rollout can say so. */
  readonly reasons: readonly Reason[];
  /** The rollouts that nobody settled. */
  readonly rollouts: readonly (Verdict & { readonly environment: string })[];
}

interface Recorded {
  readonly promotion: Promotion;
  readonly rollouts: readonly Rollout[];
  readonly deployments: readonly Deployment[];
  readonly progress: readonly TargetProgress[];
  readonly audits: readonly AccountAudit[];
}

/** Longer causes are in the execution itself. */
const mostText = 500;

/** What is settled stands. What is not ends as the execution did: `aborted` where a person stopped it, `errored` otherwise. */
export function closing(recorded: Recorded, end: ExecutionEnd): Closing {
  const { promotion, rollouts } = recorded;
  const reason = reasonOf(promotion, end);
  const settled = rollouts.filter(({ settledAt }) => settledAt !== undefined);
  const open = rollouts
    .filter(({ settledAt }) => settledAt === undefined)
    .map((rollout) => ({ environment: rollout.environment, ...verdictOn(rollout, recorded, { end, reason }) }));
  const before = recordedEnd(promotion, settled);
  if (before !== undefined) return { status: before, reasons: [], rollouts: open };
  const [last] = open;
  return {
    status: last?.outcome ?? endOf(end),
    reasons: last === undefined ? [reason] : [],
    rollouts: open,
  };
}

/** The end that the settled rollouts mean by themselves, if they do. */
function recordedEnd(promotion: Promotion, settled: readonly Rollout[]): Outcome | undefined {
  const ends = settled.map(({ environment, status, reasons }) =>
    promotionEnd(promotion, settled, { environment, outcome: status as Outcome, reasons }),
  );
  return ends.find((end) => end !== undefined);
}

function verdictOn(
  rollout: Rollout,
  { promotion, deployments, progress, audits }: Recorded,
  { end, reason }: { end: ExecutionEnd; reason: Reason },
): Verdict {
  const here = <Kind extends { environment: string }>(all: readonly Kind[]) =>
    all.filter(({ environment }) => environment === rollout.environment);
  const caught = { Error: reason.code, Cause: reason.text };
  const { outcome, reasons } = verdict({
    ...{ mode: promotion.mode, rollout, caught, rounds: [], refusals: [] },
    ...{ deployments: here(deployments), progress: here(progress), audits: here(audits) },
  });
  return { outcome: outcome === 'rejected' ? outcome : endOf(end), reasons };
}

function endOf({ status }: ExecutionEnd): Outcome {
  return status === 'ABORTED' ? 'aborted' : 'errored';
}

function reasonOf({ id }: Promotion, { status, error, cause }: ExecutionEnd): Reason {
  const detail = shortened([error, cause].filter(Boolean).join(' ')).slice(0, mostText);
  const {
    code,
    cause: said,
    next,
  } = status === 'UNKNOWN'
    ? problem('EXECUTION_UNKNOWN', { promotion: id })
    : problem('EXECUTION_ENDED', { status, detail });
  return { code, text: `${said} ${next}` };
}
