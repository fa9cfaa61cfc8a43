/** The jobs that compute a change set after CreateChangeSet answered. */
import type { Sandbox } from '../kernel.ts';
import { computeChanges } from './stack-changes.ts';
import { isBusy } from './stack-lookup.ts';
import type { ChangeSetRecord, StackModel, StackRecord } from './state.ts';

/** Exactly AWS's words: callers decide by them that there is nothing to do (API Reference, CreateChangeSet). */
const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

export interface ChangeSetJob {
  readonly changeSetId: string;
}

/** CREATE_PENDING → CREATE_IN_PROGRESS. */
export function beginChangeSet(sandbox: Sandbox, job: ChangeSetJob): void {
  const changeSet = sandbox.world.cloudformation.changeSets[job.changeSetId];
  if (changeSet?.status === 'CREATE_PENDING') changeSet.status = 'CREATE_IN_PROGRESS';
}

/** CREATE_IN_PROGRESS → CREATE_COMPLETE and AVAILABLE, or FAILED with a reason. */
export function computeChangeSet(sandbox: Sandbox, job: ChangeSetJob): void {
  const changeSet = sandbox.world.cloudformation.changeSets[job.changeSetId];
  const stack = sandbox.world.cloudformation.stacks[changeSet?.stackId ?? ''];
  if (changeSet === undefined || stack === undefined || changeSet.status !== 'CREATE_IN_PROGRESS') return;
  const computed = computeChanges(sandbox, stack, changeSet.model);
  if (computed.kind === 'invalid') fail(changeSet, computed.message);
  else if (computed.changes.length === 0 && !computed.outputsChange && !inputsChange(stack, changeSet.model)) {
    fail(changeSet, noChanges);
  } else {
    changeSet.changes = computed.changes;
    changeSet.status = 'CREATE_COMPLETE';
    if (changeSet.executionStatus !== 'OBSOLETE') changeSet.executionStatus = isBusy(stack) ? 'OBSOLETE' : 'AVAILABLE';
  }
}

/**
 * Tags, notifications and rollback triggers of the stack itself count as changes, even where no resource takes them. After an operation
 * that failed with rollback disabled there always is something to do.
 */
export function inputsChange(stack: StackRecord, model: StackModel): boolean {
  const tracked = (of: StackModel | undefined) =>
    JSON.stringify([
      Object.entries(of?.tags ?? {}).sort(),
      [...(of?.notificationArns ?? [])].sort(),
      of?.rollbackConfiguration,
    ]);
  const unfinished = stack.model === undefined || stack.operation !== undefined;
  return unfinished || tracked(stack.model) !== tracked(model);
}

function fail(changeSet: ChangeSetRecord, reason: string): void {
  changeSet.status = 'FAILED';
  changeSet.statusReason = reason;
  changeSet.executionStatus = 'UNAVAILABLE';
}
