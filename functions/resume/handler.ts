/**
 * Resume: a stack event arrived. It is only a wake-up: whether it is early, late, doubled or forged, the stack itself is read in its
 * account, and the waiting step is answered only if its own operation has ended there.
 */
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { readWait } from '#shared/aws/ledger/waits.ts';
import { conclude } from '#shared/aws/operations.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { readOperation } from '#shared/aws/stacks.ts';
import { wakeUpOf } from '#shared/domain/promotion/wake-up.ts';
import { onEvent } from '#shared/lambda/event.ts';

export const handler = onEvent('resume', async (event, { ledger }) => {
  const wakeUp = wakeUpOf(event);
  if (wakeUp.kind === 'ignored') return wakeUp;
  const wait = await readWait(ledger, wakeUp.stackId);
  if (wait === undefined) return { kind: 'ignored', why: 'nobody waits for this stack' };
  const target = await readTarget(ledger, wait.target);
  const { promotion, environment, stackId, operation: token, since } = wait;
  // Nested stacks are named after theirs: their events say why it failed.
  const what = { kind: 'read', stacks: [stackId, `${wait.stackName}-*`] } as const;
  const purpose = { target, role: 'preview', promotion, environment, step: 'resume', ...what } as const;
  const operation = await inTarget(purpose, (session) => readOperation(session, { stackId, token, since }));
  if (operation.kind === 'not-started')
    return { kind: 'ignored', why: 'the operation of this promotion has not started' };
  return { kind: await conclude(ledger, wait, operation), promotion };
});
