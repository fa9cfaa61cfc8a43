/** In which states a stack takes a new operation. CloudFormation User Guide, "Stack status codes" and "Stack failure options". */
import { stackInState, validationError } from './errors.ts';
import { isBusy } from './stack-lookup.ts';
import type { OperationRecord, StackRecord } from './state.ts';

const neverUpdatable: readonly string[] = [
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'DELETE_FAILED',
  'DELETE_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
];

/**
 * Throws unless a change set can be made for the stack. UPDATE_ROLLBACK_COMPLETE is a healthy state; ROLLBACK_COMPLETE is not. What failed
 * with rollback disabled can be planned anew.
 */
export function refuseUnlessPlannable(stack: StackRecord): void {
  if (isBusy(stack) || neverUpdatable.includes(stack.status)) throw stackInState(stack.stackId, stack.status);
}

/** Throws unless the stack can be updated: what failed with rollback disabled only with rollback disabled again. */
export function refuseUnlessUpdatable(stack: StackRecord, onFailure: OperationRecord['onFailure']): void {
  refuseUnlessPlannable(stack);
  if (onFailure === 'nothing') return;
  if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED') return;
  throw validationError(
    `This stack is currently in a non-terminal [${stack.status}] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API`,
  );
}
