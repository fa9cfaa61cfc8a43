import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { type Deployment, deploy, queue, stackOf, story, template } from './scenario.ts';

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
  const child = Object.values(fake.world.cloudformation.stacks).findLast(
    (stack) => stack.parent?.logicalId === logicalId,
  );
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
    template(
      { Queue: timed() },
      { ...parameters('Timeout'), Outputs: { Vpc: { Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } } },
    ),
  );
  put(
    'service',
    template({ Worker: timed(), Named: queue({ QueueName: { Ref: 'Vpc' } }) }, parameters('Vpc', 'Timeout')),
  );
});

describe('creating nested stacks', () => {
  it('makes real stacks that know their parent and the root', async () => {
    put(
      'middle',
      template(
        { Inner: nested('network') },
        { Outputs: { Deep: { Value: { 'Fn::GetAtt': ['Inner', 'Outputs.Vpc'] } } } },
      ),
    );
    const root = await create(
      template(
        { Middle: nested('middle') },
        { Outputs: { Deep: { Value: { 'Fn::GetAtt': ['Middle', 'Outputs.Deep'] } } } },
      ),
    );
    expect(root).toMatchObject({ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'Deep' }] });
    expect([root.ParentId, root.RootId]).toEqual([undefined, undefined]);
    const middle = await stackOf(fake, childOf('Middle').stackId);
    expect(middle).toMatchObject({
      StackStatus: 'CREATE_COMPLETE',
      ParentId: root.StackId,
      RootId: root.StackId,
      RoleARN: executionRole,
    });
    expect(middle.StackName).toMatch(/^orders-Middle-[A-Z0-9]{12}$/);
    const inner = await stackOf(fake, childOf('Inner').stackId);
    expect(inner).toMatchObject({ ParentId: middle.StackId, RootId: root.StackId });
    expect(inner.StackName).toMatch(new RegExp(`^${middle.StackName}-Inner-[A-Z0-9]{12}$`));
    expect(root.Outputs?.[0]?.OutputValue).toBe(inner.Outputs?.[0]?.OutputValue);
  });

  it('passes parameters and outputs on, in order', async () => {
    await create(pair({ Parameters: { Timeout: 45 } }));
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

  it('gives nested stacks the tags, capabilities and token of the operation', async () => {
    put('network', template({ Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } } }));
    await create(template({ Network: nested('network', { Tags: [{ Key: 'own', Value: 'yes' }] }) }), {
      token: 'op-1',
      input: { Capabilities: ['CAPABILITY_IAM'], Tags: [{ Key: 'team', Value: 'commerce' }] },
    });
    const network = await stackOf(fake, childOf('Network').stackId);
    expect(network.Tags).toEqual([
      { Key: 'own', Value: 'yes' },
      { Key: 'team', Value: 'commerce' },
    ]);
    expect(network.Capabilities).toEqual(['CAPABILITY_IAM']);
    expect(await story(fake, network.StackId, 'op-1')).toEqual(await story(fake, network.StackId));
    const statuses = fake.delivered.map(({ detail }) => detail as Record<string, Record<string, string>>);
    expect(statuses.filter((detail) => detail['stack-id'] === (network.StackId as unknown)).at(-1)).toEqual({
      'stack-id': network.StackId,
      'status-details': { status: 'CREATE_COMPLETE', 'status-reason': '' },
      'client-request-token': 'op-1',
    });
  });

  it('fetches the template and makes the stack with the rights of the execution role', async () => {
    await create(pair());
    const asked = fake.asked.filter(({ permission }) => /CreateStack|GetObject/.test(permission.action));
    expect(asked).not.toHaveLength(0);
    for (const { principal } of asked) expect(principal).toContain('drawbridge-execution/AWSCloudFormation');
    expect(asked.map(({ permission }) => permission)).toContainEqual({
      action: 'cloudformation:CreateStack',
      resource: childOf('Network').stackId,
      context: { 'cloudformation:TemplateUrl': url('network') },
    });
  });

  it.each([
    ['a template that is not there', nested('nowhere'), 'S3 error: The specified key does not exist.'],
    ['a parameter without a value', nested('service'), 'Parameters: [Vpc] must have values'],
    [
      'an unknown parameter',
      nested('network', { Parameters: { No: 1 } }),
      'Parameters: [No] do not exist in the template',
    ],
    [
      'a list as parameter',
      nested('network', { Parameters: { Timeout: ['1'] } }),
      'Value of property Parameters must be',
    ],
    ['no template', { Type: 'AWS::CloudFormation::Stack', Properties: {} }, 'Either Template URL or Template Body'],
  ])('fails for %s with the text of the call', async (_name, resource, message) => {
    put('service', template({ Worker: timed('Vpc') }, { Parameters: { Vpc: { Type: 'String' } } }));
    const stack = await create(template({ Network: resource }));
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const failed = (await story(fake)).filter((event) => event.startsWith('Network CREATE_FAILED'));
    expect(failed).toHaveLength(1);
    expect(failed[0]).toContain(message);
    expect(failed[0]).toMatch(/\(Service: AmazonCloudFormation; Status Code: 400; Error Code: ValidationError; /);
  });

  it('fails where the execution role may not create stacks', async () => {
    fake.denied.add('cloudformation:CreateStack');
    await create(pair());
    expect((await story(fake)).join('\n')).toMatch(
      /Network CREATE_FAILED: User: .* not authorized to perform: cloudformation:CreateStack .*Error Code: AccessDenied/,
    );
  });

  it('fails for an output that the nested stack does not have', async () => {
    await create(
      template({
        Network: nested('network'),
        Queue: queue({ QueueName: { 'Fn::GetAtt': ['Network', 'Outputs.No'] } }),
      }),
    );
    expect(await story(fake)).toContain(
      `Queue CREATE_FAILED: Output 'No' not found in stack '${childOf('Network').stackId}'`,
    );
  });

  it('gives up a nested stack that takes longer than it may', async () => {
    put('network', template({ Slow: { Type: 'AWS::RDS::DBInstance', Properties: {} } }));
    await create(template({ Network: nested('network', { TimeoutInMinutes: 2 }) }));
    const { stackId } = childOf('Network');
    expect(await story(fake, stackId)).toContain('Slow CREATE_FAILED: Resource creation cancelled');
    expect(await story(fake)).toContain(
      `Network CREATE_FAILED: Embedded stack ${stackId} was not successfully created: Stack creation time exceeded the specified timeout.`,
    );
  });
});

describe('a nested stack that cannot be created', () => {
  it('fails its resource in the parent, whose rollback deletes it', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Named'));
    const stack = await create(pair(), { token: 'op-1' });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const [network, service] = [childOf('Network'), childOf('Service')];
    expect([network.status, service.status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
    expect(await story(fake, service.stackId, 'op-1')).toEqual([
      `${service.stackName} CREATE_IN_PROGRESS: User Initiated`,
      'Worker CREATE_IN_PROGRESS',
      'Named CREATE_IN_PROGRESS',
      'Worker CREATE_IN_PROGRESS: Resource creation Initiated',
      'Named CREATE_FAILED: Named is out of order',
      'Worker CREATE_FAILED: Resource creation cancelled',
      `${service.stackName} CREATE_FAILED: The following resource(s) failed to create: [Named]. `,
      `${service.stackName} DELETE_IN_PROGRESS: User Initiated`,
      'Worker DELETE_IN_PROGRESS',
      'Named DELETE_COMPLETE',
      'Worker DELETE_COMPLETE',
      `${service.stackName} DELETE_COMPLETE`,
    ]);
    expect((await story(fake)).slice(5)).toEqual([
      'Service CREATE_IN_PROGRESS',
      'Service CREATE_IN_PROGRESS: Resource creation Initiated',
      `Service CREATE_FAILED: Embedded stack ${service.stackId} was not successfully created: The following resource(s) failed to create: [Named].`,
      'orders ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [Service]. Rollback requested by user.',
      'Service DELETE_IN_PROGRESS',
      'Service DELETE_COMPLETE',
      'Network DELETE_IN_PROGRESS',
      'Network DELETE_COMPLETE',
      'orders ROLLBACK_COMPLETE',
    ]);
  });

  it('stays as it is where rollback is disabled, and goes with the parent', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Named'));
    const stack = await create(pair(), { execute: { DisableRollback: true } });
    expect([stack.StackStatus, childOf('Network').status, childOf('Service').status]).toEqual([
      'CREATE_FAILED',
      'CREATE_COMPLETE',
      'CREATE_FAILED',
    ]);
    await fake.ask('RollbackStack', { StackName: 'orders' });
    await fake.run();
    expect([childOf('Network').status, childOf('Service').status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('is deleted with all others where the change set says so', async () => {
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Named'));
    const stack = await create(pair(), { input: { OnStackFailure: 'DELETE' } });
    expect(stack.StackStatus).toBe('DELETE_COMPLETE');
    expect([childOf('Network').status, childOf('Service').status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
  });

  it('keeps nothing for RetainExceptOnCreate', async () => {
    put('network', template({ Kept: queue({}, { DeletionPolicy: 'RetainExceptOnCreate' }) }));
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Broken'));
    await create(template({ Network: nested('network'), Broken: queue({}, { DependsOn: 'Network' }) }));
    expect(await story(fake, childOf('Network').stackId)).toContain('Kept DELETE_COMPLETE');
  });

  it('is cancelled when a sibling fails', async () => {
    put(
      'network',
      template({ Slow: { Type: 'AWS::RDS::DBInstance', Properties: {} }, After: queue({}, { DependsOn: 'Slow' }) }),
    );
    put('middle', template({ Inner: nested('network') }));
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Broken'));
    await create(
      template({
        Middle: nested('middle'),
        First: { Type: 'AWS::DynamoDB::Table', Properties: {} },
        Broken: queue({}, { DependsOn: 'First' }),
      }),
    );
    const [middle, inner] = [childOf('Middle'), childOf('Inner')];
    expect(await story(fake)).toContain('Middle CREATE_FAILED: Resource creation cancelled');
    expect(await story(fake, middle.stackId)).toEqual(
      expect.arrayContaining([
        'Inner CREATE_FAILED: Resource creation cancelled',
        `${middle.stackName} CREATE_FAILED: Resource creation cancelled`,
        `${middle.stackName} DELETE_COMPLETE`,
      ]),
    );
    expect(await story(fake, inner.stackId)).toEqual([
      `${inner.stackName} CREATE_IN_PROGRESS: User Initiated`,
      'Slow CREATE_IN_PROGRESS',
      'Slow CREATE_IN_PROGRESS: Resource creation Initiated',
      'Slow CREATE_FAILED: Resource creation cancelled',
      `${inner.stackName} CREATE_FAILED: Resource creation cancelled`,
      `${inner.stackName} DELETE_IN_PROGRESS: User Initiated`,
      'Slow DELETE_IN_PROGRESS',
      'Slow DELETE_COMPLETE',
      `${inner.stackName} DELETE_COMPLETE`,
    ]);
  });
});

describe('updating nested stacks', () => {
  const change = (timeout: string) => pair({ Parameters: { Timeout: timeout } }, {});
  const serviceWith = (more: object) =>
    put(
      'service',
      template({ Worker: timed(), Named: queue({ QueueName: { Ref: 'Vpc' } }), ...more }, parameters('Vpc', 'Timeout')),
    );

  it('updates those that change, and looks at the others', async () => {
    await create(pair());
    const seen = (await story(fake, childOf('Service').stackId)).length;
    const stack = await update(change('60'), { token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(await story(fake, 'orders', 'op-2')).toEqual([
      'orders UPDATE_IN_PROGRESS: User Initiated',
      'Network UPDATE_IN_PROGRESS',
      'Network UPDATE_COMPLETE',
      'Service UPDATE_IN_PROGRESS',
      'Service UPDATE_COMPLETE',
      'orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'orders UPDATE_COMPLETE',
    ]);
    const network = childOf('Network');
    expect(await story(fake, network.stackId, 'op-2')).toEqual([
      `${network.stackName} UPDATE_IN_PROGRESS: User Initiated`,
      'Queue UPDATE_IN_PROGRESS',
      'Queue UPDATE_COMPLETE',
      `${network.stackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`,
      `${network.stackName} UPDATE_COMPLETE`,
    ]);
    expect((await story(fake, childOf('Service').stackId)).length).toBe(seen);
  });

  it('sees a template that changed under the same address', async () => {
    await create(pair());
    serviceWith({ More: queue() });
    await update(pair());
    expect(Object.keys(childOf('Service').resources)).toEqual(['Worker', 'Named', 'More']);
  });

  it('cleans a nested stack up only once its siblings are through', async () => {
    serviceWith({ Old: queue() });
    await create(pair());
    put('network', template({ Other: queue() }, { ...parameters('Timeout'), Outputs: { Vpc: { Value: 'fixed' } } }));
    await update(pair());
    const at = (stackId: string, text: string) => {
      const event = fake.world.cloudformation.events[stackId]?.find(
        ({ logicalId, status }) => `${logicalId} ${status}` === text,
      );
      return event?.at ?? Number.NaN;
    };
    const [network, service] = [childOf('Network'), childOf('Service')];
    const through = at(service.stackId, `${service.stackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`);
    expect(at(network.stackId, 'Queue DELETE_IN_PROGRESS')).toBeGreaterThan(through);
    expect(at(Object.keys(fake.world.cloudformation.stacks)[0]!, 'orders UPDATE_COMPLETE')).toBeGreaterThanOrEqual(
      at(network.stackId, `${network.stackName} UPDATE_COMPLETE`),
    );
  });

  it('removes a nested stack that the template has no more', async () => {
    await create(pair());
    await update(template({ Network: nested('network') }));
    expect(childOf('Service').status).toBe('DELETE_COMPLETE');
    expect((await story(fake)).slice(-4)).toEqual([
      'orders UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'Service DELETE_IN_PROGRESS',
      'Service DELETE_COMPLETE',
      'orders UPDATE_COMPLETE',
    ]);
  });

  it('rolls every nested stack back when one fails', async () => {
    await create(pair());
    const before = { network: childOf('Network').outputs, queue: childOf('Network').resources['Queue'] };
    put(
      'network',
      template(
        { Queue: queue({ QueueName: 'renamed' }), More: queue() },
        { ...parameters('Timeout'), Outputs: { Vpc: { Value: 'changed' } } },
      ),
    );
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Named'));
    const stack = await update(change('60'), { token: 'op-2' });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    const [network, service] = [childOf('Network'), childOf('Service')];
    expect([network.status, service.status]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
    expect(network.outputs).toEqual(before.network);
    expect(network.resources['Queue']).toMatchObject({
      physicalId: before.queue?.physicalId,
      definition: before.queue?.definition,
    });
    expect(Object.keys(network.resources)).toEqual(['Queue']);
    expect((await story(fake, 'orders', 'op-2')).slice(3)).toEqual([
      'Service UPDATE_IN_PROGRESS',
      `Service UPDATE_FAILED: Embedded stack ${service.stackId} was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to update: [Named].`,
      'orders UPDATE_ROLLBACK_IN_PROGRESS: The following resource(s) failed to update: [Service]. ',
      'Network UPDATE_IN_PROGRESS',
      'Network UPDATE_COMPLETE',
      'Service UPDATE_IN_PROGRESS',
      'Service UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(await story(fake, network.stackId, 'op-2')).toEqual([
      `${network.stackName} UPDATE_IN_PROGRESS: User Initiated`,
      'Queue UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.',
      'More CREATE_IN_PROGRESS',
      'Queue UPDATE_IN_PROGRESS: Resource creation Initiated',
      'More CREATE_IN_PROGRESS: Resource creation Initiated',
      'Queue UPDATE_COMPLETE',
      'More CREATE_COMPLETE',
      `${network.stackName} UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`,
      `${network.stackName} UPDATE_ROLLBACK_IN_PROGRESS`,
      'Queue UPDATE_IN_PROGRESS',
      'Queue UPDATE_COMPLETE',
      `${network.stackName} UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS`,
      'Queue DELETE_IN_PROGRESS',
      'More DELETE_IN_PROGRESS',
      'More DELETE_COMPLETE',
      'Queue DELETE_COMPLETE',
      `${network.stackName} UPDATE_ROLLBACK_COMPLETE`,
    ]);
  });

  it('takes back a nested stack that the failed update added', async () => {
    await create(template({ Network: nested('network') }));
    fake.resourceFaults.push(fault('CREATE_FAILED', 'Named'));
    const stack = await update(pair());
    expect([stack.StackStatus, childOf('Service').status]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'DELETE_COMPLETE']);
    expect((await story(fake)).slice(-6)).toEqual([
      'Network UPDATE_IN_PROGRESS',
      'Network UPDATE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
      'Service DELETE_IN_PROGRESS',
      'Service DELETE_COMPLETE',
      'orders UPDATE_ROLLBACK_COMPLETE',
    ]);
  });

  it('leaves all where it is with rollback disabled, until the root is rolled back', async () => {
    await create(pair());
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Worker'));
    const body = pair({ Parameters: { Timeout: '60' } }, { Timeout: '60' });
    const stack = await update(body, { execute: { DisableRollback: true } });
    expect([stack.StackStatus, childOf('Network').status, childOf('Service').status]).toEqual([
      'UPDATE_FAILED',
      'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
      'UPDATE_FAILED',
    ]);
    await fake.ask('RollbackStack', { StackName: 'orders' });
    await fake.run();
    expect([(await stackOf(fake)).StackStatus, childOf('Network').status, childOf('Service').status]).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(childOf('Network').resources['Queue']?.definition.properties).toEqual({ VisibilityTimeout: '30' });
  });

  it('rolls back a nested stack that is cancelled in its middle', async () => {
    const Slow = { Type: 'AWS::RDS::DBInstance', Properties: { BackupRetentionPeriod: { Ref: 'Timeout' } } };
    put('network', template({ Queue: timed(), Slow }, parameters('Timeout')));
    const body = (timeout: string) =>
      template({
        Network: nested('network', { Parameters: { Timeout: timeout } }),
        Other: queue({ DelaySeconds: timeout }),
      });
    await create(body('1'));
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Other'));
    const stack = await update(body('2'));
    const network = childOf('Network');
    expect(await story(fake)).toContain('Network UPDATE_FAILED: Resource update cancelled');
    expect(await story(fake, network.stackId)).toContain(
      `${network.stackName} UPDATE_ROLLBACK_IN_PROGRESS: Resource update cancelled`,
    );
    expect([stack.StackStatus, network.status]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
    expect(network.resources['Slow']?.definition.properties).toEqual({ BackupRetentionPeriod: '1' });
  });
});

describe('a nested stack that cannot be rolled back', () => {
  const broken = async () => {
    put(
      'middle',
      template(
        { Inner: nested('network', { Parameters: { Timeout: { Ref: 'Timeout' } } }), Side: timed() },
        parameters('Timeout'),
      ),
    );
    const body = (timeout: string) =>
      template({
        Middle: nested('middle', { Parameters: { Timeout: timeout } }),
        Last: queue({ DelaySeconds: timeout }, { DependsOn: 'Middle' }),
      });
    await create(body('1'));
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Last'));
    const { ChangeSetId } = await fake
      .ask<{ ChangeSetId: string }>('CreateChangeSet', {
        ...{ StackName: 'orders', ChangeSetName: 'second', TemplateBody: body('2') },
      })
      .then(() => ({ ChangeSetId: 'second' }));
    await fake.run(60);
    await fake.ask('ExecuteChangeSet', { StackName: 'orders', ChangeSetName: ChangeSetId });
    // The queue goes forward, and fails on its way back.
    while (childOf('Inner').status !== 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS') await fake.run(1);
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Queue'));
    await fake.run();
    return { middle: childOf('Middle'), inner: childOf('Inner') };
  };
  const statuses = async () => [(await stackOf(fake)).StackStatus, childOf('Middle').status, childOf('Inner').status];

  it('fails the rollback of everything above it', async () => {
    const { middle, inner } = await broken();
    expect(await statuses()).toEqual(['UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED']);
    expect(await story(fake, middle.stackId)).toContain(
      `Inner UPDATE_FAILED: Embedded stack ${inner.stackId} was not successfully updated. Currently in UPDATE_ROLLBACK_FAILED with reason: The following resource(s) failed to update: [Queue].`,
    );
    expect((await story(fake)).at(-1)).toBe(
      'orders UPDATE_ROLLBACK_FAILED: The following resource(s) failed to update: [Middle]. ',
    );
  });

  it('is continued from the root, and only from there', async () => {
    const { inner } = await broken();
    await expect(fake.ask('ContinueUpdateRollback', { StackName: inner.stackId })).rejects.toThrow(
      'RollbackUpdatedStack cannot be invoked on child stacks',
    );
    await fake.ask('ContinueUpdateRollback', { StackName: 'orders', ClientRequestToken: 'again' });
    await fake.run();
    expect(await statuses()).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(childOf('Inner').resources['Queue']?.definition.properties).toEqual({ VisibilityTimeout: '1' });
    expect((await story(fake, inner.stackId, 'again')).at(-1)).toBe(`${inner.stackName} UPDATE_ROLLBACK_COMPLETE`);
  });

  it('can leave a resource of a nested stack out, by the name of that stack', async () => {
    const { inner, middle } = await broken();
    const skip = (...ResourcesToSkip: string[]) =>
      fake.ask('ContinueUpdateRollback', { StackName: 'orders', ResourcesToSkip });
    await expect(skip(`${middle.stackName}.Side`)).rejects.toThrow('must be in UPDATE_FAILED state');
    await expect(skip('Inner.Queue')).rejects.toThrow('Invalid resources: [Inner.Queue]');
    await expect(skip('Middle')).rejects.toThrow('Invalid resources: [Middle]');
    fake.resourceFaults.push(fault('UPDATE_FAILED', 'Queue'));
    await skip(`${inner.stackName}.Queue`);
    await fake.run();
    expect(await statuses()).toEqual([
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_COMPLETE',
    ]);
    expect(await story(fake, inner.stackId)).toContain('Queue UPDATE_COMPLETE: Resource skipped during rollback');
  });
});

describe('deleting', () => {
  it('a parent deletes its nested stacks, dependents first', async () => {
    await create(pair());
    await fake.ask('DeleteStack', { StackName: 'orders', ClientRequestToken: 'end' });
    await fake.run();
    const [network, service] = [childOf('Network'), childOf('Service')];
    expect([network.status, service.status]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
    expect(network.deletedAt).toBeGreaterThan(service.deletedAt ?? Number.NaN);
    expect((await story(fake, network.stackId, 'end')).at(-1)).toBe(`${network.stackName} DELETE_COMPLETE`);
  });

  it('fails above a nested stack that cannot be deleted', async () => {
    await create(pair());
    fake.resourceFaults.push(fault('DELETE_FAILED', 'Queue'));
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    const network = childOf('Network');
    expect((await stackOf(fake)).StackStatus).toBe('DELETE_FAILED');
    expect(await story(fake)).toContain(
      `Network DELETE_FAILED: Embedded stack ${network.stackId} was not successfully deleted: The following resource(s) failed to delete: [Queue].`,
    );
    await fake.ask('DeleteStack', { StackName: 'orders' });
    await fake.run();
    expect(childOf('Network').status).toBe('DELETE_COMPLETE');
  });

  it('a nested stack alone is possible, unless the root is protected', async () => {
    const { StackId } = await create(pair());
    const { stackId, stackName } = childOf('Service');
    await expect(
      fake.ask('UpdateTerminationProtection', { StackName: stackId, EnableTerminationProtection: true }),
    ).rejects.toThrow('nested');
    await fake.ask('UpdateTerminationProtection', { StackName: StackId, EnableTerminationProtection: true });
    await expect(fake.ask('DeleteStack', { StackName: stackName })).rejects.toThrow('TerminationProtection is enabled');
    await fake.ask('UpdateTerminationProtection', { StackName: StackId, EnableTerminationProtection: false });
    await fake.ask('DeleteStack', { StackName: stackName });
    await fake.run();
    expect(childOf('Service').status).toBe('DELETE_COMPLETE');
    const stack = await update(pair({ Parameters: { Timeout: 60 } }));
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await story(fake)).join('\n')).toContain(`Service UPDATE_FAILED: Stack [${stackId}] does not exist`);
  });
});

/** What a hierarchy is made of: names and values of every resource, outputs, and what the parent knows of them. */
function contents() {
  const { stacks } = fake.world.cloudformation;
  const alive = Object.values(stacks).filter(({ status }) => status !== 'DELETE_COMPLETE');
  return alive.map(({ stackName, resources, outputs, model }) => ({
    stackName,
    outputs,
    parameters: model?.parameters,
    resources: Object.values(resources).map(({ logicalId, physicalId, definition, attributes }) => {
      return [logicalId, physicalId, definition.properties, attributes];
    }),
  }));
}

/** A hierarchy of three levels: what its queues are named, how long they hold, whether the third level is there. */
const hierarchies = fc.record({
  timeout: fc.integer({ min: 1, max: 3 }),
  name: fc.constantFrom('a', 'b'),
  inner: fc.boolean(),
  leaf: fc.boolean(),
});

function putHierarchy({
  timeout,
  name,
  inner,
  leaf,
}: {
  timeout: number;
  name: string;
  inner: boolean;
  leaf: boolean;
}) {
  const { Parameters } = parameters('Timeout');
  put('leaf', template({ Leaf: timed(), ...(leaf ? { More: queue() } : {}) }, { Parameters }));
  const Inner = nested('leaf', { Parameters: { Timeout: { Ref: 'Timeout' } } });
  put(
    'middle',
    template(
      { Branch: queue({ QueueName: name }), ...(inner ? { Inner } : {}) },
      { Parameters, Outputs: { Name: { Value: { Ref: 'Branch' } } } },
    ),
  );
  return template({
    Middle: nested('middle', { Parameters: { Timeout: timeout } }),
    Bystander: queue({ DelaySeconds: timeout }),
    Reader: queue({ ReceiveMessageWaitTimeSeconds: { 'Fn::GetAtt': ['Middle', 'Outputs.Name'] } }),
  });
}

describe('every update of a hierarchy', () => {
  it('ends in the new resources everywhere, or in exactly the old ones everywhere', async () => {
    const ends = new Set<string | undefined>();
    const failing = fc.option(
      fc.record({
        status: fc.constantFrom('CREATE_FAILED' as const, 'UPDATE_FAILED' as const),
        name: fc.constantFrom('Leaf', 'More', 'Branch', 'Inner', 'Middle', 'Bystander', 'Reader'),
      }),
    );
    await fc.assert(
      fc.asyncProperty(hierarchies, hierarchies, failing, async (first, second, fails) => {
        fake = fakeSandbox();
        await create(putHierarchy(first));
        const before = structuredClone(contents());
        const body = putHierarchy(second);
        if (fails !== null) fake.resourceFaults.push(fault(fails.status, fails.name));
        const { StackStatus } = await update(body);
        ends.add(StackStatus);
        const stacks = Object.values(fake.world.cloudformation.stacks);
        expect(stacks.filter(({ status }) => status.endsWith('IN_PROGRESS'))).toEqual([]);
        expect(stacks.filter(({ operation }) => operation !== undefined && operation.phase !== 'forward')).toEqual([]);
        if (StackStatus === 'UPDATE_ROLLBACK_COMPLETE') expect(contents()).toEqual(before);
        else {
          const leaf = stacks.findLast(
            ({ parent, status }) => parent?.logicalId === 'Inner' && status !== 'DELETE_COMPLETE',
          );
          expect(leaf?.resources['Leaf']?.definition.properties).toEqual(
            second.inner ? { VisibilityTimeout: String(second.timeout) } : undefined,
          );
          expect(leaf?.resources['More'] !== undefined).toBe(second.inner && second.leaf);
          expect(childOf('Middle').resources['Branch']?.definition.properties).toEqual({ QueueName: second.name });
        }
      }),
      { seed: 20_260_201, numRuns: 80 },
    );
    expect([...ends].sort()).toEqual(['UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
  });

  it('is the same in a world that is saved and reloaded before every job', async () => {
    const play = async (reload: boolean) => {
      fake = fakeSandbox();
      fake.reloading = reload;
      await create(putHierarchy({ timeout: 1, name: 'a', inner: true, leaf: true }), { name: 'first' });
      fake.resourceFaults.push(fault('UPDATE_FAILED', 'Reader'));
      await update(putHierarchy({ timeout: 2, name: 'b', inner: true, leaf: false }), { name: 'second' });
      return JSON.parse(JSON.stringify([fake.world, fake.journal, fake.delivered])) as unknown;
    };
    expect(await play(true)).toEqual(await play(false));
  });
});
