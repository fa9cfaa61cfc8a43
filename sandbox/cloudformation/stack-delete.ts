/** DeleteStack. */
import type { DeleteStackCommandInput } from '@aws-sdk/client-cloudformation';
import type { Operation } from '../kernel.ts';
import { checkGivenRole, endPermissions, isRepeated } from './ending-request.ts';
import { startDelete } from './engine/operation-start.ts';
import { validationError } from './errors.ts';
import { rootOf } from './nested/hierarchy.ts';
import { checkToken } from './request-rules.ts';
import { setStackStatus } from './stack-events.ts';
import { exportInUse } from './stack-exports.ts';
import { findStack, isBusy, isLive, placeOf } from './stack-lookup.ts';
import type { StackRecord } from './state.ts';
import { refuseUnsupported } from './unsupported.ts';

/**
 * Deletes a stack (API Reference, DeleteStack). A stack that does not exist, or no more, is a success. An export that another stack imports
 * is not an error of the request either: the stack stays as it is, with the reason as its status reason and in an event.
 */
export const deleteStack: Operation<DeleteStackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('DeleteStack', call),
  run(call) {
    const { input, sandbox, caller } = call;
    refuseUnsupported(input, ['DeploymentConfig']);
    checkToken('clientRequestToken', input.ClientRequestToken);
    const stack = findStack(placeOf(call), input.StackName ?? '');
    if (stack === undefined || !isLive(stack) || stack.status === 'DELETE_IN_PROGRESS') return {};
    if (isRepeated(stack, input.ClientRequestToken, 'delete')) return {};
    refuseDelete(stack, input, rootOf(sandbox, stack));
    checkGivenRole(call);
    const blocked = exportInUse(placeOf(call), stack);
    if (blocked !== undefined) {
      setStackStatus(sandbox, stack, { status: stack.status, reason: blocked });
      return {};
    }
    const { ClientRequestToken: token, RoleARN: roleArn, RetainResources: retain = [], DeletionMode } = input;
    startDelete(sandbox, stack, { caller, token, roleArn, retain, force: DeletionMode === 'FORCE_DELETE_STACK' });
    return {};
  },
};

/** Protection of the root holds for its nested stacks too (CloudFormation User Guide, "Protect stacks from being deleted"). */
function refuseDelete(stack: StackRecord, input: DeleteStackCommandInput, root: StackRecord): void {
  if (stack.terminationProtection || root.terminationProtection) {
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  }
  const busy = isBusy(stack) && stack.status !== 'CREATE_IN_PROGRESS';
  if (busy) throw validationError(`Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`);
  refuseLeavingBehind(stack, input);
}

/** Resources are left behind on request only after a deletion failed. The wording is AWS's. */
function refuseLeavingBehind(
  stack: StackRecord,
  { RetainResources: retain = [], DeletionMode }: DeleteStackCommandInput,
): void {
  const invalid = `Invalid operation on stack [${stack.stackId}].`;
  const failed = stack.status === 'DELETE_FAILED';
  if (retain.length > 0 && !failed) {
    throw validationError(
      `${invalid} When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
    );
  }
  if (DeletionMode === 'FORCE_DELETE_STACK' && !failed) {
    throw validationError(
      `${invalid} You can activate DeletionMode FORCE_DELETE_STACK in a delete stack operation only when the stack is in the DELETE_FAILED state.`,
    );
  }
  if (retain.some((logicalId) => (stack.resources[logicalId]?.status ?? 'DELETE_COMPLETE') === 'DELETE_COMPLETE')) {
    throw validationError(
      'The specified resources to retain must be in a valid state. Do not specify resources that are in the DELETE_COMPLETE state.',
    );
  }
}
