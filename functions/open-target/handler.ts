/** Open target: may this target be started now, and what is to be done in it? What was begun once stays begun. */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { closeProgress, listTargetProgress, openProgress } from '#shared/aws/ledger/target-progress.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { stoppedBefore, waveOf } from '#shared/domain/promotion/target-progress.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('openTarget', async (input, { ledger }) => {
  await confirmLease(ledger, input, input.at);
  const wave = waveOf(await listTargetProgress(ledger, input), input);
  const own = wave.find(({ target }) => target === input.target);
  if (own === undefined) throw failure('PLAN_CHANGED', { stack: input.target, planned: input.digest, now: 'none' });
  if (own.status === 'assigned') {
    const reason = stoppedBefore(own, wave, input.failureTolerance);
    if (reason !== undefined) {
      await closeProgress(ledger, { ...input, reasons: [reason] });
      return { kind: 'closed' };
    }
    await openProgress(ledger, input);
  }
  return { kind: 'open', stacks: own.stacks, complete: own.complete };
});
