/** What ends an operation from outside before its steps are through: an alarm, or CancelUpdateStack. */
import type { Sandbox } from '../../kernel.ts';
import type { StackRecord } from '../state.ts';
import { undo, undoUpdate } from './phase-end.ts';
import { breachedTrigger, isWatched } from './rollback-triggers.ts';
import type { StepContext } from './step-context.ts';
import { cancelSteps } from './step-failure.ts';

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
  cancelSteps(context);
  undo(context, reason);
  return true;
}

/** Gives an update up and goes back, rollback disabled or not. Events from here on carry the token of the cancelling request. */
export function cancelUpdate(sandbox: Sandbox, stack: StackRecord, token: string | undefined): void {
  const { operation } = stack;
  if (operation === undefined) return;
  if (token === undefined) delete operation.token;
  else Object.assign(operation, { token });
  const context = { sandbox, stack, operation };
  cancelSteps(context);
  undoUpdate(context, 'User Initiated');
}
