/** Plan: prepare the change sets of one target's stacks, and keep what they would do under its digest. Executes nothing. */
import { requireClean } from '#shared/aws/audit-target.ts';
import { deleteChangeSet } from '#shared/aws/change-sets.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { checkLease } from '#shared/aws/ledger/leases.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { beginStack, lookAtStack } from '#shared/aws/prepare-stack.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { changeSetName } from '#shared/domain/names.ts';
import { emptyChangeSets, plannedStacks, progressOf, targetPlanOf } from '#shared/domain/plan/preparation.ts';
import { desiredStacks } from '#shared/domain/release/desired-stacks.ts';
import { log } from '#shared/lambda/log.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('plan', async (input, { ledger, documents, artifacts }) => {
  const { promotion, environment, polls } = input;
  await checkLease(ledger, input);
  const target = await readTarget(ledger, input.target);
  if (polls === 0) await requireClean(ledger, { promotion, environment, target, moment: 'before', at: input.at });
  const desired = desiredStacks(await readRelease(documents, input.release), { environment, target, artifacts });

  const stacks = desired.map((stack) => stack.stackName);
  const what = { kind: 'preview', stacks, artifacts } as const;
  return inTarget({ target, role: 'preview', promotion, environment, step: 'plan', ...what }, async (session) => {
    if (session.widenedTo.length > 0)
      log.warn('session policy names stacks by prefix', { widenedTo: session.widenedTo });
    const prepare = polls === 0 ? beginStack : lookAtStack;
    const preparations = await Promise.all(
      desired.map((stack) => prepare(session, stack, changeSetName(promotion, 1))),
    );
    const progress = progressOf(preparations, polls);
    if (progress.kind === 'pending') return progress;

    const digest = await putDocument(documents, 'plans', targetPlanOf(target, desired, preparations));
    const stacks = plannedStacks(preparations);
    await recordPlannedTarget(ledger, {
      promotion,
      environment,
      target: target.name,
      digest,
      preparedAt: input.at,
      stacks,
    });
    await Promise.all(emptyChangeSets(preparations).map((empty) => deleteChangeSet(session, empty)));
    return { kind: 'planned', target: target.name, digest };
  });
});
