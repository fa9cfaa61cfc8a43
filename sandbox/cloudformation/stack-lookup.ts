/** Finding stacks and change sets by name or ARN, and the ARN that IAM is asked about. */
import type { Call, Sandbox } from '../kernel.ts';
import { noChangeSet, noStack, validationError } from './errors.ts';
import { changeSetsUnder, stacksIn } from './record-index.ts';
import type { ChangeSetRecord, StackRecord } from './state.ts';

/** The account and region a request acts in. */
export interface Place {
  readonly sandbox: Sandbox;
  readonly account: string;
  readonly region: string;
}

/**
 * The stack a request names, or undefined. A name means the stack that is not deleted; a deleted stack answers only by its ARN
 * (CloudFormation API Reference, DescribeStacks).
 */
export function findStack(place: Place, nameOrArn: string): StackRecord | undefined {
  if (nameOrArn.startsWith('arn:')) return ownStack(place, nameOrArn);
  return stacksOf(place).find((stack) => stack.stackName === nameOrArn && stack.status !== 'DELETE_COMPLETE');
}

/** The stack a request names, which must exist; `missing` makes the error, whose wording differs between operations. */
export function needStack(place: Place, nameOrArn: string, missing: (name: string) => Error): StackRecord {
  const stack = findStack(place, nameOrArn);
  if (stack === undefined) throw missing(nameOrArn);
  return stack;
}

/** The stack a request changes: a deleted one answers reads by its ARN, but is not there to be changed. */
export function needLiveStack(place: Place, nameOrArn: string): StackRecord {
  const stack = findStack(place, nameOrArn);
  if (stack === undefined || !isLive(stack)) throw noStack(nameOrArn);
  return stack;
}

export const isLive = (stack: StackRecord): boolean => stack.status !== 'DELETE_COMPLETE';

/** All stacks of an account and region, deleted ones too, in the order they were made. */
export function stacksOf(place: Place): StackRecord[] {
  return stacksIn(place.sandbox, place);
}

export function changeSetsOf(sandbox: Sandbox, stackId: string): ChangeSetRecord[] {
  return changeSetsUnder(sandbox, stackId);
}

/** The change set a request names. A bare name needs the stack's name too. */
export function needChangeSet(place: Place, nameOrArn: string, stackName: string | undefined): ChangeSetRecord {
  const found = findChangeSet(place, nameOrArn, stackName);
  if (found === undefined) throw noChangeSet(nameOrArn);
  return found;
}

export function findChangeSet(
  place: Place,
  nameOrArn: string,
  stackName: string | undefined,
): ChangeSetRecord | undefined {
  if (nameOrArn.startsWith('arn:')) {
    const changeSet = place.sandbox.world.cloudformation.changeSets[nameOrArn];
    return changeSet !== undefined && ownStack(place, changeSet.stackId) ? changeSet : undefined;
  }
  if (stackName === undefined)
    throw validationError('StackName must be specified if ChangeSetName is not specified as an ARN.');
  const stack = findStack(place, stackName);
  if (stack === undefined) return undefined;
  return changeSetsOf(place.sandbox, stack.stackId).find((changeSet) => changeSet.changeSetName === nameOrArn);
}

/** The stack ARN IAM is asked about: the stack's own, or `stack/<name>/*` where none exists yet (Service Authorization Reference). */
export function stackResource(place: Place, nameOrArn: string | undefined): string {
  if (nameOrArn === undefined) return '*';
  const stack = findStack(place, nameOrArn);
  if (stack !== undefined) return stack.stackId;
  return nameOrArn.startsWith('arn:') ? nameOrArn : arnOf(place, 'stack', `${nameOrArn}/*`);
}

export function arnOf(place: Omit<Place, 'sandbox'>, kind: 'stack' | 'changeSet', rest: string): string {
  return `arn:aws:cloudformation:${place.region}:${place.account}:${kind}/${rest}`;
}

export function placeOf(call: Call<unknown>): Place {
  return { sandbox: call.sandbox, account: call.account, region: call.region };
}

export function isBusy(stack: StackRecord): boolean {
  return stack.status.endsWith('_IN_PROGRESS') && stack.status !== 'REVIEW_IN_PROGRESS';
}

function ownStack(place: Place, stackId: string): StackRecord | undefined {
  const stack = place.sandbox.world.cloudformation.stacks[stackId];
  return stack?.account === place.account && stack.region === place.region ? stack : undefined;
}
