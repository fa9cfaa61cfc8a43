/** AWS::CloudWatch::Alarm and AWS::CloudWatch::CompositeAlarm. */
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, readProperties } from '../resource-properties.ts';
import { alarmArn } from './alarm-arn.ts';
import { scheduleEvaluation, unchecked } from './evaluation.ts';
import type { Alarm } from './state.ts';

const AlarmName = z.string().min(1).max(255).optional();
const metricAlarm = z.object({
  AlarmName,
  ComparisonOperator: z.string(),
  EvaluationPeriods: z.coerce.number().int().min(1),
});
const compositeAlarm = z.object({ AlarmName, AlarmRule: z.string().min(1).max(10_240) });

/** `Ref` is the alarm's name. */
export const metricAlarmProvider: ResourceProvider = providerOf('MetricAlarm', metricAlarm);
export const compositeAlarmProvider: ResourceProvider = providerOf('CompositeAlarm', compositeAlarm);

function providerOf(kind: Alarm['kind'], schema: z.ZodType<{ AlarmName?: string | undefined }>): ResourceProvider {
  return {
    create(request) {
      const name = readProperties(schema, request).AlarmName ?? generatedName(request, 255);
      const { sandbox, account, region, properties } = request;
      const arn = alarmArn(request, name);
      const { alarms } = sandbox.world.cloudwatch;
      if (alarms[arn]) throw new AwsError('ResourceAlreadyExists', `${name} already exists`);
      const now = sandbox.now();
      const state = { value: 'INSUFFICIENT_DATA', reason: unchecked, since: now, updatedAt: now } as const;
      alarms[arn] = { arn, name, kind, account, region, properties, state, configuredAt: now };
      scheduleEvaluation(sandbox, arn);
      return resultOf(arn, name);
    },
    update(request) {
      readProperties(schema, request);
      const { sandbox, properties, physicalId = '' } = request;
      const arn = alarmArn(request, physicalId);
      const alarm = sandbox.world.cloudwatch.alarms[arn];
      if (!alarm) throw new AwsError('ResourceNotFound', `${physicalId} does not exist`);
      Object.assign(alarm, { properties, configuredAt: sandbox.now() });
      return resultOf(arn, physicalId);
    },
    remove,
  };
}

function resultOf(arn: string, name: string): ResourceResult {
  return { physicalId: name, attributes: { Arn: arn } };
}

function remove(request: ResourceRequest): void {
  const arn = alarmArn(request, request.physicalId ?? '');
  delete request.sandbox.world.cloudwatch.alarms[arn];
}
