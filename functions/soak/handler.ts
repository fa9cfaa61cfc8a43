/** Soak: look whether the alarms of a target are good, as often as it takes. */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { concludeSoak } from '#shared/aws/ledger/target-progress.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('soak', async (input, { ledger }) => {
  await confirmLease(ledger, input, input.at);
  if (input.at < input.until) return { kind: 'pending', polls: input.polls + 1, next: input.until };
  await concludeSoak(ledger, { ...input, reasons: [] });
  return { kind: 'soaked' };
});
