import type { DescribeStackEventsCommandOutput, DescribeStacksCommandOutput } from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { type Deployment, deploy, properties, queue, stackOf, story, template } from './scenario.ts';

const url = (key: string) => `https://artifacts.s3.eu-west-1.amazonaws.com/${key}`;
const nested = (key: string, rest: object = {}, attributes: object = {}) => ({
  Type: 'AWS::CloudFormation::Stack',
  Properties: { TemplateURL: url(key), ...rest },
  ...attributes,
});
const parameters = (...names: string[]) => ({
  Parameters: Object.fromEntries(names.map((name) => [name, { Type: 'String', Default: '30' }])),
});
const timed = (name = 'Timeout') => queue({ VisibilityTimeout: { Ref: name } });

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

const put = (key: string, body: string) => {
  fake.objects[`artifacts/${key}`] = body;
};
const create = (body: string, rest: Partial<Deployment> = {}) => deploy(fake, { body, type: 'CREATE', ...rest });
const update = (body: string, rest: Partial<Deployment> = {}) => deploy(fake, { body, ...rest });

/** The nested stack of a resource, the latest if there were several. */
function childOf(logicalId: string) {
  const child = Object.values(fake.world.cloudformation.stacks).findLast((stack) => stack.parent?.logicalId === logicalId);
  if (child === undefined) throw new Error(`no nested stack of ${logicalId}`);
  return child;
}

/** A parent with two nested stacks; an output of the first goes to the second. */
const pair = (first: object = {}, second: object = {}) =>
  template({
    Network: nested('network', first),
    Service: nested('service', { Parameters: { Vpc: { 'Fn::GetAtt': ['Network', 'Outputs.Vpc'] }, ...second } }),
  });

beforeEach(() => {
  put(
    'network',
    template({ Queue: timed() }, { ...parameters('Timeout'), Outputs: { Vpc: { Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } } }),
  );
  put('service', template({ Worker: timed() , Named: queue({ QueueName: { Ref: 'Vpc' } }) }, parameters('Vpc', 'Timeout')));
});

describe('creating nested stacks', () => {
  it('makes real stacks that know their parent and the root', async () => {
    put('middle', template({ Inner: nested('network') }, { Outputs: { Deep: { Value: { 'Fn::GetAtt': ['Inner', 'Outputs.Vpc'] } } } }));
    const root = await create(template({ Middle: nested('middle') }, { Outputs: { Deep: { Value: { 'Fn::GetAtt': ['Middle', 'Outputs.Deep'] } } } }));
    expect(root).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'Deep' }] });
    expect([root.ParentId, root.RootId]).toEqual([undefined, undefined]);
    const middle = await stackOf(fake, childOf('Middle').stackId);
    expect(middle).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ParentId: root.StackId, RootId: root.StackId, RoleARN: executionRole });
    expect(middle.StackName).toMatch(/^orders-Middle-[A-Z0-9]{12}$/);
    const inner = await stackOf(fake, childOf('Inner').stackId);
    expect(inner).toMatchObject({ ParentId: middle.StackId, RootId: root.StackId });
    expect(inner.StackName).toMatch(new RegExp(`^${middle.StackName}-Inner-[A-Z0-9]{12}$`));
    expect(root.Outputs?.[0]?.OutputValue).toBe(inner.Outputs?.[0]?.OutputValue);
  });

  it('passes parameters and outputs on, in order', async () => {
    await create(pair({ Parameters: { Timeout: 45 } }));
    expect(properties(fake, 'Queue')).toBeUndefined();
    const [network, service] = [childOf('Network'), childOf('Service')];
    expect(network.resources['Queue']?.definition.properties).toEqual({ VisibilityTimeout: '45' });
    expect(service.resources['Named']?.definition.properties).toEqual({ QueueName: network.outputs[0]?.value });
    expect(await story(fake)).toEqual([
      'orders REVIEW_IN_PROGRESS: User Initiated',
      'orders CREATE_IN_PROGRESS: User Initiated',
      'Network CREATE_IN_PROGRESS',
      'Network CREATE_IN_PROGRESS: Resource creation Initiated',
      'Network CREATE_COMPLETE',
      'Service CREATE_IN_PROGRESS',
      'Service CREATE_IN_PROGRESS: Resource creation Initiated',
      'Service CREATE_COMPLETE',
      'orders CREATE_COMPLETE',
    ]);
  });
});
