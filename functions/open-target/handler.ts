/** Open target: may this target be started now, and what is to be done in it? What was begun once stays begun. */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { closeProgress, listTargetProgress, openProgress } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readOpenness } from '#shared/aws/openness.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { stoppedBefore, waveOf } from '#shared/domain/promotion/target-progress.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('openTarget', async (input, { ledger }) => {
  const { environment, at, waits } = input;
  await confirmLease(ledger, input, at);
  const wave = waveOf(await listTargetProgress(ledger, input), input);
  const own = wave.find(({ target }) => target === input.target);
  if (own === undefined) throw failure('PLAN_CHANGED', { stack: input.target, planned: input.digest, now: 'none' });
  const open = { kind: 'open' as const, stacks: own.stacks, complete: own.complete };
  if (own.status !== 'assigned') return open;

  const stopped = stoppedBefore(own, wave, input.failureTolerance);
  const targets = [await readTarget(ledger, input.target)];
  const now = stopped
    ? { kind: 'closed' as const, reason: stopped }
    : await readOpenness(ledger, { ...input, environment, targets });
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
