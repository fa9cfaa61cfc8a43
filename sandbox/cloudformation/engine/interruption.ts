/** What ends an operation from outside before its steps are through: an alarm, or CancelUpdateStack. */
import type { Sandbox } from '../../kernel.ts';
import { descendantsOf } from '../nested/hierarchy.ts';
import type { OperationRecord, StackRecord } from '../state.ts';
import { undo, undoUpdate } from './phase-end.ts';
import { breachedTrigger, isWatched } from './rollback-triggers.ts';
import type { StepContext } from './step-context.ts';
import { cancelForward } from './step-failure.ts';

/** The job that follows a change of an alarm's state: every operation that watches the alarm looks at it again. */
export function alarmChanged(sandbox: Sandbox, { arn }: { readonly arn: string }): void {
  for (const stack of Object.values(sandbox.world.cloudformation.stacks)) {
    const { operation } = stack;
    if (operation !== undefined && isWatched({ sandbox, stack, operation }, arn))
      undoIfBreached({ sandbox, stack, operation });
  }
}

/** Undoes the operation if one of its alarms demands it; answers whether it did. */
export function undoIfBreached(context: StepContext): boolean {
  const reason = breachedTrigger(context);
  if (reason === undefined) return false;
  cancelForward(context, reason);
  undo(context, reason);
  return true;
}

/** Gives an update up and goes back, rollback disabled or not. Events from here on carry the token of the cancelling request. */
export function cancelUpdate(sandbox: Sandbox, stack: StackRecord, token: string | undefined): void {
  const { operation } = stack;
  if (operation === undefined) return;
  for (const part of [operation, ...nestedOperations(sandbox, stack)]) {
    if (token === undefined) delete part.token;
    else part.token = token;
  }
  const context = { sandbox, stack, operation };
  const reason = 'User Initiated';
  cancelForward(context, reason);
  undoUpdate(context, reason);
}

function nestedOperations(sandbox: Sandbox, stack: StackRecord): OperationRecord[] {
  return descendantsOf(sandbox, stack).flatMap(({ operation }) => (operation?.nested ? [operation] : []));
}
