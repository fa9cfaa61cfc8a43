/** What a test asks of a rehearsal: how stacks stand, how often something was done, what the state machine waits for. */

import type { ChangeSetRecord, StackRecord } from '#sandbox/cloudformation/state.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Execution } from '#sandbox/step-functions/state.ts';
import type { Rehearsal } from './rehearsed-world.ts';

/** The stack of that name in an account, also while it is only a shell. */
export function stackIn({ sandbox }: Rehearsal, account: string, stackName: string): StackRecord | undefined {
  return Object.values(sandbox.world.cloudformation.stacks).find(
    (stack) => stack.account === account && stack.stackName === stackName,
  );
}

/** The change sets that the stack of that name has. */
export function changeSetsIn(rehearsal: Rehearsal, account: string, stackName: string): ChangeSetRecord[] {
  const stackId = stackIn(rehearsal, account, stackName)?.stackId;
  return Object.values(rehearsal.sandbox.world.cloudformation.changeSets).filter(
    (changeSet) => changeSet.stackId === stackId,
  );
}

/** Lets time pass until the stack is in that status. */
export async function untilStack(
  rehearsal: Rehearsal,
  account: string,
  sought: { name: string; status: string },
): Promise<StackRecord> {
  const found = () => stackIn(rehearsal, account, sought.name);
  await rehearsal.sandbox.run(() => found()?.status === sought.status);
  const stack = found();
  if (stack?.status !== sought.status) throw new Error(`${sought.name} in ${account} never came to ${sought.status}.`);
  return stack;
}

/** How often CloudFormation began to create or update the stack in an account: what an execution of a change set does. */
export function operationsOn({ sandbox }: Rehearsal, account: string, stackName: string): number {
  return sandbox
    .journal()
    .filter(
      (entry) =>
        entry.kind === 'stack-event' &&
        entry.account === account &&
        entry.logicalId === stackName &&
        (entry.status === 'CREATE_IN_PROGRESS' || entry.status === 'UPDATE_IN_PROGRESS'),
    ).length;
}

/** Calls of an operation from the entry `since` on; with `error` those that ended with it, otherwise those that succeeded. */
export function callsOf(
  { sandbox }: Rehearsal,
  operation: string,
  { since = 0, error }: { since?: number; error?: string } = {},
): number {
  const isSought = (entry: JournalEntry) =>
    entry.kind === 'call' && entry.operation === operation && entry.error === error;
  return sandbox.journal().slice(since).filter(isSought).length;
}

/** How many faults were journalled from the entry `since` on. */
export function faultsSince({ sandbox }: Rehearsal, since: number): number {
  return sandbox
    .journal()
    .slice(since)
    .filter(({ kind }) => kind === 'fault').length;
}

/** How often a state was retried from the entry `since` on. */
export function retriesOf({ sandbox }: Rehearsal, state: string, since = 0): number {
  return sandbox
    .journal()
    .slice(since)
    .filter((entry) => entry.kind === 'transition' && entry.state === state && entry.event === 'retried').length;
}

/** The execution of a promotion; its name is the promotion's id. */
export function executionOf({ sandbox }: Rehearsal, promotion: string): Execution {
  const [execution, ...others] = Object.values(sandbox.world.states.executions).filter(
    ({ name }) => name === promotion,
  );
  if (execution === undefined || others.length > 0)
    throw new Error(`Promotion ${promotion} has ${others.length + (execution ? 1 : 0)} executions.`);
  return execution;
}
