/** DescribeAlarmHistory. */
import type {
  AlarmHistoryItem,
  DescribeAlarmHistoryCommandInput,
  DescribeAlarmHistoryCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../kernel.ts';
import { alarmArn } from './alarm-arn.ts';
import type { Alarm, AlarmChange, AlarmState } from './state.ts';

type Input = DescribeAlarmHistoryCommandInput;
type Output = Omit<DescribeAlarmHistoryCommandOutput, '$metadata'>;

/**
 * The changes of state of one alarm or of all, the newest first unless ScanBy says otherwise; 100 a page at most. Without AlarmTypes only those
 * of metric alarms (CloudWatch API Reference, DescribeAlarmHistory). Changes of the configuration are not kept.
 */
export const describeAlarmHistory: Operation<Input, Output> = {
  permissions: (call) => [{ action: 'cloudwatch:DescribeAlarmHistory', resource: alarmArn(call, '*') }],
  run(call) {
    const { NextToken, MaxRecords = 100, ScanBy } = call.input;
    const from = NextToken === undefined ? 0 : Number(NextToken);
    if (!Number.isInteger(from) || from < 0)
      throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
    if (MaxRecords < 1 || MaxRecords > 100)
      throw new AwsError('ValidationError', 'Between 1 and 100 records can be asked for.');
    const found = matching(call);
    const ordered = ScanBy === 'TimestampAscending' ? found : found.toReversed();
    const next = from + MaxRecords;
    return {
      AlarmHistoryItems: ordered.slice(from, next),
      ...(next < ordered.length ? { NextToken: String(next) } : {}),
    };
  },
};

/** Oldest first. */
function matching({ sandbox, account, region, input }: Call<Input>): AlarmHistoryItem[] {
  const { AlarmName, AlarmTypes = ['MetricAlarm'], HistoryItemType, StartDate, EndDate } = input;
  if (HistoryItemType !== undefined && HistoryItemType !== 'StateUpdate') return [];
  return Object.values(sandbox.world.cloudwatch.alarms)
    .filter((alarm) => alarm.account === account && alarm.region === region && AlarmTypes.includes(alarm.kind))
    .filter(({ name }) => AlarmName === undefined || name === AlarmName)
    .flatMap((alarm) => (alarm.history ?? []).map((change) => ({ alarm, change })))
    .filter(({ change: { to } }) => StartDate === undefined || to.since >= new Date(StartDate).getTime())
    .filter(({ change: { to } }) => EndDate === undefined || to.since <= new Date(EndDate).getTime())
    .sort((left, right) => left.change.to.since - right.change.to.since)
    .map(({ alarm, change }) => itemOf(alarm, change));
}

/** HistoryData as the CloudWatch User Guide shows it ("Alarm history"). */
function itemOf({ name, kind }: Alarm, { from, to }: AlarmChange): AlarmHistoryItem {
  return {
    AlarmName: name,
    AlarmType: kind,
    HistoryItemType: 'StateUpdate',
    Timestamp: new Date(to.since),
    HistorySummary: `Alarm updated from ${from.value} to ${to.value}`,
    HistoryData: JSON.stringify({ version: '1.0', oldState: told(from), newState: told(to) }),
  };
}

function told({ value, reason }: AlarmState) {
  return { stateValue: value, stateReason: reason };
}
