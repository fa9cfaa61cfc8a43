/** Close target: record how a target ended, so that no reason has to travel in the state. */
import { listDeployments } from '#shared/aws/ledger/deployments.ts';
import { closeProgress, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { targetReasons } from '#shared/domain/promotion/target-end.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('closeTarget', async (input, { ledger }) => {
  const { target, error } = input;
  const deployments = await listDeployments(ledger, input);
  await closeProgress(ledger, { ...input, reasons: targetReasons({ target, error, deployments }) });
  const status = (await readTargetProgress(ledger, input))?.status;
  return { kind: status === 'done' ? 'done' : 'stopped' };
});
