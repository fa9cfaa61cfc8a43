/** Open target: may this target be started now, and what is to be done in it? What was begun once stays begun. */
import { unlessPressed, unlessRollback } from '#shared/aws/giving-way.ts';
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { closeProgress, listStopped, openProgress, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { endWaiting, recordWaiting } from '#shared/aws/ledger/waiting.ts';
import { readLostEligibility, readOpenness } from '#shared/aws/openness.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Openness } from '#shared/domain/promotion/openness.ts';
import { stoppedBefore, waveOf } from '#shared/domain/promotion/target-progress.ts';
import { tooLong } from '#shared/domain/promotion/waiting.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput } from '#shared/steps.ts';

export const handler = task('openTarget', async (input, { ledger, documents }) => {
  const { at, waits } = input;
  await confirmLease(ledger, input, at);
  const own = await readTargetProgress(ledger, input);
  if (own?.round !== input.round || own.wave !== input.number)
    throw failure('PLAN_CHANGED', { stack: input.target, planned: input.digest, now: 'none' });
  // What was refused before stays so: whoever closed the target may not have been heard.
  if (own.status === 'stopped') return { kind: 'closed' };
  const open = { kind: 'open' as const, stacks: own.stacks, complete: own.complete };
  if (own.status !== 'assigned') return open;

  const stopped = stoppedBefore(own, waveOf(await listStopped(ledger, input), input), input.failureTolerance);
  const now = stopped ? { kind: 'closed' as const, reason: stopped } : await opennessFor({ ledger, documents }, input);
  if (now.kind === 'wait') return { kind: 'wait', waits: waits + 1, until: now.until };
  if (now.kind === 'open') await openProgress(ledger, input);
  else await closeProgress(ledger, { ...input, reasons: [{ ...now.reason, target: input.target }] });
  // However often it looked: what it waited for may be on record from a look that nobody heard of.
  await endWaiting(ledger, input);
  return now.kind === 'open' ? open : { kind: 'closed' };
});

/** What changes nothing has nothing in its way but its turn, and whoever needs the environment more. Nobody waits for too long. */
async function opennessFor(
  resources: Pick<Resources, 'ledger' | 'documents'>,
  input: StepInput<'openTarget'>,
): Promise<Openness> {
  const { ledger } = resources;
  if (input.mode !== 'promote') return unlessPressed(ledger, input);
  const lost = await readLostEligibility(resources, input);
  if (lost !== undefined) return { kind: 'closed', reason: lost };
  const open = await readOpenness(ledger, { ...input, targets: [await readTarget(ledger, input.target)] });
  const found = await unlessRollback(ledger, input, open);
  if (found.kind !== 'wait') return found;
  const over = tooLong(await recordWaiting(ledger, { ...input, ...found }), input.at);
  return over === undefined ? found : { kind: 'closed', reason: over };
}
