/** The jobs that compute a change set after CreateChangeSet answered. */
import type { Sandbox } from '../kernel.ts';
import { changesAnything, computeChanges } from './stack-changes.ts';
import { isBusy } from './stack-lookup.ts';
import type { ChangeSetRecord } from './state.ts';

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
  else if (!changesAnything(computed, stack, changeSet.model)) {
    fail(changeSet, noChanges);
  } else {
    changeSet.changes = computed.changes;
    changeSet.status = 'CREATE_COMPLETE';
    changeSet.executionStatus = isBusy(stack) ? 'OBSOLETE' : 'AVAILABLE';
  }
}

function fail(changeSet: ChangeSetRecord, reason: string): void {
  changeSet.status = 'FAILED';
  changeSet.statusReason = reason;
  changeSet.executionStatus = 'UNAVAILABLE';
}
