/** Await approval: leave word of where to answer, keep the environment meanwhile, and end. People answer over the API. */
import { answerOf, waitForApproval } from '#shared/aws/ledger/approvals.ts';
import { keepLease } from '#shared/aws/ledger/leases.ts';
import { answerTask } from '#shared/aws/state-machine.ts';
import { after, waitMargin } from '#shared/domain/promotion/lease.ts';
import { waitingTask } from '#shared/lambda/task.ts';

export const handler = waitingTask('awaitApproval', async (input, { ledger }) => {
  const { at, seconds, token } = input;
  // Nobody can confirm the lease while nothing runs, so it lasts as long as the wait.
  await keepLease(ledger, input, after(at, seconds + waitMargin));
  const request = await waitForApproval(ledger, input, token);
  // Somebody was quicker than this step, or an earlier attempt of it was answered and that answer got lost.
  const answer = await answerOf(ledger, request);
  if (answer !== undefined) await answerTask(token, answer);
});
