/** Open target: may this target be started now, and what is to be done in it? What was begun once stays begun. */
import { unlessRollback } from '#shared/aws/giving-way.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { closeProgress, listTargetProgress, openProgress } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readLostEligibility, readOpenness } from '#shared/aws/openness.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Openness } from '#shared/domain/promotion/openness.ts';
import { stoppedBefore, waveOf } from '#shared/domain/promotion/target-progress.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput } from '#shared/steps.ts';

export const handler = task('openTarget', async (input, { ledger, documents }) => {
  const { at, waits } = input;
  await confirmLease(ledger, input, at);
  const wave = waveOf(await listTargetProgress(ledger, input), input);
  const own = wave.find(({ target }) => target === input.target);
  if (own === undefined) throw failure('PLAN_CHANGED', { stack: input.target, planned: input.digest, now: 'none' });
  // What was refused before stays so: whoever closed the target may not have been heard.
  if (own.status === 'stopped') return { kind: 'closed' };
  const open = { kind: 'open' as const, stacks: own.stacks, complete: own.complete };
  if (own.status !== 'assigned') return open;

  const stopped = stoppedBefore(own, wave, input.failureTolerance);
  const now = stopped ? { kind: 'closed' as const, reason: stopped } : await opennessFor({ ledger, documents }, input);
  switch (now.kind) {
    case 'open':
      await openProgress(ledger, input);
      return open;
    case 'wait':
      return { kind: 'wait', waits: waits + 1, until: now.until };
    case 'closed':
      await closeProgress(ledger, { ...input, reasons: [{ ...now.reason, target: input.target }] });
      return { kind: 'closed' };
  }
});

/** What is only verified again changes nothing, so that nothing but its turn is in its way. */
async function opennessFor(
  resources: Pick<Resources, 'ledger' | 'documents'>,
  input: StepInput<'openTarget'>,
): Promise<Openness> {
  if (input.mode !== 'promote') return { kind: 'open' };
  const lost = await readLostEligibility(resources, input);
  if (lost !== undefined) return { kind: 'closed', reason: lost };
  const { ledger } = resources;
  const now = await readOpenness(ledger, { ...input, targets: [await readTarget(ledger, input.target)] });
  return unlessRollback(ledger, input, now);
}
