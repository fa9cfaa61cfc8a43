/** Decide: one plan document with one digest for the whole rollout, and what it asks for. */
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { recordDeployments, recordPlan } from '#shared/aws/ledger/promotions.ts';
import { decision, foreseenDeployments, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('decide', async (input, { ledger, documents }) => {
  await confirmLease(ledger, input, input.at);
  const targets = await Promise.all(
    input.plans.map(async ({ digest }) => TargetPlan.parse(await getDocument(documents, 'plans', digest))),
  );
  const digest = await putDocument(documents, 'plans', rolloutPlanOf(input, targets));
  await recordPlan(ledger, input, digest);
  await recordDeployments(ledger, foreseenDeployments(input, targets));
  return { ...decision(targets), digest };
});
