/** In which states a stack takes a new operation. CloudFormation User Guide, "Stack status codes" and "Stack failure options". */
import { stackInState, validationError } from './errors.ts';
import { isBusy } from './stack-lookup.ts';
import type { StackRecord } from './state.ts';

const neverUpdatable: readonly string[] = [
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
  'DELETE_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
];

/** Throws unless the stack can be updated. UPDATE_ROLLBACK_COMPLETE is a healthy state; ROLLBACK_COMPLETE is not. */
export function refuseUnlessUpdatable(stack: StackRecord): void {
  if (isBusy(stack) || neverUpdatable.includes(stack.status)) throw stackInState(stack.stackId, stack.status);
  if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') return;
  throw validationError(
    `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
  );
}
