/** Decide: one plan document with one digest for the whole rollout, what the policies say of it, and what comes next. */
import { putDocument } from '#shared/aws/documents.ts';
import { askForApproval, listApprovalRequests } from '#shared/aws/ledger/approvals.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { recordDeployments, recordPlan, recordRejection } from '#shared/aws/ledger/promotions.ts';
import { recordRound } from '#shared/aws/ledger/rounds.ts';
import { listTargets } from '#shared/aws/ledger/targets.ts';
import { readRolloutPlan, readTargetPlan } from '#shared/aws/plan-documents.ts';
import { readPolicySet } from '#shared/aws/policy-set.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { tell } from '#shared/aws/tell.ts';
import { answerTo, decision, rolloutPlanOf } from '#shared/domain/plan/decision.ts';
import { foreseenDeployments } from '#shared/domain/plan/foreseen.ts';
import { nextRound } from '#shared/domain/plan/rounds.ts';
import { assess } from '#shared/domain/policy/assess.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import { dependenciesIn } from '#shared/domain/release/upstream.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('decide', async (input, { ledger, documents, bus }) => {
  const { mode } = input;
  await confirmLease(ledger, input, input.at);
  const [release, targets, { policies, digest: policyDigest }, requests] = await Promise.all([
    readRelease(documents, input.release),
    listTargets(ledger),
    readPolicySet(ledger, documents),
    listApprovalRequests(ledger, input),
  ]);
  const plans = await Promise.all(input.plans.map(({ digest }) => readTargetPlan(documents, digest)));
  const plan = rolloutPlanOf(input, plans);
  const digest = await putDocument(documents, 'plans', plan);
  const approvals = requests.filter(({ status }) => status === 'approved');
  const approved = await Promise.all(approvals.map((request) => readRolloutPlan(documents, request.digest)));

  const { denials, open } = assess(plan, { policies, targets, approved });
  const environment = environmentOf(release, input.environment);
  const facts = { mode, environment, targets, stacks: dependenciesIn(release), denied: denials.length > 0, open };
  const decided = decision(facts, plan);

  const { promotion, round, at } = input;
  await recordRound(ledger, {
    ...{ promotion, environment: input.environment, round, at },
    ...{ digest, decision: decided.kind },
  });
  await recordPlan(ledger, input, { digest, policyDigest, cleared: isCleared(decided.kind), needs: open?.requirement });
  await recordDeployments(ledger, foreseenDeployments(input, plan.targets));
  if (decided.kind === 'denied') await recordRejection(ledger, input, denials);
  if (decided.kind === 'needs-approval') await askForApproval(ledger, { ...input, ...decided, digest, policies });
  report(await tell({ ledger, bus }, input.promotion));
  return answerTo(decided, { digest, nextRound: nextRound(input, release.stacks.length) });
});

function isCleared(kind: string): boolean {
  return kind === 'go' || kind === 'recover';
}
