/** CloudFormation's errors in its own words. Codes are the wire codes of the Query API. */
import { AwsError } from '../aws-error.ts';

export const validationError = (message: string): AwsError => new AwsError('ValidationError', message);

/** What the read operations (DescribeStacks, GetTemplate) say. */
export const noStackWithId = (name: string): AwsError => validationError(`Stack with id ${name} does not exist`);

/** What the writing operations, change sets and DescribeStackEvents say. */
export const noStack = (name: string): AwsError => validationError(`Stack [${name}] does not exist`);

export const noChangeSet = (name: string): AwsError =>
  new AwsError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404);

export const invalidChangeSetStatus = (message: string): AwsError => new AwsError('InvalidChangeSetStatus', message);

export const alreadyExists = (message: string): AwsError => new AwsError('AlreadyExistsException', message);

export const insufficientCapabilities = (needed: readonly string[]): AwsError =>
  new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed.join(', ')}]`);

export const tokenAlreadyExists = (token: string): AwsError =>
  new AwsError('TokenAlreadyExistsException', `A request with token ${token} was already made for another operation.`);

export const limitExceeded = (message: string): AwsError => new AwsError('LimitExceededException', message);

/** `operation` is CloudFormation's own name of it: ContinueUpdateRollback calls itself RollbackUpdatedStack here. */
export const wrongStatus = (operation: 'CancelUpdateStack' | 'RollbackUpdatedStack'): AwsError =>
  validationError(`${operation} cannot be called from current stack status`);

export const stackInState = (stackId: string, status: string): AwsError =>
  validationError(`Stack:${stackId} is in ${status} state and can not be updated.`);
