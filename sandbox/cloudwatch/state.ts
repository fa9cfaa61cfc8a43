/** What CloudWatch keeps: alarms and the state each is in. Metrics are not modelled, so a state changes only by SetAlarmState, by a fault, and once from nothing to OK. */
import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Json } from '../kernel.ts';

export interface CloudWatchState {
  /** By ARN. */
  readonly alarms: Record<string, Alarm>;
}

export interface Alarm {
  readonly arn: string;
  readonly name: string;
  readonly kind: 'MetricAlarm' | 'CompositeAlarm';
  readonly account: string;
  readonly region: string;
  /** As CloudFormation was given them; the names are those of PutMetricAlarm and PutCompositeAlarm. */
  properties: Readonly<Record<string, Json>>;
  state: AlarmState;
  /** Its changes of state, oldest first. */
  history?: AlarmChange[];
  /** Epoch milliseconds. */
  configuredAt: number;
}

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
  /** JSON text. */
  readonly reasonData?: string;
  /** When it came into this state, and when the state was last set; epoch milliseconds. */
  readonly since: number;
  readonly updatedAt: number;
}

export interface AlarmChange {
  readonly from: AlarmState;
  readonly to: AlarmState;
}

export const emptyCloudWatchState = (): CloudWatchState => ({ alarms: {} });
