/** DescribeAlarms. */
import type {
  CompositeAlarm,
  DescribeAlarmsCommandInput,
  DescribeAlarmsCommandOutput,
  MetricAlarm,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../aws-error.ts';
import type { Call, Json, Operation } from '../kernel.ts';
import { alarmArn } from './alarm-arn.ts';
import { beginFault } from './evaluation.ts';
import type { Alarm } from './state.ts';

type Input = DescribeAlarmsCommandInput;
type Output = Omit<DescribeAlarmsCommandOutput, '$metadata'>;

const notModelled = ['ChildrenOfAlarmName', 'ParentsOfAlarmName', 'ActionPrefix'] as const;

/**
 * The alarms of the account and region, by name or prefix, in the order of their names, 50 a page. Without AlarmTypes only metric alarms
 * are answered. Names that no alarm has are left out, without an error (CloudWatch API Reference, DescribeAlarms).
 */
export const describeAlarms: Operation<Input, Output> = {
  permissions: (call) => [{ action: 'cloudwatch:DescribeAlarms', resource: alarmArn(call, '*') }],
  run(call) {
    check(call.input);
    const { NextToken, MaxRecords = 50 } = call.input;
    const from = NextToken === undefined ? 0 : Number(NextToken);
    if (!Number.isInteger(from) || from < 0)
      throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
    if (call.input.AlarmNames !== undefined) for (const alarm of matching(call)) beginFault(call.sandbox, alarm);
    const found = matching(call);
    const page = found.slice(from, from + MaxRecords);
    const next = from + MaxRecords;
    return {
      MetricAlarms: page.filter(({ kind }) => kind === 'MetricAlarm').map(metricAlarm),
      CompositeAlarms: page.filter(({ kind }) => kind === 'CompositeAlarm').map(compositeAlarm),
      ...(next < found.length ? { NextToken: String(next) } : {}),
    };
  },
};

function check(input: Input): void {
  const used = notModelled.filter((field) => input[field] !== undefined);
  if (used.length > 0) throw new AwsError('ValidationError', `Not supported by the sandbox: ${used.join(', ')}`);
  const { AlarmNames, AlarmNamePrefix, MaxRecords = 50 } = input;
  if (AlarmNames !== undefined && AlarmNamePrefix !== undefined)
    throw new AwsError('ValidationError', 'AlarmNamePrefix and AlarmNames cannot be specified together.');
  if ((AlarmNames?.length ?? 0) > 100 || MaxRecords < 1 || MaxRecords > 100)
    throw new AwsError('ValidationError', 'At most 100 alarm names and between 1 and 100 records can be asked for.');
}

function matching({ sandbox, account, region, input }: Call<Input>): Alarm[] {
  const { AlarmNames, AlarmNamePrefix = '', StateValue, AlarmTypes = ['MetricAlarm'] } = input;
  return Object.values(sandbox.world.cloudwatch.alarms)
    .filter((alarm) => alarm.account === account && alarm.region === region)
    .filter((alarm) => AlarmTypes.includes(alarm.kind))
    .filter((alarm) => AlarmNames?.includes(alarm.name) ?? alarm.name.startsWith(AlarmNamePrefix))
    .filter((alarm) => StateValue === undefined || alarm.state.value === StateValue)
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

const metricAlarm = (alarm: Alarm): MetricAlarm => ({
  ...(withNumbers(alarm.properties) as MetricAlarm),
  ...common(alarm),
});

const compositeAlarm = (alarm: Alarm): CompositeAlarm => ({
  AlarmRule: String(alarm.properties['AlarmRule']),
  ...common(alarm),
});

function common({ arn, name, properties, state, configuredAt }: Alarm) {
  const description = properties['AlarmDescription'];
  return {
    AlarmName: name,
    AlarmArn: arn,
    AlarmConfigurationUpdatedTimestamp: new Date(configuredAt),
    ActionsEnabled: String(properties['ActionsEnabled'] ?? true) === 'true',
    StateValue: state.value,
    StateReason: state.reason,
    StateUpdatedTimestamp: new Date(state.updatedAt),
    StateTransitionedTimestamp: new Date(state.since),
    ...(typeof description === 'string' ? { AlarmDescription: description } : {}),
    ...(state.reasonData === undefined ? {} : { StateReasonData: state.reasonData }),
  };
}

const numeric: readonly string[] = ['Period', 'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold'];
const told: readonly string[] = [
  ...['MetricName', 'Namespace', 'Statistic', 'ExtendedStatistic', 'Dimensions', 'Unit', 'ComparisonOperator'],
  ...['TreatMissingData', 'OKActions', 'AlarmActions', 'InsufficientDataActions'],
];

/** CloudFormation may hold numbers as text. */
function withNumbers(properties: Alarm['properties']): Record<string, Json> {
  const shown = Object.entries(properties).filter(([name]) => numeric.includes(name) || told.includes(name));
  return Object.fromEntries(shown.map(([name, value]) => [name, numeric.includes(name) ? Number(value) : value]));
}
