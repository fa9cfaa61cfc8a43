/** Close wave: may the next one start, and are alarms to be watched before? Asked once its targets ended, and again once they were watched. */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { beginSoak, endSoaks, listTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { decidedBySoak, isSoakStopped, isWaveStopped, waveOf } from '#shared/domain/promotion/target-progress.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('closeWave', async (input, { ledger }) => {
  await confirmLease(ledger, input, input.at);
  const all = await listTargetProgress(ledger, input);
  if (input.soaked)
    return { kind: isSoakStopped(decidedBySoak(all, input), input.failureTolerance) ? 'stopped' : 'done' };
  const wave = waveOf(all, input);
  if (isWaveStopped(wave, input.failureTolerance)) return { kind: 'stopped' };
  // After the last wave everything that was deployed is watched once more, together.
  const watched = (input.last ? all.filter(({ round }) => round === input.round) : wave).filter(
    ({ status }) => status === 'done',
  );
  if (input.soakSeconds === 0 || watched.length === 0) {
    if (input.last) await Promise.all(watched.filter(({ soakDue }) => soakDue).map((due) => endSoaks(ledger, due)));
    return { kind: 'done' };
  }
  await Promise.all(watched.map((progress) => beginSoak(ledger, progress, input)));
  const until = after(input.at, input.soakSeconds);
  return { kind: 'soak', targets: watched.map(({ target }) => target), since: input.at, until };
});
