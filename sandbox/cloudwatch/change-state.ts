/** Changes of an alarm's state. */
import { publishServiceEvent, type ServiceEvent } from '../events/service-event.ts';
import type { Json, Sandbox } from '../kernel.ts';
import type { Alarm, AlarmState } from './state.ts';

export type NewState = Pick<AlarmState, 'value' | 'reason' | 'reasonData'>;

/** Brings an alarm into a state; what follows from a change follows. */
export function changeState(sandbox: Sandbox, alarm: Alarm, next: NewState): void {
  const now = sandbox.now();
  const before = alarm.state;
  alarm.state = { ...next, since: before.value === next.value ? before.since : now, updatedAt: now };
  if (before.value === next.value) return;
  alarm.history = [...(alarm.history ?? []), { from: before, to: alarm.state }];
  emit(sandbox, alarm, before);
  const payload = { arn: alarm.arn };
  sandbox.schedule({ at: now, service: 'cloudformation', name: 'alarm-changed', payload });
}

/** The event on the account's default bus (CloudWatch User Guide, "Alarm events and EventBridge"). */
function emit(sandbox: Sandbox, alarm: Alarm, before: AlarmState): void {
  const { account, region, arn, name, state } = alarm;
  const event: ServiceEvent = {
    id: sandbox.uuid('alarm-event'),
    detailType: 'CloudWatch Alarm State Change',
    source: 'aws.cloudwatch',
    ...{ account, region },
    resource: arn,
    detail: { alarmName: name, state: told(state), previousState: told(before) },
  };
  publishServiceEvent(sandbox, event, 1_000);
}

function told({ value, reason, reasonData, updatedAt }: AlarmState): Record<string, Json> {
  const timestamp = new Date(updatedAt).toISOString().replace('Z', '+0000');
  return { value, reason, timestamp, ...(reasonData === undefined ? {} : { reasonData }) };
}
