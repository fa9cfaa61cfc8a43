/** Reading one CloudFormation operation out of a stack's events, by the client request token that every one of its events echoes. */
import { keptText } from '../trust/authorization-message.ts';
import { isDeployed, isSettled } from './stack-status.ts';

export interface StackEvent {
  readonly stackId: string;
  readonly physicalId?: string | undefined;
  readonly logicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly token?: string | undefined;
  readonly at: string;
}

export interface FirstFailure {
  /** Logical id, after those of the nested stacks that lead to it: `Parent/Child/Resource`. */
  readonly resource: string;
  readonly physicalId?: string | undefined;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
}

export type Operation =
  | { readonly kind: 'not-started' }
  | { readonly kind: 'in-progress'; readonly status: string }
  | { readonly kind: 'deployed'; readonly status: string }
  | { readonly kind: 'failed'; readonly status: string; readonly failure: FirstFailure };

/** What became of the operation with `token`. `events` are newest first, as DescribeStackEvents gives them. */
export function operationOf(events: readonly StackEvent[], token: string): Operation {
  const ours = events.filter((event) => event.token === token);
  const latest = ours.find(isStackItself);
  if (latest === undefined)
    return ours.length === 0 ? { kind: 'not-started' } : { kind: 'in-progress', status: 'STARTING' };
  if (!isSettled(latest.status)) return { kind: 'in-progress', status: latest.status };
  if (isDeployed(latest.status)) return { kind: 'deployed', status: latest.status };
  return { kind: 'failed', status: latest.status, failure: firstFailure(ours, latest) };
}

/** Characters; an encoded authorization message comes on top. */
const longestReason = 1000;

// Siblings that CloudFormation cancels because of the first failure are not causes.
const cancelled = /^Resource (creation|update|deletion) cancelled/;

function firstFailure(ours: readonly StackEvent[], latest: StackEvent): FirstFailure {
  const failed = ours.filter((event) => event.status.endsWith('_FAILED') && !cancelled.test(event.reason ?? ''));
  // Where no resource failed (an export in use, an alarm), the stack's own turn back says why.
  const cause =
    failed.findLast((event) => !isStackItself(event)) ?? failed.at(-1) ?? ours.findLast(isTurnBack) ?? latest;
  return {
    resource: cause.logicalId,
    physicalId: cause.physicalId,
    type: cause.type,
    status: cause.status,
    reason: reasonOf(cause),
  };
}

/** The failure inside a nested stack, or undefined where its events tell none. `events` are newest first, of one operation's time. */
export function failureBelow(outer: FirstFailure, events: readonly StackEvent[]): FirstFailure | undefined {
  const failed = events.filter((event) => event.status.endsWith('_FAILED') && !cancelled.test(event.reason ?? ''));
  const cause = failed.findLast((event) => !isStackItself(event));
  if (cause === undefined) return undefined;
  const { logicalId, physicalId, type, status } = cause;
  return { resource: `${outer.resource}/${logicalId}`, physicalId, type, status, reason: reasonOf(cause) };
}

function reasonOf({ reason }: StackEvent): string {
  return keptText(reason ?? 'CloudFormation gave no reason.', longestReason);
}

function isTurnBack(event: StackEvent): boolean {
  return isStackItself(event) && event.status.endsWith('ROLLBACK_IN_PROGRESS');
}

function isStackItself(event: StackEvent): boolean {
  return event.physicalId === event.stackId;
}
