/** Decide: one plan document with one digest for the whole rollout, what the policies say of it, and what comes next. */
import { decisionFacts } from '#shared/aws/decision-facts.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { givingWay } from '#shared/aws/giving-way.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { listLeftOut } from '#shared/aws/ledger/target-progress.ts';
import { readPlannedTargets } from '#shared/aws/plan-documents.ts';
import { recordDecision } from '#shared/aws/record-decision.ts';
import { tell } from '#shared/aws/tell.ts';
import { answerTo, decision, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import { nextRound } from '#shared/domain/plan/rounds.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('decide', async (input, { ledger, documents, bus }) => {
  await confirmLease(ledger, input, input.at);
  const leftOut = await listLeftOut(ledger, input);
  const { plans, since } = await readPlannedTargets({ ledger, documents }, { ...input, leftOut });
  const plan = rolloutPlanOf(input, plans);
  const digest = await putDocument(documents, 'plans', plan);
  const { release, ...found } = await decisionFacts({ ledger, documents }, { ...input, since, leftOut }, plan);
  const decided = await givingWay(ledger, input, decision(found.facts, plan));
  const stands = await recordDecision(ledger, { ...found, rollout: input, plan, digest, decision: decided });
  report(await tell({ ledger, bus }, input.promotion));
  return answerTo(stands, { digest, nextRound: nextRound(input, release.stacks.length), leftOut });
});
