/** A step that went wrong, and what that means for the others. */
import type { AwsError } from '../../aws-error.ts';
import type { Direction } from '../../fault.ts';
import type { Sandbox } from '../../kernel.ts';
import { isNestedStack } from '../nested/hierarchy.ts';
import type { StepRecord } from '../state.ts';
import { mark, recordOf, removable, type StepContext } from './step-context.ts';
import { isRunning } from './steps.ts';

/** Which way a step goes: a failed create is undone by removing, a failed update by restoring and then removing. */
export function directionOf({ operation }: StepContext): Direction {
  if (operation.phase === 'delete') return operation.kind === 'delete' && !operation.undoing ? 'forward' : 'rollback';
  return operation.phase === 'rollback' || operation.phase === 'rollback-cleanup' ? 'rollback' : 'forward';
}

/** The failed status of what a step does. */
export function failedStatus(step: StepRecord): 'CREATE_FAILED' | 'UPDATE_FAILED' | 'DELETE_FAILED' {
  if (step.verb === 'remove') return 'DELETE_FAILED';
  return step.verb === 'apply' && step.change === 'create' ? 'CREATE_FAILED' : 'UPDATE_FAILED';
}

/**
 * Marks a step as failed. On the way forward the first failure cancels all others: those that run end as failed with the reason
 * "Resource creation cancelled", which is not a cause (CloudFormation User Guide, "Stack failure options").
 */
export function failStep(context: StepContext, step: StepRecord, reason: string): void {
  end(context, step, reason);
  step.status = 'failed';
  if (context.operation.phase === 'forward') cancelSteps(context);
  if (context.operation.force === true) leaveBehind(context, step);
}

/** The status reason CloudFormation writes for an error of a resource handler. */
export function handlerReason(sandbox: Sandbox, error: AwsError): string {
  const code = handlerCodes[error.code] ?? 'GeneralServiceException';
  const token = sandbox.uuid('resource-handler');
  return `Resource handler returned message: "${error.message}" (RequestToken: ${token}, HandlerErrorCode: ${code})`;
}

const handlerCodes: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  UnauthorizedOperation: 'AccessDenied',
  EntityAlreadyExists: 'AlreadyExists',
  BucketAlreadyExists: 'AlreadyExists',
  BucketAlreadyOwnedByYou: 'AlreadyExists',
  ResourceConflictException: 'AlreadyExists',
  ResourceInUseException: 'AlreadyExists',
  NoSuchEntity: 'NotFound',
  ResourceNotFoundException: 'NotFound',
  ValidationError: 'InvalidRequest',
  ValidationException: 'InvalidRequest',
  InvalidParameterValueException: 'InvalidRequest',
  MalformedPolicyDocument: 'InvalidRequest',
};

/** An operation goes no further on its way forward: what it has begun ends as cancelled, and nested operations are given up too. */
export function cancelForward(context: StepContext, reason: string): void {
  context.operation.cancelled = reason;
  cancelSteps(context);
}

/** Cancels every step that is not over, and the monitoring time. */
function cancelSteps(context: StepContext): void {
  const { monitorJob } = context.operation;
  if (monitorJob !== undefined) context.sandbox.cancel(monitorJob);
  for (const other of Object.values(context.operation.steps)) {
    if (isRunning(other)) cancel(context, other);
    if (other.status === 'waiting') other.status = 'cancelled';
  }
}

function cancel(context: StepContext, step: StepRecord): void {
  if (step.job !== undefined) context.sandbox.cancel(step.job);
  const what = failedStatus(step) === 'CREATE_FAILED' ? 'creation' : 'update';
  const reason = `Resource ${what} cancelled`;
  const { type, physicalId } = context.stack.resources[step.logicalId] ?? {};
  if (step.status === 'acting' && isNestedStack(type)) cancelNestedOf(context, physicalId ?? '', reason);
  end(context, step, reason);
  step.status = 'cancelled';
}

/** A forced deletion goes on without what it could not remove. */
function leaveBehind(context: StepContext, step: StepRecord): void {
  const record = removable(context, step.logicalId);
  if (record !== undefined) mark(context, record, { status: 'DELETE_SKIPPED' });
  step.status = 'done';
}

function cancelNestedOf({ sandbox }: StepContext, stackId: string, reason: string): void {
  const operationId = sandbox.world.cloudformation.stacks[stackId]?.operation?.id;
  if (operationId === undefined) return;
  const payload = { stackId, operationId, reason };
  sandbox.schedule({ at: sandbox.now(), service: 'cloudformation', name: 'cancel-nested', payload });
}

function end(context: StepContext, step: StepRecord, reason: string): void {
  const record = recordOf(context, step);
  if (record !== undefined) mark(context, record, { status: failedStatus(step), reason });
  delete step.job;
}
