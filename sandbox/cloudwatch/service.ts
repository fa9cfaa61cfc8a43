import type { Service } from '../kernel.ts';
import { compositeAlarmProvider, metricAlarmProvider } from './alarm-providers.ts';
import { describeAlarmHistory } from './describe-alarm-history.ts';
import { describeAlarms } from './describe-alarms.ts';
import { evaluate, onStrike } from './evaluation.ts';
import { setAlarmState } from './set-alarm-state.ts';

/** CloudWatch's alarms. Its requests are signed for `monitoring`, its IAM actions begin with `cloudwatch`. */
export const cloudWatchService: Service = {
  name: 'monitoring',
  operations: {
    DescribeAlarms: describeAlarms,
    DescribeAlarmHistory: describeAlarmHistory,
    SetAlarmState: setAlarmState,
  },
  jobs: { evaluate, strike: onStrike },
  providers: {
    'AWS::CloudWatch::Alarm': metricAlarmProvider,
    'AWS::CloudWatch::CompositeAlarm': compositeAlarmProvider,
  },
};
