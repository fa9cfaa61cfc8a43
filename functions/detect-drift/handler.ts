/** Detect drift: let CloudFormation compare what runs in a target with its templates, look until it has, and keep what it found. */
import { lookAtStacks, readDrifts, stacksToWatch } from '#shared/aws/detect-drift.ts';
import type { Documents } from '#shared/aws/documents.ts';
import { findDetection, keepDetection, recordDrift } from '#shared/aws/ledger/drifts.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { closeProgress } from '#shared/aws/ledger/target-progress.ts';
import { listRunning, readTarget, type TargetRecord } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { concluded, detectionWait, driftReasons } from '#shared/domain/drift/detection.ts';
import { type DriftRecord, driftRecordOf } from '#shared/domain/drift/drift.ts';
import { stacksOf } from '#shared/domain/release/desired-stacks.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput } from '#shared/steps.ts';

export const handler = task('detectDrift', async (input, { ledger, documents }) => {
  const { promotion, environment, pipeline, at, polls } = input;
  await confirmLease(ledger, input, at);
  const target = await readTarget(ledger, input.target);
  const stacks = await runningStacks({ ledger, documents }, input, target);
  if (stacks.length === 0) return { kind: 'checked' };

  return inTarget(purposeOf(input, target, stacks), async (session) => {
    const known = await findDetection(ledger, input);
    const seen = await lookAtStacks(session, known?.stacks ?? (await stacksToWatch(session, stacks)));
    await keepDetection(ledger, { promotion, environment, target: target.name, stacks: seen });
    const waitSeconds = detectionWait(seen, polls);
    if (waitSeconds !== undefined) return { kind: 'pending', polls: polls + 1, waitSeconds };

    const records: DriftRecord[] = [];
    for (const { stack, stackName } of stacks) {
      const parts = concluded(seen).filter((one) => one.stack === stack);
      const where = { pipeline, environment, target: target.name, stack, stackName, promotion };
      const record = driftRecordOf(where, await readDrifts(session, parts), at);
      await recordDrift(ledger, record);
      records.push(record);
    }
    const reasons = driftReasons(target.name, records);
    if (reasons.length === 0) return { kind: 'checked' };
    await closeProgress(ledger, { ...input, reasons });
    return { kind: 'drifted' };
  });
});

/** The stacks of what is on record as running in the target: the promotion's release may be another one. */
async function runningStacks(
  { ledger, documents }: { ledger: Ledger; documents: Documents },
  { pipeline, environment }: StepInput<'detectDrift'>,
  target: TargetRecord,
): Promise<{ stack: string; stackName: string }[]> {
  const running = (await listRunning(ledger, pipeline)).find(
    (one) => one.environment === environment && one.target === target.name,
  );
  if (running === undefined) return [];
  const release = await readRelease(documents, running.release);
  return stacksOf(release, target).map(({ name, stackName }) => ({ stack: name, stackName }));
}

/** Nested stacks are named after their parents (User Guide, "Nested stacks"). */
function purposeOf(
  { promotion, environment }: StepInput<'detectDrift'>,
  target: TargetRecord,
  stacks: readonly { readonly stackName: string }[],
): Purpose {
  const names = stacks.flatMap(({ stackName }) => [stackName, `${stackName}-*`]);
  return { target, role: 'audit', promotion, environment, step: 'detect-drift', kind: 'drift', stacks: names };
}
