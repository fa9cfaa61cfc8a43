/** SetAlarmState: how a person changes the state of an alarm. */
import type { SetAlarmStateCommandInput, StateValue } from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import type { Operation } from '../kernel.ts';
import { alarmArn } from './alarm-arn.ts';
import { changeState } from './change-state.ts';

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
    changeState(sandbox, alarm, {
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
