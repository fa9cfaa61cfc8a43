/** How people hear about promotions: notifications, alarms and the dashboard as packaged. */
import { readdirSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { matchesPattern } from '#sandbox/events/event-pattern.ts';
import { targetInput } from '#sandbox/events/target-input.ts';
import type { Json, Template } from '#shared/domain/template/template.ts';
import { resolveProperties } from './intrinsics.ts';
import { home, packaged, root } from './shipped.ts';

let stack: Template;
beforeAll(async () => {
  stack = await packaged();
}, 120_000);
const properties = (id: string) => resolveProperties(stack, id, home);
const idsOf = (type: string) =>
  Object.entries(stack.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));

interface Rule {
  readonly EventPattern: Json;
  readonly Targets: { readonly Arn: string; readonly InputTransformer: { readonly InputTemplate: string } }[];
}
const topicRules = () =>
  idsOf('AWS::Events::Rule').filter((id) => (properties(id) as unknown as Rule).Targets[0]?.Arn === '<Notifications>');
const said = (event: object) =>
  topicRules().flatMap((id) => {
    const { EventPattern, Targets } = properties(id) as unknown as Rule;
    return matchesPattern(EventPattern, event as Json)
      ? Targets.map((target) => JSON.parse(targetInput(target as never, event as never)))
      : [];
  });
const ours = (type: string, state: string, account = '111111111111') => ({
  ...{ source: 'drawbridge', account, 'detail-type': `Drawbridge ${type}` },
  detail: { state, summary: 'It happened.', promotion: 'prm-1' },
});

describe('the topic', () => {
  it.each<[string, object, string[]]>([
    [
      'an approval is needed',
      ours('Approval Requested', 'open'),
      ['It happened. Look at it with: drawbridge status prm-1'],
    ],
    ...['failed', 'rejected', 'errored', 'aborted'].map((state): [string, object, string[]] => [
      `a promotion is ${state}`,
      ours('Promotion State Change', state),
      ['It happened. Look at it with: drawbridge status prm-1'],
    ]),
    ['a promotion has succeeded', ours('Promotion State Change', 'succeeded'), []],
    ['a rollout has failed, which its promotion says', ours('Rollout State Change', 'failed'), []],
    ['a target account says so', ours('Promotion State Change', 'failed', '222222222222'), []],
    [
      'an alarm of ours is on',
      {
        ...{ source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', time: '2026-01-05T09:00:00Z' },
        detail: { alarmName: 'drawbridge-step-errors', state: { value: 'ALARM' } },
      },
      ['The alarm drawbridge-step-errors is on since 2026-01-05T09:00:00Z.'],
    ],
    [
      'an alarm of somebody else is on',
      {
        ...{ source: 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change' },
        detail: { alarmName: 'theirs', state: { value: 'ALARM' } },
      },
      [],
    ],
  ])('%s', (_, event, expected) => {
    expect(said(event)).toEqual(expected);
  });

  it('takes messages of its own rules and of nobody else, and is encrypted with a key that EventBridge may use', () => {
    expect(properties('Notifications')).toMatchObject({ KmsMasterKeyId: '<NotificationsKey>' });
    const { PolicyDocument } = properties('NotificationsPolicy') as unknown as {
      PolicyDocument: { Statement: object[] };
    };
    expect(PolicyDocument.Statement).toEqual([
      {
        ...{ Sid: 'OurRules', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' },
        Resource: '<Notifications>',
        Condition: { ArnEquals: { 'aws:SourceArn': topicRules().map((id) => `<${id}.Arn>`) } },
      },
      expect.objectContaining({ Effect: 'Deny', Condition: { Bool: { 'aws:PrincipalIsAWSService': 'false' } } }),
    ]);
    const { KeyPolicy } = properties('NotificationsKey') as unknown as { KeyPolicy: { Statement: object[] } };
    expect(KeyPolicy.Statement.at(-1)).toMatchObject({
      Principal: { Service: 'events.amazonaws.com' },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    });
  });
});

interface AlarmProperties {
  readonly AlarmName: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: { readonly Value: string }[];
  readonly Metrics?: { readonly Id: string; readonly MetricStat?: { readonly Metric: AlarmProperties } }[];
}
const alarms = () => idsOf('AWS::CloudWatch::Alarm').map((id) => properties(id) as unknown as AlarmProperties);
const watched = (alarm: AlarmProperties) => [
  alarm,
  ...(alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? []),
];

describe('alarms', () => {
  it('watch the errors of every function once', () => {
    const functions = alarms()
      .flatMap(watched)
      .flatMap(({ MetricName, Dimensions }) =>
        MetricName === 'Errors' ? (Dimensions ?? []).map(({ Value }) => Value) : [],
      );
    expect(functions.sort()).toEqual(
      idsOf('AWS::Lambda::Function')
        .map((id) => `<${id}>`)
        .sort(),
    );
    expect(functions).toHaveLength(readdirSync(`${root}functions`).length);
  });

  it('watch the executions and the people', () => {
    const metrics = alarms().map(({ AlarmName, MetricName, Metrics }) => [AlarmName, MetricName ?? Metrics?.[0]?.Id]);
    expect(metrics).toEqual(
      expect.arrayContaining([
        ['drawbridge-promotions-failed', 'ExecutionsFailed'],
        ['drawbridge-promotions-timed-out', 'ExecutionsTimedOut'],
        ['drawbridge-approvals-waiting', 'waiting'],
        ['drawbridge-api-errors', '5xx'],
        ['drawbridge-promotions-given-up', 'ReconcileGivenUp'],
        ['drawbridge-promotions-in-trouble', 'ReconcileTrouble'],
      ]),
    );
  });

  it('watch what the API answers, and what reconcile counts, under the names it is counted by', () => {
    const named = (name: string) => alarms().find(({ AlarmName }) => AlarmName === `drawbridge-${name}`);
    expect(named('api-errors')).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      Dimensions: [{ Name: 'ApiId', Value: '<HttpApi>' }],
    });
    for (const name of ['promotions-given-up', 'promotions-in-trouble'])
      expect(named(name)).toMatchObject({
        Namespace: 'Drawbridge',
        Dimensions: [{ Name: 'service', Value: 'drawbridge' }],
      });
  });

  it('look at ten metrics at most, which is what CloudWatch allows', () => {
    for (const alarm of alarms()) expect(watched(alarm).length - 1).toBeLessThanOrEqual(10);
  });

  it('have names by which the topic knows them', () => {
    for (const { AlarmName } of alarms()) expect(AlarmName).toMatch(/^drawbridge-/);
  });
});

describe('the dashboard', () => {
  it('is JSON, and shows the errors of every function', () => {
    const body = JSON.parse(properties('Dashboard')['DashboardBody'] as string) as { widgets: object[] };
    expect(body.widgets).toHaveLength(6);
    for (const id of idsOf('AWS::Lambda::Function')) {
      // Nothing can refer to a resource that may not be there.
      const { FunctionName } = properties(id);
      const shown = stack.Resources[id]?.Condition === undefined ? `<${id}>` : `"${FunctionName}"`;
      expect(JSON.stringify(body.widgets)).toContain(shown);
    }
  });
});
