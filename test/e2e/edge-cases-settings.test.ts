/** Edge cases of what stands beside a template: E20, E21 and E22 of docs/reference/edge-cases.md. */

import { CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { beforeAll, expect, it } from 'vitest';
import { getPlan } from '#cli/client/plans.ts';
import type { AlarmState } from '#sandbox/cloudwatch/state.ts';
import { administrator } from './clients.ts';
import { askedOf, edgeWorld, promote, somebody, template, templateOf, told } from './edge-world.ts';
import { stackIn } from './observations.ts';
import { preProduction } from './rehearsed-world.ts';

const world = edgeWorld();
beforeAll(async () => {
  await somebody(world()).send(new CreateStackCommand({ StackName: 'alarms', TemplateBody: JSON.stringify(alarms) }));
  await world().sandbox.run();
}, 240_000);

const { account, region } = preProduction;
const alarmArn = `arn:aws:cloudwatch:${region}:${account}:alarm:errors`;
const alarms = template({
  Errors: {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: 'errors',
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      MetricName: 'Errors',
      Namespace: 'AWS/Lambda',
      Period: 60,
      Statistic: 'Sum',
      Threshold: 0,
    },
  },
});
const stackOf = (name: string) => stackIn(world(), account, name)!;

async function setAlarm(StateValue: AlarmState['value']): Promise<void> {
  const client = new CloudWatchClient({
    endpoint: world().sandbox.endpoint,
    region,
    credentials: administrator(world(), account),
  });
  await client.send(new SetAlarmStateCommand({ AlarmName: 'errors', StateValue, StateReason: 'test' }));
}

const watched = { rollback: { alarms: ['errors'], monitor: '5m' } };

it('E20 rollback alarms are set, and an empty list clears them', async () => {
  await setAlarm('OK');
  expect(told(await promote(world(), { name: 'e20', template: templateOf('one'), stack: watched }))).toBe('succeeded');
  expect(told(await promote(world(), { name: 'e20', template: templateOf('two') }))).toBe('succeeded');
  expect(askedOf(world(), 'CreateChangeSet', 'e20').map(({ RollbackConfiguration }) => RollbackConfiguration)).toEqual([
    { RollbackTriggers: [{ Arn: alarmArn, Type: 'AWS::CloudWatch::Alarm' }], MonitoringTimeInMinutes: 5 },
    { RollbackTriggers: [], MonitoringTimeInMinutes: 0 },
  ]);
});

it('E20 an alarm that does not exist fails the rollout, and the stack goes back', async () => {
  await promote(world(), { name: 'e20-missing', template: templateOf('one') });
  const missing = { rollback: { alarms: ['nobody-made-it'] } };
  const record = await promote(world(), { name: 'e20-missing', template: templateOf('two'), stack: missing });
  expect(told(record)).toBe('failed STACK_FAILED');
  expect(stackOf('e20-missing').status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(stackOf('e20-missing').resources['Setting']!.definition.properties['Value']).toBe('one');
});

it('E20 an alarm that goes off while the stack is watched rolls the update back', async () => {
  await setAlarm('OK');
  await promote(world(), { name: 'e20-alarm', template: templateOf('one'), stack: watched });
  const name = `e20-alarm`;
  let rung = false;
  const stop = world().sandbox.subscribe((entry) => {
    if (rung || entry.kind !== 'stack-event' || entry.stackName !== name) return;
    if (entry.logicalId !== 'Setting' || entry.status !== 'UPDATE_COMPLETE') return;
    rung = true;
    void setAlarm('ALARM');
  });
  const record = await promote(world(), { name, template: templateOf('two'), stack: watched });
  stop();
  expect(rung).toBe(true);
  expect(told(record)).toBe('failed STACK_FAILED');
  expect(stackOf(name).status).toBe('UPDATE_ROLLBACK_COMPLETE');
});

const stackPolicy = (Effect: 'Allow' | 'Deny') => ({
  stack: { stackPolicy: 'policy.json' },
  files: {
    'policy.json': JSON.stringify({
      Statement: [{ Effect, Action: 'Update:*', Principal: '*', Resource: 'LogicalResourceId/Setting' }],
    }),
  },
});

it('E21 the plan says what the stack policy will refuse; a release may bring another policy', async () => {
  expect(told(await promote(world(), { name: 'e21', template: templateOf('one'), ...stackPolicy('Deny') }))).toBe(
    'succeeded',
  );
  expect(stackOf('e21').policy).toContain('Deny');
  const { promotion } = await promote(
    world(),
    { name: 'e21', template: templateOf('two'), ...stackPolicy('Deny') },
    { mode: 'plan' },
  );
  const [stack] = (await getPlan(world().apiAs('alice'), promotion.id, 'pre-production')).targets[0]!.stacks;
  expect(stack!.notes).toContain(
    'The stack policy does not let Setting be modified: the operation will fail unless the policy is changed before.',
  );
  expect(told(await promote(world(), { name: 'e21', template: templateOf('two'), ...stackPolicy('Allow') }))).toBe(
    'succeeded',
  );
  expect(
    askedOf(world(), 'SetStackPolicy', 'e21').map(
      ({ StackPolicyBody }) => `${StackPolicyBody}`.match(/Allow|Deny/)?.[0],
    ),
  ).toEqual(['Deny', 'Allow']);
});

it('E22 termination protection is set by a call of its own, without a change set where nothing else changes', async () => {
  const release = (terminationProtection: boolean) => ({
    name: 'e22',
    template: templateOf('one'),
    stack: { terminationProtection },
  });
  expect(told(await promote(world(), release(true)))).toBe('succeeded');
  expect(stackOf('e22').terminationProtection).toBe(true);
  expect(told(await promote(world(), release(false)))).toBe('succeeded');
  expect(stackOf('e22').terminationProtection).toBe(false);
  const asked = askedOf(world(), 'UpdateTerminationProtection', 'e22');
  expect(asked.map(({ EnableTerminationProtection }) => EnableTerminationProtection)).toEqual([true, false]);
  expect(askedOf(world(), 'CreateChangeSet', 'e22')).toHaveLength(1);
});
