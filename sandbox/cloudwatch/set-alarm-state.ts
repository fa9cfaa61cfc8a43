/** SetAlarmState: the one way an alarm's state changes here. */
import type { SetAlarmStateCommandInput, StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import { publishServiceEvent, type ServiceEvent } from '../events/service-event.ts';
import type { Json, Operation, Sandbox } from '../kernel.ts';
import { alarmArn } from './alarm-arn.ts';
import type { Alarm, AlarmState } from './state.ts';

const values: readonly string[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] satisfies StateValue[];

/**
 * Sets the state of an alarm (CloudWatch API Reference, SetAlarmState). On AWS a metric alarm goes back to its own state with the next
 * evaluation; there are no metrics here, so the state stays until it is set again.
 */
export const setAlarmState: Operation<SetAlarmStateCommandInput, Record<string, never>> = {
  permissions: (call) => [{ action: 'cloudwatch:SetAlarmState', resource: alarmArn(call, call.input.AlarmName ?? '') }],
  run(call) {
    const { sandbox, input } = call;
    const { StateValue = '', StateReason = '', StateReasonData } = input;
    if (!values.includes(StateValue)) {
      const wanted = `Member must satisfy enum value set: [${values.join(', ')}]`;
      const message = `1 validation error detected: Value '${StateValue}' at 'stateValue' failed to satisfy constraint: ${wanted}`;
      throw new AwsError('ValidationError', message);
    }
    if (StateReason.length > 1_023)
      throw new AwsError('ValidationError', 'StateReason is longer than 1023 characters.');
    checkData(StateReasonData);
    const alarm = sandbox.world.cloudwatch.alarms[alarmArn(call, input.AlarmName ?? '')];
    if (!alarm) throw new AwsError('ResourceNotFound', `${input.AlarmName} does not exist`, 404);
    change(sandbox, alarm, {
      value: StateValue as StateValue,
      reason: StateReason,
      ...(StateReasonData === undefined ? {} : { reasonData: StateReasonData }),
    });
    return {};
  },
};

function checkData(text: string | undefined): void {
  if (text === undefined) return;
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError('InvalidFormat', 'StateReasonData is not valid JSON.');
  }
}

function change(sandbox: Sandbox, alarm: Alarm, next: Pick<AlarmState, 'value' | 'reason' | 'reasonData'>): void {
  const now = sandbox.now();
  const before = alarm.state;
  alarm.state = { ...next, since: before.value === next.value ? before.since : now, updatedAt: now };
  if (before.value === next.value) return;
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
