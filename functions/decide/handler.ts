/** Decide: one plan document with one digest for the whole rollout, and what it asks for. */
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { recordDeployments, recordPlan } from '#shared/aws/ledger/promotions.ts';
import { listTargets } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { decision, foreseenDeployments, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import { TargetPlan } from '#shared/domain/plan/stack-plan.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('decide', async (input, { ledger, documents }) => {
  await confirmLease(ledger, input, input.at);
  const plans = await Promise.all(
    input.plans.map(async ({ digest }) => TargetPlan.parse(await getDocument(documents, 'plans', digest))),
  );
  const digest = await putDocument(documents, 'plans', rolloutPlanOf(input, plans));
  await recordPlan(ledger, input, digest);
  await recordDeployments(ledger, foreseenDeployments(input, plans));
  const environment = environmentOf(await readRelease(documents, input.release), input.environment);
  return {
    ...decision(environment, await listTargets(ledger), plans),
    digest,
    nextRound: input.round + 1,
    more: false,
  };
});
