/**
 * Execute: run exactly the planned change set of one stack, and wait for it without paying. The step may be run twice or resumed late, so
 * it checks lease, plan and change set again before it changes anything. Before the first stack of a target its alarms are looked at.
 */
import { confirmLease } from '#shared/aws/ledger/leases.ts';
import { readPlannedStack } from '#shared/aws/ledger/plans.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { recordWait, waitFor } from '#shared/aws/ledger/waits.ts';
import { requireNotStopped } from '#shared/aws/openness.ts';
import { conclude, executeOnce } from '#shared/aws/operations.ts';
import { inTarget } from '#shared/aws/sessions.ts';
import { requireStillReady } from '#shared/aws/soak.ts';
import { waitingTask } from '#shared/lambda/task.ts';

export const handler = waitingTask('execute', async (input, { ledger, documents }) => {
  const { promotion, environment } = input;
  await confirmLease(ledger, input, input.at);
  const target = await readTarget(ledger, input.target);
  const planned = await readPlannedStack(ledger, input);
  await requireStillReady({ ledger, documents }, { ...input, target });

  // Kept before anything is executed: however fast the stack is, whoever hears of its end finds who waits.
  const wait = waitFor(input, target, planned);
  await recordWait(ledger, wait);

  await recordTouched(ledger, input);

  // Nested stacks are named after theirs: their events say why it failed. Change sets are still this promotion's alone.
  const what = { kind: 'execute', stacks: [planned.stackId, `${planned.stackName}-*`] } as const;
  const purpose = { target, role: 'deploy', promotion, environment, step: 'execute', ...what } as const;
  const operation = await inTarget(purpose, (session) =>
    executeOnce(session, { planned, wait, mayBegin: () => requireNotStopped(ledger, input) }),
  );
  await conclude(ledger, wait, operation);
});
