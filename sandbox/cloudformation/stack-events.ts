/** Writing down what happens to a stack: its events, the journal, and the status events on the account's bus. */
import { publishServiceEvent, type ServiceEvent } from '../events/service-event.ts';
import type { Json, Sandbox } from '../kernel.ts';
import { stableHash } from './durations.ts';
import type { ResourceRecord, StackEventRecord, StackRecord } from './state.ts';

interface ResourceEvent {
  readonly logicalId: string;
  readonly type: string;
  readonly status: ResourceRecord['status'];
  readonly physicalId?: string;
  readonly reason?: string;
  readonly properties?: Readonly<Record<string, Json>>;
}

/** Puts a stack into a status: one stack event, one journal entry, one EventBridge event. */
export function setStackStatus(
  sandbox: Sandbox,
  stack: StackRecord,
  next: { readonly status: StackRecord['status']; readonly reason?: string },
): void {
  stack.status = next.status;
  if (next.reason === undefined) delete stack.statusReason;
  else stack.statusReason = next.reason;
  const eventId = sandbox.uuid('stack-event');
  const facts = { logicalId: stack.stackName, physicalId: stack.stackId, type: 'AWS::CloudFormation::Stack', ...next };
  append(sandbox, stack, { eventId, ...facts });
  emitStatusChange(sandbox, stack, eventId);
  if (stack.operation?.nested) wakeParent(sandbox, stack);
}

/** The parent's step looks at how its nested stack stands. Looking once too often does nothing. */
function wakeParent(sandbox: Sandbox, { stackId }: StackRecord): void {
  sandbox.schedule({ at: sandbox.now(), service: 'cloudformation', name: 'nested-progress', payload: { stackId } });
}

/** One event of a resource. CloudFormation names it `<logical id>-<status>-<time>`. */
export function recordResourceEvent(sandbox: Sandbox, stack: StackRecord, event: ResourceEvent): void {
  const { properties, ...facts } = event;
  const eventId = `${event.logicalId}-${event.status}-${new Date(sandbox.now()).toISOString()}`;
  append(sandbox, stack, {
    eventId,
    ...facts,
    ...(properties === undefined ? {} : { properties: JSON.stringify(properties) }),
  });
}

function append(sandbox: Sandbox, stack: StackRecord, event: Omit<StackEventRecord, 'at' | 'token'>): void {
  const { events } = sandbox.world.cloudformation;
  const token = stack.operation?.token;
  const at = sandbox.now();
  events[stack.stackId] ??= [];
  events[stack.stackId]?.push({ ...event, at, ...(token === undefined ? {} : { token }) });
  const { account, region, stackName } = stack;
  const { logicalId, type, status, reason } = event;
  const entry = { kind: 'stack-event', at, account, region, stackName, logicalId, type, status } as const;
  sandbox.record(reason === undefined ? entry : { ...entry, reason });
}

/**
 * The event on the account's default bus (CloudFormation User Guide, "Stack Status Change event detail"). It comes one to three
 * seconds late, so two of them can arrive in the wrong order, as EventBridge allows.
 */
function emitStatusChange(sandbox: Sandbox, stack: StackRecord, id: string): void {
  const { account, region } = stack;
  const token = stack.operation?.token;
  const event: ServiceEvent = {
    id,
    detailType: 'CloudFormation Stack Status Change',
    source: 'aws.cloudformation',
    ...{ account, region },
    resource: stack.stackId,
    detail: {
      'stack-id': stack.stackId,
      'status-details': { status: stack.status, 'status-reason': stack.statusReason ?? '' },
      ...(token === undefined ? {} : { 'client-request-token': token }),
    },
  };
  publishServiceEvent(sandbox, event, 1_000 + (stableHash(id) % 2_001));
}
