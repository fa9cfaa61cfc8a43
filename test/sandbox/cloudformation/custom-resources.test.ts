/** Custom resources as CloudFormation does them: a request to the function, and its answer at a URL that works once. */
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Json, Service } from '#sandbox/kernel.ts';
import type { StandIn } from '#sandbox/lambda/registry.ts';
import { lambdaService } from '#sandbox/lambda/service.ts';
import { administratorRole, homeRegion, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { queue } from './scenario.ts';

const account = '222222222222';
const bus: Service = { name: 'events', operations: {}, jobs: { deliver: () => undefined }, providers: {} };

/** The request object, as the User Guide describes it. */
interface Request {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly ServiceToken: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceType: string;
  readonly ResourceProperties: Record<string, Json>;
  readonly OldResourceProperties?: Record<string, Json>;
}

let sandbox: RunningSandbox;
let client: CloudFormationClient;
/** Every request the function got. */
let asked: Request[];
/** What the function answers; nothing where it answers undefined. */
let behaviour: (request: Request) => object | undefined;

const provider: StandIn = async (event) => {
  const request = event as Request;
  asked.push(request);
  const answer = behaviour(request);
  if (answer !== undefined) await put(request, answer);
};

const put = async (request: Request, answer: object | string): Promise<number> => {
  const { StackId, RequestId, LogicalResourceId } = request;
  const document = typeof answer === 'string' ? answer : { StackId, RequestId, LogicalResourceId, ...answer };
  const body = typeof document === 'string' ? document : JSON.stringify(document);
  return (await fetch(request.ResponseURL, { method: 'PUT', body })).status;
};

const ready = { Status: 'SUCCESS', PhysicalResourceId: 'thing-1' };
const refused = (PhysicalResourceId = 'thing-1') => ({ Status: 'FAILED', Reason: 'no', PhysicalResourceId });

beforeEach(async () => {
  asked = [];
  behaviour = () => ready;
  await start({ provider });
});
afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

async function start(standIns: Record<string, StandIn>): Promise<void> {
  const services = [stsService, iamService, cloudformationService, lambdaService, bus];
  sandbox = await startSandbox({ seed: 1, services, standIns });
  seedIdentities(sandbox);
  const credentials = sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 43_200,
  });
  // Hours may pass between two calls: the client is refused for its clock once, corrects it and asks again.
  client = new CloudFormationClient({ region: homeRegion, endpoint: sandbox.endpoint, credentials, maxAttempts: 2 });
}

const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
const code = { Handler: 'index.handler', Runtime: 'nodejs24.x', Code: { ZipFile: 'never run' }, Timeout: 10 };
const functionResources = {
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
  },
  Provider: {
    Type: 'AWS::Lambda::Function',
    Properties: { FunctionName: 'provider', Role: { 'Fn::GetAtt': 'Role.Arn' }, ...code },
  },
};

const thing = (properties: object = {}, rest: object = {}) => ({
  Type: 'Custom::Thing',
  Properties: { ServiceToken: { 'Fn::GetAtt': 'Provider.Arn' }, ...properties },
  ...rest,
});

const body = (resources: object, rest: object = {}) =>
  JSON.stringify({ Resources: { ...functionResources, ...resources }, ...rest });

const Capabilities: 'CAPABILITY_IAM'[] = ['CAPABILITY_IAM'];

async function create(resources: object, rest: object = {}) {
  const TemplateBody = body(resources, rest);
  await client.send(new CreateStackCommand({ StackName: 'orders', TemplateBody, Capabilities }));
  return end();
}

async function update(resources: object, rest: object = {}) {
  const TemplateBody = body(resources, rest);
  await client.send(new UpdateStackCommand({ StackName: 'orders', TemplateBody, Capabilities }));
  return end();
}

async function end() {
  await sandbox.run();
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stackId() }));
  return Stacks![0]!;
}

const stackId = () => Object.keys(sandbox.world.cloudformation.stacks).at(-1)!;

/** Events of the custom resource, oldest first. */
async function story(logicalId = 'Thing'): Promise<string[]> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: stackId() }));
  return StackEvents!
    .filter((event) => event.LogicalResourceId === logicalId)
    .toReversed()
    .map(({ ResourceStatus, ResourceStatusReason, PhysicalResourceId }) =>
      [ResourceStatus, PhysicalResourceId || '-', ResourceStatusReason].filter((part) => part).join(' '),
    );
}

const requests = () => asked.map((one) => `${one.RequestType} ${one.PhysicalResourceId ?? '-'}`);
const recordOf = (logicalId = 'Thing') => sandbox.world.cloudformation.stacks[stackId()]!.resources[logicalId];

describe('creating a custom resource', () => {
  it('sends the documented request, everything in it as text', async () => {
    await create({ Thing: thing({ Size: 3, On: true, Names: ['a', { Deep: false }] }) });
    const token = `arn:aws:lambda:${homeRegion}:${account}:function:provider`;
    expect(asked).toEqual([
      {
        RequestType: 'Create',
        ServiceToken: token,
        ResponseURL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/_custom-resource\/[a-z0-9]{40}$/),
        StackId: stackId(),
        RequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        LogicalResourceId: 'Thing',
        ResourceType: 'Custom::Thing',
        ResourceProperties: { ServiceToken: token, Size: '3', On: 'true', Names: ['a', { Deep: 'false' }] },
      },
    ]);
  });

  it.each(['Custom::Thing', 'AWS::CloudFormation::CustomResource'])(
    'takes id and attributes of a %s from the answer',
    async (Type) => {
      behaviour = () => ({ ...ready, Data: { Url: 'https://things/1', Count: 2 } });
      const output = (Value: object) => ({ Value });
      const Outputs = {
        Id: output({ Ref: 'Thing' }),
        Url: output({ 'Fn::GetAtt': 'Thing.Url' }),
        Count: output({ 'Fn::Sub': '${Thing.Count} things' }),
      };
      const stack = await create({ Thing: { ...thing(), Type } }, { Outputs });
      expect(stack.StackStatus).toBe('CREATE_COMPLETE');
      expect(Object.fromEntries(stack.Outputs!.map((one) => [one.OutputKey, one.OutputValue]))).toEqual({
        Id: 'thing-1',
        Url: 'https://things/1',
        Count: '2 things',
      });
      expect(await story()).toEqual([
        'CREATE_IN_PROGRESS -',
        'CREATE_IN_PROGRESS thing-1 Resource creation Initiated',
        'CREATE_COMPLETE thing-1',
      ]);
    },
  );

  it('says so where the answer lacks an attribute that the template reads', async () => {
    const Outputs = { Url: { Value: { 'Fn::GetAtt': 'Thing.Url' } } };
    const stack = await create({ Thing: thing() }, { Outputs });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'orders' }));
    expect(StackEvents!.map((event) => event.ResourceStatusReason).join()).toContain(
      "Vendor response doesn't contain Url attribute in object",
    );
  });

  it('invokes the function with the rights CloudFormation acts with, and the function calls AWS as its own role', async () => {
    let identity: string | undefined;
    const caller: StandIn = async (event, { environment, functionName }) => {
      expect(functionName).toBe('provider');
      const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN = '' } = environment;
      const credentials = {
        accessKeyId: AWS_ACCESS_KEY_ID,
        secretAccessKey: AWS_SECRET_ACCESS_KEY,
        sessionToken: AWS_SESSION_TOKEN,
      };
      const region = environment['AWS_REGION']!;
      const sts = new STSClient({ endpoint: environment['AWS_ENDPOINT_URL']!, region, credentials });
      identity = (await sts.send(new GetCallerIdentityCommand({}))).Arn;
      await put(event as Request, ready);
    };
    await sandbox.close();
    await start({ [`arn:aws:lambda:${homeRegion}:${account}:function:provider`]: caller });
    expect((await create({ Thing: thing() })).StackStatus).toBe('CREATE_COMPLETE');
    expect(identity).toMatch(new RegExp(`^arn:aws:sts::${account}:assumed-role/orders-Role-\\w+/provider$`));
    const invoked = sandbox.journal().filter((entry) => entry.kind === 'decision' && /Invoke/.test(entry.action));
    expect(invoked).toMatchObject([
      {
        action: 'lambda:InvokeFunction',
        resource: `arn:aws:lambda:${homeRegion}:${account}:function:provider`,
        principal: `arn:aws:sts::${account}:assumed-role/${administratorRole}/test`,
      },
    ]);
  });

  it('fails with the reason that was answered; what the function made is deleted by the id it gave', async () => {
    behaviour = ({ RequestType }) =>
      RequestType === 'Create' ? refused('half-made') : { ...ready, PhysicalResourceId: 'half-made' };
    const stack = await create({ Thing: thing() });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(requests()).toEqual(['Create -', 'Delete half-made']);
    const [{ RequestId }] = asked as [Request];
    expect(await story()).toEqual([
      'CREATE_IN_PROGRESS -',
      `CREATE_FAILED half-made Received response status [FAILED] from custom resource. Message returned: no (RequestId: ${RequestId})`,
      'DELETE_IN_PROGRESS half-made',
      'DELETE_COMPLETE half-made',
    ]);
  });

  it('is undone too when another resource fails while the function still works', async () => {
    const late: Request[] = [];
    behaviour = (request) => {
      if (request.RequestType === 'Delete') return { ...ready, PhysicalResourceId: request.PhysicalResourceId };
      late.push(request);
      return undefined;
    };
    const broken = {
      Type: 'Custom::Thing',
      Properties: { ServiceToken: { 'Fn::GetAtt': 'Provider.Arn' }, ServiceTimeout: 90_000 },
    };
    const stack = await create({ Thing: thing(), Broken: broken });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    expect(requests()).toEqual(['Create -', expect.stringMatching(/^Delete orders-Thing-[A-Z0-9]{12}$/)]);
    expect(await put(late[0]!, ready)).toBe(403);
    expect((await story('Broken'))[1]).toMatch(/ServiceTimeout must be a number of seconds from 1 to 3600, not 90000/);
  });
});

describe('a function that does not answer', () => {
  it.each([
    ['an hour', {}, 3_600],
    ['the ServiceTimeout', { ServiceTimeout: 30 }, 30],
  ])('is waited for %s of the virtual clock', async (_name, properties, seconds) => {
    behaviour = ({ RequestType }) => (RequestType === 'Create' ? undefined : ready);
    const stack = await create({ Thing: thing(properties) });
    expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
    const [, failed] = await story();
    expect(failed).toMatch(
      new RegExp(
        `^CREATE_FAILED orders-Thing-\\w+ CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId \\[${asked[0]!.RequestId}\\].`,
      ),
    );
    const at = (status: string) =>
      sandbox.journal().find((one) => one.kind === 'stack-event' && one.logicalId === 'Thing' && one.status === status)!
        .at;
    // A second passes between the announcement and the request.
    expect(at('CREATE_FAILED') - at('CREATE_IN_PROGRESS')).toBe((seconds + 1) * 1_000);
  });

  it('is invoked again when it threw, as any asynchronous invocation is, and may answer then', async () => {
    let failures = 0;
    const flaky: StandIn = async (event) => {
      failures += 1;
      if (failures < 3) throw new Error('not yet');
      await put(event as Request, ready);
    };
    await sandbox.close();
    await start({ provider: flaky });
    expect((await create({ Thing: thing() })).StackStatus).toBe('CREATE_COMPLETE');
    expect(failures).toBe(3);
  });
});

describe('updating a custom resource', () => {
  beforeEach(async () => {
    behaviour = () => ({ ...ready, Data: { Url: 'old' } });
    await create({ Thing: thing({ Size: 1 }) });
    asked = [];
  });

  it('sends old and new properties and takes the new attributes', async () => {
    behaviour = () => ({ ...ready, Data: { Url: 'new' } });
    const stack = await update(
      { Thing: thing({ Size: 2 }) },
      { Outputs: { Url: { Value: { 'Fn::GetAtt': 'Thing.Url' } } } },
    );
    expect(stack).toMatchObject({ StackStatus: 'UPDATE_COMPLETE', Outputs: [{ OutputValue: 'new' }] });
    expect(asked).toMatchObject([
      {
        RequestType: 'Update',
        PhysicalResourceId: 'thing-1',
        ResourceProperties: { Size: '2' },
        OldResourceProperties: { Size: '1' },
      },
    ]);
  });

  it('leaves one alone whose properties are the same', async () => {
    await update({ Thing: thing({ Size: 1 }), Jobs: queue() });
    expect(asked).toEqual([]);
  });

  it('deletes the old resource in the clean-up when the answer names another', async () => {
    behaviour = ({ PhysicalResourceId }) => ({
      Status: 'SUCCESS',
      PhysicalResourceId: PhysicalResourceId === 'thing-1' && asked.length === 1 ? 'thing-2' : PhysicalResourceId,
    });
    const stack = await update({ Thing: thing({ Size: 2 }) });
    expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
    expect(requests()).toEqual(['Update thing-1', 'Delete thing-1']);
    expect(asked[1]!.ResourceProperties).toMatchObject({ Size: '1' });
    expect(recordOf()).toMatchObject({ physicalId: 'thing-2', status: 'UPDATE_COMPLETE' });
    expect((await story()).slice(-5)).toEqual([
      'UPDATE_IN_PROGRESS thing-1',
      'UPDATE_IN_PROGRESS thing-2 Requested update required the provider to create a new physical resource',
      'UPDATE_COMPLETE thing-2',
      'DELETE_IN_PROGRESS thing-1',
      'DELETE_COMPLETE thing-1',
    ]);
  });

  it('keeps the old resource where UpdateReplacePolicy says so', async () => {
    behaviour = () => ({ Status: 'SUCCESS', PhysicalResourceId: 'thing-2' });
    await update({ Thing: thing({ Size: 2 }, { UpdateReplacePolicy: 'Retain' }) });
    expect(requests()).toEqual(['Update thing-1']);
    expect((await story()).at(-1)).toBe('DELETE_SKIPPED thing-1');
  });

  it('goes back with another update when the update fails', async () => {
    behaviour = () => (asked.length === 1 ? refused() : ready);
    const stack = await update({ Thing: thing({ Size: 2 }) });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests()).toEqual(['Update thing-1', 'Update thing-1']);
    expect(asked[1]!.ResourceProperties).toMatchObject({ Size: '1' });
    expect(recordOf()).toMatchObject({ physicalId: 'thing-1', definition: { properties: { Size: 1 } } });
  });

  it.each([
    ['the same update', () => refused('thing-2'), {}],
    [
      'another resource',
      () => ({ ...ready, PhysicalResourceId: 'thing-2' }),
      { Bad: thing({}, { DependsOn: 'Thing' }) },
    ],
  ])('deletes the new resource when %s fails after a replacement', async (_name, first, others) => {
    behaviour = ({ LogicalResourceId, RequestType, PhysicalResourceId = 'bad' }) => {
      if (LogicalResourceId === 'Bad')
        return RequestType === 'Create' ? refused('bad') : { ...ready, PhysicalResourceId };
      return RequestType === 'Update' ? first() : { ...ready, PhysicalResourceId };
    };
    const stack = await update({ Thing: thing({ Size: 2 }), ...others });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(requests().filter((one) => !/bad|Create/.test(one))).toEqual(['Update thing-1', 'Delete thing-2']);
    expect(recordOf()).toMatchObject({ physicalId: 'thing-1', attributes: { Url: 'old' } });
  });

  it('does not change to another function', async () => {
    const resources = {
      Thing: thing({ Size: 1 }),
      Other: {
        ...functionResources.Provider,
        Properties: { ...functionResources.Provider.Properties, FunctionName: 'provider-2' },
      },
    };
    await sandbox.close();
    await start({ provider, 'provider-2': provider });
    await create({ Thing: thing({ Size: 1 }) });
    const moved = thing({ ServiceToken: { 'Fn::GetAtt': 'Other.Arn' } });
    const stack = await update({ ...resources, Thing: moved });
    expect(stack.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await story()).join()).toContain('Modifying service token is not allowed.');
  });
});

describe('deleting a custom resource', () => {
  it.each([
    ['done when the function says so', () => ready, 'DELETE_COMPLETE'],
    ['failed when the function says so', () => refused(), 'DELETE_FAILED'],
  ])('is %s', async (_name, answer, status) => {
    await create({ Thing: thing({ Size: 1 }) });
    behaviour = answer;
    asked = [];
    await client.send(new DeleteStackCommand({ StackName: 'orders' }));
    expect((await end()).StackStatus).toBe(status);
    expect(asked).toMatchObject([
      { RequestType: 'Delete', PhysicalResourceId: 'thing-1', ResourceProperties: { Size: '1' } },
    ]);
    expect(Object.keys(asked[0]!)).not.toContain('OldResourceProperties');
  });
});

describe('the response URL', () => {
  it('works once, only for PUT, and for no other secret', async () => {
    const statuses: number[] = [];
    const careful: StandIn = async (event) => {
      const request = event as Request;
      const { ResponseURL } = request;
      statuses.push((await fetch(ResponseURL)).status);
      statuses.push(await put({ ...request, ResponseURL: `${ResponseURL.slice(0, -1)}_` }, ready));
      statuses.push(await put(request, ready));
      statuses.push(await put(request, refused()));
    };
    await sandbox.close();
    await start({ provider: careful });
    expect((await create({ Thing: thing() })).StackStatus).toBe('CREATE_COMPLETE');
    expect(statuses).toEqual([403, 403, 200, 403]);
  });

  it.each([
    ['no JSON', 'ready', 'Response is not valid JSON'],
    ['more than 4096 bytes', { ...ready, Data: { Text: 'x'.repeat(4_096) } }, 'Response object is too long.'],
    ['no physical id', { Status: 'SUCCESS' }, 'Invalid Response object: PhysicalResourceId: '],
    ['an empty physical id', { ...ready, PhysicalResourceId: '' }, 'Invalid Response object: PhysicalResourceId: '],
    ['another status', { ...ready, Status: 'OK' }, 'Invalid Response object: Status: '],
    ['a reason that is no text', { ...ready, Reason: null }, 'Invalid Response object: Reason: '],
    [
      'another request',
      { ...ready, RequestId: 'r' },
      'Invalid Response object: StackId, LogicalResourceId and RequestId',
    ],
  ])('takes %s for a failure', async (_name, answer, reason) => {
    const odd: StandIn = async (event) => void (await put(event as Request, answer));
    await sandbox.close();
    await start({ provider: odd });
    await client.send(
      new CreateStackCommand({
        StackName: 'orders',
        TemplateBody: body({ Thing: thing() }),
        Capabilities,
        OnFailure: 'DO_NOTHING',
      }),
    );
    expect((await end()).StackStatus).toBe('CREATE_FAILED');
    expect((await story()).at(-1)).toContain(reason);
  });
});

describe('attributes with NoEcho', () => {
  it('are not shown in change sets, and stay readable for the template', async () => {
    behaviour = () => ({ ...ready, NoEcho: true, Data: { Password: 'correct-horse' } });
    const reader = (Value: object) => ({ Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value } });
    const secret = { 'Fn::GetAtt': 'Thing.Password' };
    await create({ Thing: thing(), Reader: reader(secret) });
    expect(recordOf('Reader')!.definition.properties['Value']).toBe('correct-horse');
    const TemplateBody = body({ Thing: thing(), Reader: reader({ 'Fn::Sub': 'now ${Thing.Password}' }) });
    const names = { StackName: 'orders', ChangeSetName: 'next' };
    await client.send(new CreateChangeSetCommand({ ...names, TemplateBody, Capabilities }));
    await sandbox.run();
    const { Changes } = await client.send(new DescribeChangeSetCommand({ ...names, IncludePropertyValues: true }));
    expect(JSON.stringify(Changes)).toContain('****');
    expect(JSON.stringify(Changes)).not.toContain('correct-horse');
  });
});

describe('a custom resource whose function has no code here', () => {
  it('is plain data: it is made, changed and deleted, and nobody is asked', async () => {
    await sandbox.close();
    await start({});
    expect((await create({ Thing: thing({ Size: 1 }) })).StackStatus).toBe('CREATE_COMPLETE');
    expect((await update({ Thing: thing({ Size: 2 }) })).StackStatus).toBe('UPDATE_COMPLETE');
    await client.send(new DeleteStackCommand({ StackName: 'orders' }));
    expect((await end()).StackStatus).toBe('DELETE_COMPLETE');
    expect(sandbox.calls()['lambda']?.['Invoke']).toBeUndefined();
  });

  it.each([
    ['a function', `arn:aws:lambda:${homeRegion}:${account}:function:theirs`, 'lambda:InvokeFunction'],
    ['a topic', `arn:aws:sns:${homeRegion}:${account}:theirs`, 'sns:Publish'],
  ])('still takes the right to reach %s', async (_name, ServiceToken, action) => {
    await create({ Thing: thing({ ServiceToken }) });
    const decisions = sandbox
      .journal()
      .flatMap((one) => (one.kind === 'decision' ? [`${one.action} ${one.resource}`] : []));
    expect(decisions).toContain(`${action} ${ServiceToken}`);
  });
});
