import { describe, expect, it } from 'vitest';
import { eventsService } from '#sandbox/events/service.ts';
import { home, region, stubSandbox } from '../lambda/stub-sandbox.ts';

const bus = `arn:aws:events:${region}:111111111111:event-bus/drawbridge`;
const roleArn = `arn:aws:iam::${home}:role/forward`;
const pattern = { source: ['aws.cloudformation'] };
const withRule = async (more: Record<string, string> = {}) => {
  const sandbox = stubSandbox([eventsService]);
  await sandbox.create('AWS::Events::EventBus', { Name: 'own' });
  const Targets = [{ Id: 'o', Arn: bus, RoleArn: roleArn }];
  await sandbox.create('AWS::Events::Rule', { Name: 'stacks', EventPattern: pattern, Targets, ...more });
  return sandbox;
};
const caller = { kind: 'service', service: 'x', account: home } as const;
const ask = async (more: Record<string, string>, operation: string, input: object) => {
  const sandbox = await withRule(more);
  return sandbox.perform({ service: 'events', operation, input, caller: { ...caller, service: '' }, region });
};

describe('DescribeRule', () => {
  it.each<[string, Record<string, string>, object, object]>([
    ['on the default bus', {}, { Name: 'stacks' }, { State: 'ENABLED', EventBusName: 'default' }],
    ['that is disabled', { State: 'DISABLED' }, { Name: 'stacks' }, { State: 'DISABLED' }],
    ['on a bus of its own', { EventBusName: 'own' }, { Name: 'stacks', EventBusName: 'own' }, { EventBusName: 'own' }],
  ])('shows a rule %s', async (_, more, input, shown) => {
    expect(await ask(more, 'DescribeRule', input)).toMatchObject({
      ...{ Name: 'stacks', EventPattern: JSON.stringify(pattern) },
      ...shown,
    });
  });

  it('does not know every rule', async () => {
    await expect(ask({}, 'DescribeRule', { Name: 'other' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
      message: 'Rule other does not exist on EventBus default.',
    });
  });
});

it('ListTargetsByRule shows where events go, and as whom', async () => {
  const Targets = [{ Id: 'o', Arn: bus, RoleArn: roleArn }];
  expect(await ask({}, 'ListTargetsByRule', { Rule: 'stacks' })).toEqual({ Targets });
  await expect(ask({}, 'ListTargetsByRule', { Rule: 'other' })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
  });
});

it('both need permission on the rule', async () => {
  const sandbox = await withRule();
  const input = { Name: 'stacks', Rule: 'stacks' };
  for (const operation of ['DescribeRule', 'ListTargetsByRule']) {
    await sandbox.perform({ service: 'events', operation, input, caller: { ...caller, service: '' }, region });
    expect(sandbox.asked.at(-1)?.permission).toEqual({
      action: `events:${operation}`,
      resource: `arn:aws:events:${region}:${home}:rule/stacks`,
    });
  }
});
