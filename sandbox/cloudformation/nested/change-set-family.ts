/** Change sets of a hierarchy belong together: they are executed and deleted from the root. */
import type { Sandbox } from '../../kernel.ts';
import { validationError } from '../errors.ts';
import { changeSetsUnder, forgetChangeSet } from '../record-index.ts';
import { setStackStatus } from '../stack-events.ts';
import type { ChangeSetRecord } from '../state.ts';

/** The change sets of the nested stacks directly below the stack of this one. */
export function changeSetsBelow(sandbox: Sandbox, changeSetId: string): ChangeSetRecord[] {
  return changeSetsUnder(sandbox, changeSetId);
}

/** Change sets of nested stacks are executed and deleted from the root only (User Guide, "Change sets for nested stacks"). */
export function refuseNested({ changeSetId, nested }: ChangeSetRecord): void {
  if (nested === undefined) return;
  throw validationError(
    `ChangeSet [${changeSetId}] is nested. It can only be executed or deleted from its root change set [${nested.rootId}].`,
  );
}

/**
 * Removes a change set and those below it. Nested stacks that were only planned, in REVIEW_IN_PROGRESS, go with them (API Reference,
 * DeleteChangeSet).
 */
export function dropChangeSet(sandbox: Sandbox, changeSet: ChangeSetRecord): void {
  const { stacks } = sandbox.world.cloudformation;
  for (const below of changeSetsBelow(sandbox, changeSet.changeSetId)) dropChangeSet(sandbox, below);
  forgetChangeSet(sandbox, changeSet);
  const stack = stacks[changeSet.stackId];
  if (changeSet.nested === undefined || stack?.status !== 'REVIEW_IN_PROGRESS') return;
  stack.deletedAt = sandbox.now();
  setStackStatus(sandbox, stack, { status: 'DELETE_COMPLETE' });
}
