/** RollbackStack and ContinueUpdateRollback: the ways back after a failure. */
import type {
  ContinueUpdateRollbackCommandInput,
  RollbackStackCommandInput,
  RollbackStackCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Operation } from '../kernel.ts';
import { checkGivenRole, endingStack, endPermissions, refuseNestedStack } from './ending-request.ts';
import { continueRollback, startDelete, startRollback } from './engine/operation-start.ts';
import { stackInState, validationError, wrongStatus } from './errors.ts';
import { skippableResources } from './nested/skipped-resources.ts';
import { isBusy } from './stack-lookup.ts';
import { refuseUnsupported } from './unsupported.ts';

/**
 * Rolls a stack back from CREATE_FAILED or UPDATE_FAILED. A stack that never reached a stable state is deleted (API Reference,
 * RollbackStack).
 */
export const rollbackStack: Operation<RollbackStackCommandInput, Omit<RollbackStackCommandOutput, '$metadata'>> = {
  permissions: (call) => endPermissions('RollbackStack', call),
  run(call) {
    const { input, sandbox, caller } = call;
    refuseUnsupported(input, ['DeploymentConfig']);
    const { stack, repeated } = endingStack(call, 'rollback');
    if (repeated) return { StackId: stack.stackId };
    refuseNestedStack(stack, 'RollbackStack');
    if (isBusy(stack)) throw stackInState(stack.stackId, stack.status);
    if (stack.status !== 'CREATE_FAILED' && stack.status !== 'UPDATE_FAILED')
      throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`);
    checkGivenRole(call);
    const { ClientRequestToken: token, RoleARN: roleArn, RetainExceptOnCreate: retainExceptOnCreate } = input;
    const request = { caller, token, roleArn, retainExceptOnCreate };
    if (stack.operation?.before === undefined) startDelete(sandbox, stack, { ...request, kind: 'rollback' });
    else startRollback(sandbox, stack, request);
    return { StackId: stack.stackId };
  },
};

/**
 * Takes up a rollback that failed (API Reference, ContinueUpdateRollback). ForceRollback means every resource that can be
 * skipped, in nested stacks too; it excludes ResourcesToSkip.
 */
export const continueUpdateRollback: Operation<ContinueUpdateRollbackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('ContinueUpdateRollback', call),
  run(call) {
    const { input, sandbox, caller } = call;
    const { stack, repeated } = endingStack(call, 'continue-rollback');
    if (repeated) return {};
    refuseNestedStack(stack, 'RollbackUpdatedStack');
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') throw wrongStatus('RollbackUpdatedStack');
    const skip = skipped(input, skippableResources(sandbox, stack));
    checkGivenRole(call);
    continueRollback(sandbox, stack, { caller, token: input.ClientRequestToken, roleArn: input.RoleARN, skip });
    return {};
  },
};

function skipped(input: ContinueUpdateRollbackCommandInput, skippable: readonly string[]): readonly string[] {
  const { ResourcesToSkip: named = [], ForceRollback: force = false } = input;
  if (force && named.length > 0)
    throw validationError('ForceRollback and ResourcesToSkip are mutually exclusive: specify only one of them.');
  const wrong = named.filter((id) => !skippable.includes(id));
  if (wrong.length > 0)
    throw validationError(`ResourcesToSkip must be in UPDATE_FAILED state. Invalid resources: [${wrong.join(', ')}]`);
  return force ? skippable : named;
}
