/** DeleteStack, RollbackStack, ContinueUpdateRollback: the ways out. */
import type {
  ContinueUpdateRollbackCommandInput,
  DeleteStackCommandInput,
  RollbackStackCommandInput,
  RollbackStackCommandOutput,
} from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { checkRole, passRolePermission } from './acting-session.ts';
import { continueRollback, startDelete, startRollback } from './engine/operation-start.ts';
import { noStack, stackInState, tokenAlreadyExists, validationError } from './errors.ts';
import { rootOf } from './nested/hierarchy.ts';
import { isSkippable } from './nested/skipped-resources.ts';
import { checkToken } from './request-rules.ts';
import { setStackStatus } from './stack-events.ts';
import { exportInUse } from './stack-exports.ts';
import { findStack, isBusy, needStack, placeOf, stackResource } from './stack-lookup.ts';
import type { StackRecord } from './state.ts';
import { refuseUnsupported } from './unsupported.ts';

interface EndingInput {
  readonly StackName: string | undefined;
  readonly RoleARN?: string | undefined;
  readonly ClientRequestToken?: string | undefined;
}

/** Deletes a stack (API Reference, DeleteStack). A stack that does not exist, or no more, is a success. */
export const deleteStack: Operation<DeleteStackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('DeleteStack', call),
  run(call) {
    const { input, sandbox, caller } = call;
    refuseUnsupported(input, ['DeploymentConfig']);
    checkToken('clientRequestToken', input.ClientRequestToken);
    const stack = findStack(placeOf(call), input.StackName ?? '');
    if (stack === undefined || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {};
    if (isRepeated(stack, input, 'delete')) return {};
    refuseDelete(stack, input, rootOf(sandbox, stack));
    if (input.RoleARN !== undefined) checkRole(sandbox, input.RoleARN);
    const blocked = exportInUse(placeOf(call), stack);
    if (blocked !== undefined) {
      setStackStatus(sandbox, stack, { status: stack.status, reason: blocked });
      return {};
    }
    const retain = input.RetainResources ?? [];
    startDelete(sandbox, stack, { caller, token: input.ClientRequestToken, roleArn: input.RoleARN, retain });
    return {};
  },
};

/**
 * Rolls a stack back from CREATE_FAILED or UPDATE_FAILED. Without a last stable state the stack is deleted (API Reference,
 * RollbackStack).
 */
export const rollbackStack: Operation<RollbackStackCommandInput, Omit<RollbackStackCommandOutput, '$metadata'>> = {
  permissions: (call) => endPermissions('RollbackStack', call),
  run(call) {
    const { input, sandbox, caller } = call;
    refuseUnsupported(input, ['DeploymentConfig']);
    const stack = ready(call, 'rollback');
    if (stack === undefined) return { StackId: needStack(placeOf(call), input.StackName ?? '', noStack).stackId };
    const request = { caller, token: input.ClientRequestToken, roleArn: input.RoleARN };
    const { RetainExceptOnCreate: retainExceptOnCreate } = input;
    if (stack.status === 'CREATE_FAILED') startDelete(sandbox, stack, request);
    else if (stack.status === 'UPDATE_FAILED') startRollback(sandbox, stack, { ...request, retainExceptOnCreate });
    else throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`);
    return { StackId: stack.stackId };
  },
};

/** Takes up a rollback that failed (API Reference, ContinueUpdateRollback). */
export const continueUpdateRollback: Operation<ContinueUpdateRollbackCommandInput, Record<string, never>> = {
  permissions: (call) => endPermissions('ContinueUpdateRollback', call),
  run(call) {
    const { input, sandbox, caller } = call;
    const skip = input.ResourcesToSkip ?? [];
    if (input.ForceRollback !== undefined) refuseUnsupported(input, ['ForceRollback']);
    const stack = ready(call, 'continue-rollback');
    if (stack === undefined) return {};
    if (stack.parent !== undefined) throw validationError('RollbackUpdatedStack cannot be invoked on child stacks');
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED') {
      throw validationError(`Stack:${stack.stackId} is in ${stack.status} state and can not continue update rollback.`);
    }
    const wrong = skip.filter((id) => !isSkippable(sandbox, stack, id));
    if (wrong.length > 0) {
      throw validationError(`ResourcesToSkip must be in UPDATE_FAILED state. Invalid resources: [${wrong.join(', ')}]`);
    }
    continueRollback(sandbox, stack, { caller, token: input.ClientRequestToken, roleArn: input.RoleARN, skip });
    return {};
  },
};

/** The stack such a request may act on; undefined where the request is a retry of one that was taken. */
function ready(call: Call<EndingInput>, kind: string): StackRecord | undefined {
  const { input, sandbox } = call;
  checkToken('clientRequestToken', input.ClientRequestToken);
  const stack = needStack(placeOf(call), input.StackName ?? '', noStack);
  if (isRepeated(stack, input, kind)) return undefined;
  if (isBusy(stack)) throw stackInState(stack.stackId, stack.status);
  if (input.RoleARN !== undefined) checkRole(sandbox, input.RoleARN);
  return stack;
}

function isRepeated(stack: StackRecord, input: EndingInput, kind: string): boolean {
  const { ClientRequestToken: token } = input;
  if (token === undefined || !(token in stack.tokens)) return false;
  if (stack.tokens[token] !== kind) throw tokenAlreadyExists(token);
  return true;
}

/** Protection of the root holds for its nested stacks too (CloudFormation User Guide, "Protect stacks from being deleted"). */
function refuseDelete(stack: StackRecord, input: DeleteStackCommandInput, root: StackRecord): void {
  if (stack.terminationProtection || root.terminationProtection) {
    throw validationError(`Stack [${stack.stackName}] cannot be deleted while TerminationProtection is enabled`);
  }
  const busy = isBusy(stack) && stack.status !== 'CREATE_IN_PROGRESS';
  if (busy) throw validationError(`Stack [${stack.stackId}] cannot be deleted while in status ${stack.status}`);
  if ((input.RetainResources?.length ?? 0) > 0 && stack.status !== 'DELETE_FAILED') {
    throw validationError(
      `Invalid operation on stack [${stack.stackId}]. RetainResources can only be specified for a stack in the DELETE_FAILED state.`,
    );
  }
}

function endPermissions(action: string, call: Call<EndingInput>): Permission[] {
  const { RoleARN, StackName } = call.input;
  const context = RoleARN === undefined ? {} : { 'cloudformation:RoleARN': RoleARN };
  const end = { action: `cloudformation:${action}`, resource: stackResource(placeOf(call), StackName), context };
  return RoleARN === undefined ? [end] : [end, passRolePermission(RoleARN)];
}
