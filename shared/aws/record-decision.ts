/** Keeps what was decided on a plan: the round, what was cleared, who is asked, what each target gets, or why nothing is done. */
import type { Decision, DecisionFacts, RolloutPlan } from '#shared/domain/plan/decision.ts';
import { foreseenDeployments } from '#shared/domain/plan/foreseen.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { Reason } from '#shared/domain/promotion/records.ts';
import { tooLong } from '#shared/domain/promotion/waiting.ts';
import { askForApproval } from './ledger/approvals.ts';
import { recordDeployments } from './ledger/deployments.ts';
import type { Holding } from './ledger/leases.ts';
import { readRollout, recordPlan, recordRejection } from './ledger/promotions.ts';
import { recordRound } from './ledger/rounds.ts';
import type { Ledger } from './ledger/table.ts';
import { assignTargets } from './ledger/target-progress.ts';
import { endWaiting, recordWaiting } from './ledger/waiting.ts';

interface Rollout extends Holding {
  readonly release: string;
  readonly round: number;
  readonly at: string;
}

interface Decided {
  readonly rollout: Rollout;
  readonly plan: RolloutPlan;
  readonly digest: string;
  readonly policyDigest: string;
  readonly policies: readonly Policy[];
  readonly denials: readonly Reason[];
  readonly facts: DecisionFacts;
  readonly decision: Decision;
}

/** Answers the decision that stands: who has waited for too long waits no more. */
export async function recordDecision(ledger: Ledger, decided: Decided): Promise<Decision> {
  const { rollout, digest, policyDigest, facts } = decided;
  // Whoever was rejected before, and did not hear of it, stays so, whatever was lifted meanwhile.
  const known = await readRollout(ledger, rollout.promotion, rollout.environment);
  if (known?.status === 'rejected') return { kind: 'denied' };
  const decision = await waited(ledger, rollout, decided.decision);
  const { promotion, environment, round, at } = rollout;
  await recordRound(ledger, { promotion, environment, round, at, digest, decision: decision.kind });
  const cleared = decision.kind === 'go' || decision.kind === 'recover';
  await recordPlan(ledger, rollout, { digest, policyDigest, cleared, needs: facts.open?.requirement });
  await recordDeployments(ledger, foreseenDeployments(rollout, decided.plan.targets));
  if (decision.kind === 'denied') await recordRejection(ledger, rollout, decided.denials);
  if (decision.kind === 'closed') await recordRejection(ledger, rollout, [decision.reason]);
  if (decision.kind === 'needs-approval')
    await askForApproval(ledger, { ...rollout, ...decision, digest, policies: decided.policies });
  if (decision.kind === 'go') await assignTargets(ledger, { ...rollout, digest, ...decision });
  return decision;
}

async function waited(ledger: Ledger, rollout: Rollout, decision: Decision): Promise<Decision> {
  if (decision.kind !== 'wait') {
    await endWaiting(ledger, rollout);
    return decision;
  }
  const { promotion, environment, at } = rollout;
  const { until, reason } = decision;
  const over = tooLong(await recordWaiting(ledger, { promotion, environment, at, until, reason }), at);
  return over === undefined ? decision : { kind: 'closed', reason: over };
}
