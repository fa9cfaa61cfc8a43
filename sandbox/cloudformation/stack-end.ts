/** RollbackStack and ContinueUpdateRollback: the ways back after a failure. */
import type {
  ContinueUpdateRollbackCommandInput,
  RollbackStackCommandInput,
  RollbackStackCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Operation } from '../kernel.ts';
import { checkGivenRole, endingStack, endPermissions } from './ending-request.ts';
import { continueRollback, startDelete, startRollback } from './engine/operation-start.ts';
import { stackInState, validationError, wrongStatus } from './errors.ts';
import { isBusy } from './stack-lookup.ts';
import type { StackRecord } from './state.ts';
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
 * Takes up a rollback that failed (API Reference, ContinueUpdateRollback). ForceRollback means every resource that is UPDATE_FAILED
 * now; it excludes ResourcesToSkip.
 */
export const continueUpdateRollback: Operation<ContinueUpdateRollbackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('ContinueUpdateRollback', call),
  run(call) {
    const { input, sandbox, caller } = call;
    const { stack, repeated } = endingStack(call, 'continue-rollback');
    if (repeated) return {};
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') throw wrongStatus('RollbackUpdatedStack');
    const skip = skipped(stack, input);
    checkGivenRole(call);
    continueRollback(sandbox, stack, { caller, token: input.ClientRequestToken, roleArn: input.RoleARN, skip });
    return {};
  },
};

/** Only what a rollback failed on can be skipped, not what failed in the update before it. */
function skipped(stack: StackRecord, input: ContinueUpdateRollbackCommandInput): readonly string[] {
  const { ResourcesToSkip: named = [], ForceRollback: force = false } = input;
  if (force && named.length > 0)
    throw validationError('ForceRollback and ResourcesToSkip are mutually exclusive: specify only one of them.');
  const failed = Object.values(stack.operation?.steps ?? {})
    .filter(({ logicalId, status }) => status === 'failed' && stack.resources[logicalId]?.status === 'UPDATE_FAILED')
    .map(({ logicalId }) => logicalId);
  const wrong = named.filter((logicalId) => !failed.includes(logicalId));
  if (wrong.length > 0)
    throw validationError(`ResourcesToSkip must be in UPDATE_FAILED state. Invalid resources: [${wrong.join(', ')}]`);
  return force ? failed : named;
}
