/** A step that went wrong, and what that means for the others. */
import type { AwsError } from '../../aws-error.ts';
import type { Sandbox } from '../../kernel.ts';
import type { ResourceRecord, StepRecord } from '../state.ts';
import { mark, removable, type StepContext } from './step-context.ts';
import { isRunning } from './steps.ts';

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
  if (context.operation.phase !== 'forward') return;
  for (const other of Object.values(context.operation.steps)) {
    if (isRunning(other)) cancel(context, other);
    if (other.status === 'waiting') other.status = 'cancelled';
  }
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

function cancel(context: StepContext, step: StepRecord): void {
  if (step.job !== undefined) context.sandbox.cancel(step.job);
  const what = failedStatus(step) === 'CREATE_FAILED' ? 'creation' : 'update';
  end(context, step, `Resource ${what} cancelled`);
  step.status = 'cancelled';
}

function end(context: StepContext, step: StepRecord, reason: string): void {
  const record = step.verb === 'remove' ? removable(context, step.logicalId) : resourceOf(context, step);
  if (record !== undefined) mark(context, record, { status: failedStatus(step), reason });
  delete step.job;
}

function resourceOf(context: StepContext, step: StepRecord): ResourceRecord | undefined {
  return context.stack.resources[step.logicalId];
}
