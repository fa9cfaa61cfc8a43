/** ExecuteChangeSet. */
import type { ExecuteChangeSetCommandInput } from '@aws-sdk/client-cloudformation';
import type { Call, Operation } from '../kernel.ts';
import { changeSetPermission } from './change-set-read.ts';
import { startDeployment } from './engine/operation-start.ts';
import { invalidChangeSetStatus, stackInState, tokenAlreadyExists, validationError } from './errors.ts';
import { dropChangeSet, refuseNested } from './nested/change-set-family.ts';
import { checkToken } from './request-rules.ts';
import { changeSetsOf, isBusy, needChangeSet, placeOf } from './stack-lookup.ts';
import type { ChangeSetRecord, OperationRecord, StackRecord } from './state.ts';
import { refuseUnlessUpdatable } from './update-rules.ts';

type Input = ExecuteChangeSetCommandInput;

/**
 * Starts what a change set describes; the answer only says it was accepted (API Reference, ExecuteChangeSet). All other change sets of the
 * stack are deleted; those of its nested stacks are executed when their turn comes. The same ClientRequestToken for the same change set is a retry and succeeds again; the token of another operation
 * of the stack is refused with TokenAlreadyExistsException.
 */
export const executeChangeSet: Operation<Input, Record<string, never>> = {
  permissions: (call) => changeSetPermission('ExecuteChangeSet', call),
  run(call) {
    const { ChangeSetName, StackName, ClientRequestToken: token } = call.input;
    checkToken('clientRequestToken', token);
    const changeSet = needChangeSet(placeOf(call), ChangeSetName ?? '', StackName);
    refuseNested(changeSet);
    const stack = call.sandbox.world.cloudformation.stacks[changeSet.stackId];
    if (stack === undefined) throw validationError(`Stack [${changeSet.stackId}] does not exist`);
    if (token !== undefined && changeSet.executionToken === token) return {};
    if (token !== undefined && token in stack.tokens) throw tokenAlreadyExists(token);
    const onFailure = onFailureOf(changeSet, call.input);
    refuseUnlessExecutable(changeSet, stack, onFailure);
    execute(call, { changeSet, stack, onFailure });
    return {};
  },
};

function refuseUnlessExecutable(
  changeSet: ChangeSetRecord,
  stack: StackRecord,
  onFailure: OperationRecord['onFailure'],
): void {
  const { changeSetId, status, executionStatus } = changeSet;
  if (status !== 'CREATE_COMPLETE') {
    throw invalidChangeSetStatus(`ChangeSet [${changeSetId}] cannot be executed in its current status of [${status}]`);
  }
  if (executionStatus !== 'AVAILABLE') {
    throw invalidChangeSetStatus(
      `ChangeSet [${changeSetId}] cannot be executed in its current execution status of [${executionStatus}]`,
    );
  }
  if (isBusy(stack)) throw stackInState(stack.stackId, stack.status);
  if (stack.status !== 'REVIEW_IN_PROGRESS') refuseUnlessUpdatable(stack, onFailure);
}

function execute(
  call: Call<Input>,
  {
    changeSet,
    stack,
    onFailure,
  }: { changeSet: ChangeSetRecord; stack: StackRecord; onFailure: OperationRecord['onFailure'] },
): void {
  const { sandbox, input, caller } = call;
  for (const other of changeSetsOf(sandbox, stack.stackId)) {
    if (other !== changeSet) dropChangeSet(sandbox, other);
  }
  changeSet.executionStatus = 'EXECUTE_IN_PROGRESS';
  if (input.ClientRequestToken !== undefined) changeSet.executionToken = input.ClientRequestToken;
  startDeployment(sandbox, stack, {
    caller,
    token: input.ClientRequestToken,
    roleArn: changeSet.roleArn,
    changeSetId: changeSet.changeSetId,
    onFailure,
    retainExceptOnCreate: input.RetainExceptOnCreate,
    model: changeSet.model,
  });
}

/** OnStackFailure of the change set and DisableRollback of the execution exclude each other (API Reference, CreateChangeSet). */
function onFailureOf(changeSet: ChangeSetRecord, input: Input): OperationRecord['onFailure'] {
  const { onStackFailure } = changeSet;
  if (onStackFailure !== undefined && input.DisableRollback !== undefined) {
    throw validationError('DisableRollback cannot be specified when OnStackFailure was specified for the change set.');
  }
  if (onStackFailure === undefined) return input.DisableRollback ? 'nothing' : 'rollback';
  return ({ DO_NOTHING: 'nothing', ROLLBACK: 'rollback', DELETE: 'delete' } as const)[onStackFailure];
}
