/** Somebody stops the execution of a promotion: what it had begun in each target is stopped with it, with the shipped policies. */
import { GetExecutionHistoryCommand, ListExecutionsCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientsAs, person } from './clients.ts';
import { executionOf } from './observations.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { begin } from './small-release.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 60_000);
afterAll(() => rehearsal.close());

it('stops the executions of its targets, and nothing of it waits any more', async () => {
  const promotion = await begin(rehearsal, { pipeline: 'stopped' });
  const { states } = clientsAs(rehearsal, person(rehearsal, 'carol'));
  const { executions, tokens } = rehearsal.sandbox.world.states;
  const waiting = () => Object.values(tokens).find(({ open, execution }) => open && executions[execution]?.child);
  await rehearsal.sandbox.run(() => waiting() !== undefined);
  const { execution: child } = waiting()!;
  const parent = executionOf(rehearsal, promotion);
  expect(executions[child]!.child!.parent).toBe(parent.arn);

  const { executions: listed } = await states.send(new ListExecutionsCommand({ stateMachineArn: parent.machineArn }));
  expect(listed!.map(({ executionArn }) => executionArn)).toEqual([parent.arn]);
  await states.send(new StopExecutionCommand({ executionArn: parent.arn, error: 'Stopped', cause: 'by hand' }));
  await rehearsal.sandbox.run();

  const running = Object.values(executions).filter(({ run }) => run.status === 'RUNNING');
  expect(running.map(({ arn }) => arn)).toEqual([]);
  expect(executions[child]!.run.status).toBe('ABORTED');
  expect(waiting()).toBeUndefined();
  const { events } = await states.send(new GetExecutionHistoryCommand({ executionArn: child, reverseOrder: true }));
  expect(events?.[0]?.type).toBe('ExecutionAborted');
  const asked = rehearsal.sandbox
    .journal()
    .flatMap((entry) => (entry.kind === 'decision' && entry.resource === child ? [[entry.action, entry.allowed]] : []));
  expect(asked).toContainEqual(['states:StopExecution', true]);
});
