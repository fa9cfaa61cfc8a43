/**
 * Plan: make a target's change sets as the preview role, read what they would do, and keep that under its digest. One call does one step;
 * while CloudFormation is at it, the answer says when to look again. A target that failed in an earlier round is left as it is.
 */
import { requireClean, requireStillClean } from '#shared/aws/audit-target.ts';
import { deleteChangeSet } from '#shared/aws/change-sets.ts';
import { putDocument } from '#shared/aws/documents.ts';
import { listDrifts } from '#shared/aws/ledger/drifts.ts';
import { checkLease } from '#shared/aws/ledger/leases.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { isLeftOut } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { previewPurpose, type TargetWork, targetWork } from '#shared/aws/plan-target.ts';
import { beginStack, lookAtStack } from '#shared/aws/prepare-stack.ts';
import { orRefused } from '#shared/aws/refuse-target.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { requireReady } from '#shared/aws/soak.ts';
import { mapBounded } from '#shared/bounded.ts';
import type { DriftRecord } from '#shared/domain/drift/drift.ts';
import { withDrift } from '#shared/domain/drift/plan-drift.ts';
import { demandUnusedExports } from '#shared/domain/plan/exports-in-use.ts';
import {
  emptyChangeSets,
  plannedStacks,
  progressOf,
  targetPlanOf,
  withoutRefusals,
} from '#shared/domain/plan/preparation.ts';
import { log } from '#shared/lambda/log.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput, StepOutput } from '#shared/steps.ts';

/** CloudFormation throttles an account that is asked about everything at once. */
const stacksAtOnce = 8;

export const handler = task('plan', (input, resources) =>
  orRefused(resources.ledger, input, () => plan(input, resources)),
);

async function plan(
  input: StepInput<'plan'>,
  { ledger, documents, artifacts }: Resources,
): Promise<StepOutput<'plan'>> {
  const { promotion, environment, round, polls } = input;
  await checkLease(ledger, input);
  if (await isLeftOut(ledger, input)) return { kind: 'planned' };
  const target = await readTarget(ledger, input.target);
  const audit = { promotion, environment, target, at: input.at };
  if (polls === 0) await (round === 1 ? requireClean(ledger, audit) : requireStillClean(ledger, audit));
  const work = await targetWork({ ledger, documents, artifacts }, { ...input, target });
  if (polls === 0 && input.mode === 'promote') await requireReady(ledger, { ...audit, settings: work.soak });

  return inTarget(previewPurpose(work, { ...input, target }), async (session) => {
    if (session.widenedTo.length > 0)
      log.warn('session policy names stacks by prefix', { widenedTo: session.widenedTo });
    const prepare = polls === 0 ? beginStack : lookAtStack;
    const begun = await mapBounded(work.stacks, stacksAtOnce, ({ desired, preparing }) =>
      prepare(session, desired, preparing),
    );
    const progress = progressOf(begun, polls, target);
    if (progress.kind === 'pending') return progress;

    const desired = work.stacks.map((stack) => stack.desired);
    const preparations = withoutRefusals(begun, desired, target);
    demandUnusedExports(preparations, desired, target);
    const known = await knownDrifts(ledger, work, input);
    const drifted = withDrift(targetPlanOf(target, desired, preparations), preparations, known);
    const digest = await putDocument(documents, 'plans', drifted);
    const stacks = plannedStacks(preparations);
    const planned = { promotion, environment, target: target.name, digest, preparedAt: input.at, stacks };
    await recordPlannedTarget(ledger, planned);
    await mapBounded(emptyChangeSets(preparations), stacksAtOnce, (empty) => deleteChangeSet(session, empty));
    return { kind: 'planned' };
  });
}

/** Nothing where the environment does not want to hear of it. */
async function knownDrifts(
  ledger: Ledger,
  { ignoresDrift }: TargetWork,
  { pipeline, environment, target }: StepInput<'plan'>,
): Promise<DriftRecord[] | undefined> {
  return ignoresDrift ? undefined : listDrifts(ledger, { pipeline, environment, target });
}
