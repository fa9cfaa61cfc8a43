/** Decide: one plan document with one digest for the whole rollout, what the policies say of it, and what comes next. */
import { decisionFacts } from '#shared/aws/decision-facts.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { askForApproval } from '#shared/aws/ledger/approvals.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { recordDeployments, recordPlan, recordRejection } from '#shared/aws/ledger/promotions.ts';
import { recordRound } from '#shared/aws/ledger/rounds.ts';
import { assignTargets } from '#shared/aws/ledger/target-progress.ts';
import { readPlannedTargets } from '#shared/aws/plan-documents.ts';
import { tell } from '#shared/aws/tell.ts';
import { answerTo, decision, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import { foreseenDeployments } from '#shared/domain/plan/foreseen.ts';
import { nextRound } from '#shared/domain/plan/rounds.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('decide', async (input, { ledger, documents, bus }) => {
  await confirmLease(ledger, input, input.at);
  const plan = rolloutPlanOf(input, await readPlannedTargets({ ledger, documents }, input));
  const digest = await putDocument(documents, 'plans', plan);
  const { release, policies, policyDigest, denials, facts } = await decisionFacts({ ledger, documents }, input, plan);
  const decided = decision(facts, plan);

  const { promotion, environment, round, at } = input;
  await recordRound(ledger, { promotion, environment, round, at, digest, decision: decided.kind });
  const cleared = decided.kind === 'go' || decided.kind === 'recover';
  await recordPlan(ledger, input, { digest, policyDigest, cleared, needs: facts.open?.requirement });
  await recordDeployments(ledger, foreseenDeployments(input, plan.targets));
  if (decided.kind === 'denied') await recordRejection(ledger, input, denials);
  if (decided.kind === 'needs-approval') await askForApproval(ledger, { ...input, ...decided, digest, policies });
  if (decided.kind === 'go') await assignTargets(ledger, { ...input, digest, ...decided });
  report(await tell({ ledger, bus }, promotion));
  return answerTo(decided, { digest, nextRound: nextRound(input, release.stacks.length) });
});
