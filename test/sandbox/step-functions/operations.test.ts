import { describe, expect, it } from 'vitest';
import type { Json, Service } from '#sandbox/kernel.ts';
import { statesService } from '#sandbox/step-functions/service.ts';
import {
  account,
  createStub,
  historyOf,
  invokeTask,
  lambda,
  outcomeOf,
  region,
  type Stub,
  single,
  start,
  startMachine,
  thrown,
  tokenTask,
} from './stub-sandbox.ts';

const machineArn = `arn:aws:states:${region}:${account}:stateMachine:machine`;
const executionArn = `arn:aws:states:${region}:${account}:execution:machine:one`;
const pass = single({ Type: 'Pass' });
const wait = single({ Type: 'Wait', Seconds: 100 });
const day = 24 * 60 * 60;

const begin = (stub: Stub, input: object = {}): Promise<Json> =>
  stub.call('StartExecution', { stateMachineArn: machineArn, name: 'one', ...input });

describe('StartExecution', () => {
  it('answers at once; the execution runs afterwards', async () => {
    const stub = createStub();
    stub.create(pass);
    expect(await begin(stub)).toEqual({ executionArn, startDate: new Date(start) });
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'RUNNING' });
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'SUCCEEDED', output: {} });
  });

  it('finds a name where none is given', async () => {
    const stub = createStub();
    stub.create(pass);
    expect(await begin(stub, { name: undefined })).toMatchObject({
      executionArn: expect.stringContaining(':execution:machine:'),
    });
  });

  it('repeated with the same bytes while it runs answers the first execution', async () => {
    const stub = createStub();
    stub.create(wait);
    const first = await begin(stub, { input: '{"a":1}' });
    await stub.run(50);
    expect(await begin(stub, { input: '{"a":1}' })).toEqual(first);
    expect(Object.keys(stub.sandbox.world.states.executions)).toHaveLength(1);
  });

  it.each<[string, string, number]>([
    ['the input differs by a space', '{"a": 1}', 50],
    ['the execution is closed', '{"a":1}', 150],
    ['it closed less than 90 days ago', '{"a":1}', 90 * day + 99],
  ])('is ExecutionAlreadyExists where %s', async (_, input, at) => {
    const stub = createStub();
    stub.create(wait);
    await begin(stub, { input: '{"a":1}' });
    await stub.run(at);
    await expect(begin(stub, { input })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  it('takes the name again after 90 days', async () => {
    const stub = createStub();
    stub.create(wait);
    await begin(stub);
    await stub.run(90 * day + 100);
    expect(await begin(stub)).toEqual({ executionArn, startDate: new Date(stub.sandbox.now()) });
  });

  it.each<[string, object]>([
    ['InvalidExecutionInput', { input: '{' }],
    ['ValidationException', { input: `"${'x'.repeat(262_143)}"` }],
    ['InvalidName', { name: 'a b' }],
    ['InvalidName', { name: '' }],
    ['InvalidName', { name: 'a'.repeat(81) }],
    ['InvalidName', { name: 'a/b' }],
    ['InvalidName', { name: 'a\u0001' }],
    ['StateMachineDoesNotExist', { stateMachineArn: `${machineArn}x` }],
    ['StateMachineDoesNotExist', { stateMachineArn: undefined }],
  ])('throws %s for %j', async (code, input) => {
    const stub = createStub();
    stub.create(pass);
    await expect(begin(stub, input)).rejects.toMatchObject({ code });
  });

  it('does not see machines of another account', async () => {
    const stub = createStub();
    stub.create(pass);
    const call = stub.call('StartExecution', { stateMachineArn: machineArn }, { account: '222222222222' });
    await expect(call).rejects.toMatchObject({ code: 'StateMachineDoesNotExist' });
  });

  it('accepts exactly 80 characters and exactly the payload limit', async () => {
    const stub = createStub();
    stub.create(pass);
    await expect(begin(stub, { name: 'n'.repeat(80), input: `"${'x'.repeat(262_142)}"` })).resolves.toBeDefined();
  });
});

describe('DescribeExecution, ListExecutions, DescribeStateMachine', () => {
  it('shows how an execution went', async () => {
    const stub = createStub();
    stub.create(wait);
    await begin(stub, { input: '{ "a": 1 }' });
    await stub.run();
    expect(await stub.call('DescribeExecution', { executionArn })).toMatchObject({
      executionArn,
      stateMachineArn: machineArn,
      name: 'one',
      status: 'SUCCEEDED',
      startDate: new Date(start),
      stopDate: new Date(start + 100_000),
      input: '{ "a": 1 }',
      output: '{"a":1}',
    });
  });

  it('lists the newest first, filtered, in pages', async () => {
    const stub = createStub();
    stub.create(wait);
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await stub.run(index * 60);
      await begin(stub, { name });
    }
    await stub.run(130);
    const list = async (more: object): Promise<{ names: string[]; nextToken?: string }> => {
      const { executions, ...rest } = (await stub.call('ListExecutions', { stateMachineArn: machineArn, ...more })) as {
        executions: { name: string }[];
      };
      return { names: executions.map(({ name }) => name), ...rest };
    };
    expect(await list({})).toEqual({ names: ['c', 'b', 'a'] });
    expect(await list({ statusFilter: 'RUNNING' })).toEqual({ names: ['c', 'b'] });
    const first = await list({ maxResults: 2 });
    expect(first).toEqual({ names: ['c', 'b'], nextToken: expect.any(String) });
    expect(await list({ maxResults: 2, nextToken: first.nextToken })).toEqual({ names: ['a'] });
    await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ code: 'InvalidToken' });
  });

  it('shows the machine', async () => {
    const stub = createStub();
    stub.create(pass);
    expect(await stub.call('DescribeStateMachine', { stateMachineArn: machineArn })).toMatchObject({
      name: 'machine',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: JSON.stringify(pass),
      roleArn: `arn:aws:iam::${account}:role/machine`,
    });
  });

  it.each(['DescribeExecution', 'GetExecutionHistory', 'StopExecution'])(
    '%s throws ExecutionDoesNotExist',
    async (operation) => {
      await expect(createStub().call(operation, { executionArn })).rejects.toMatchObject({
        code: 'ExecutionDoesNotExist',
      });
    },
  );
});

describe('StopExecution', () => {
  it('ends everything under way as ABORTED', async () => {
    const stub = createStub({ ask: () => null });
    const ItemProcessor = { StartAt: 'T', States: { T: { ...tokenTask('ask', { TimeoutSeconds: 1000 }), End: true } } };
    const arn = await startMachine(stub, { ...single({ Type: 'Map', ItemProcessor }), TimeoutSeconds: 5000 }, [1, 2]);
    await stub.run(10);
    expect(await stub.call('StopExecution', { executionArn: arn, error: 'USER', cause: 'changed my mind' })).toEqual({
      stopDate: new Date(start + 10_000),
    });
    expect(await outcomeOf(stub, arn)).toEqual({ status: 'ABORTED', error: 'USER', cause: 'changed my mind' });
    const { token } = stub.invocations[0]!.payload as { token: string };
    await expect(stub.call('SendTaskSuccess', { taskToken: token, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
    await stub.run();
    expect(stub.sandbox.now()).toBe(start + 10_000);
  });

  it('does not invoke a function that was still to come', async () => {
    const stub = createStub({ f: () => 1 });
    const arn = await startMachine(stub, single(invokeTask('f')));
    await stub.call('StopExecution', { executionArn: arn });
    await stub.run();
    expect(stub.invocations).toEqual([]);
    expect(await outcomeOf(stub, arn)).toEqual({ status: 'ABORTED' });
  });

  it('leaves a closed execution as it is', async () => {
    const stub = createStub();
    const arn = await startMachine(stub, pass);
    await stub.run(30);
    expect(await stub.call('StopExecution', { executionArn: arn })).toEqual({ stopDate: new Date(start) });
    expect(await outcomeOf(stub, arn)).toMatchObject({ status: 'SUCCEEDED' });
  });
});

describe('the history', () => {
  it.each<[string, object, Json, string[]]>([
    [
      'of a retried and caught task',
      {
        StartAt: 'T',
        States: {
          T: {
            ...invokeTask('bad'),
            Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
            Catch: [{ ErrorEquals: ['E'], Next: 'C' }],
            End: true,
          },
          C: { Type: 'Succeed' },
        },
      },
      {},
      [
        'ExecutionStarted',
        'TaskStateEntered',
        'TaskScheduled',
        'TaskStarted',
        'TaskFailed',
        'TaskScheduled',
        'TaskStarted',
        'TaskFailed',
        'TaskStateExited',
        'SucceedStateEntered',
        'SucceedStateExited',
        'ExecutionSucceeded',
      ],
    ],
    [
      'of a Map',
      single({ Type: 'Map', ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } } }),
      [1],
      [
        'ExecutionStarted',
        'MapStateEntered',
        'MapStateStarted',
        'MapIterationStarted',
        'PassStateEntered',
        'PassStateExited',
        'MapIterationSucceeded',
        'MapStateSucceeded',
        'MapStateExited',
        'ExecutionSucceeded',
      ],
    ],
    [
      'of a failing Map',
      single({ Type: 'Map', ItemProcessor: { StartAt: 'F', States: { F: { Type: 'Fail' } } } }),
      [1],
      [
        'ExecutionStarted',
        'MapStateEntered',
        'MapStateStarted',
        'MapIterationStarted',
        'FailStateEntered',
        'MapIterationFailed',
        'MapStateFailed',
        'ExecutionFailed',
      ],
    ],
    [
      'of a Parallel',
      single({ Type: 'Parallel', Branches: [{ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }] }),
      {},
      [
        'ExecutionStarted',
        'ParallelStateEntered',
        'ParallelStateStarted',
        'PassStateEntered',
        'PassStateExited',
        'ParallelStateSucceeded',
        'ParallelStateExited',
        'ExecutionSucceeded',
      ],
    ],
    [
      'of a plain function',
      single({ Type: 'Task', Resource: lambda('good'), TimeoutSeconds: 5 }),
      {},
      [
        'ExecutionStarted',
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ],
    ],
    [
      'of a time-out',
      single(tokenTask('good', { TimeoutSeconds: 5 })),
      {},
      [
        'ExecutionStarted',
        'TaskStateEntered',
        'TaskScheduled',
        'TaskStarted',
        'TaskSubmitted',
        'TaskTimedOut',
        'ExecutionFailed',
      ],
    ],
    [
      'of a machine that ran too long',
      { ...single({ Type: 'Wait', Seconds: 9 }), TimeoutSeconds: 5 },
      {},
      ['ExecutionStarted', 'WaitStateEntered', 'ExecutionTimedOut'],
    ],
  ])('%s', async (...[, definition, input, types]) => {
    const stub = createStub({ bad: () => Promise.reject(thrown('E')), good: () => null });
    const arn = await startMachine(stub, definition, input);
    await stub.run();
    expect(await historyOf(stub, arn)).toEqual(types);
  });

  it('tells ids, times and details, from either end', async () => {
    const stub = createStub({ bad: () => Promise.reject(thrown('E')) });
    const arn = await startMachine(
      stub,
      {
        StartAt: 'W',
        States: {
          W: { Type: 'Wait', Seconds: 7, Next: 'T' },
          T: { ...invokeTask('bad', { TimeoutSeconds: 9 }), End: true },
        },
      },
      { a: 1 },
    );
    await stub.run();
    const read = async (more: object): Promise<Json[]> =>
      ((await stub.call('GetExecutionHistory', { executionArn: arn, ...more })) as { events: Json[] }).events;
    const events = await read({});
    expect(events).toMatchObject([
      {
        id: 1,
        previousEventId: 0,
        executionStartedEventDetails: { input: '{"a":1}', roleArn: `arn:aws:iam::${account}:role/machine` },
      },
      {
        id: 2,
        previousEventId: 1,
        timestamp: new Date(start),
        stateEnteredEventDetails: { name: 'W', input: '{"a":1}' },
      },
      { id: 3, timestamp: new Date(start + 7000), stateExitedEventDetails: { name: 'W', output: '{"a":1}' } },
      { id: 4 },
      {
        id: 5,
        taskScheduledEventDetails: {
          resourceType: 'lambda',
          resource: 'invoke',
          region,
          timeoutInSeconds: 9,
          parameters: expect.stringContaining('FunctionName'),
        },
      },
      { id: 6, type: 'TaskStarted', taskStartedEventDetails: { resourceType: 'lambda' } },
      { id: 7, taskFailedEventDetails: { error: 'E', cause: expect.stringContaining('errorMessage') } },
      { id: 8, previousEventId: 7, executionFailedEventDetails: { error: 'E' } },
    ]);
    expect(await read({ reverseOrder: true })).toEqual(events.toReversed());
    expect(await read({ maxResults: 3 })).toEqual(events.slice(0, 3));
  });
});

describe('EventBridge', () => {
  it('hears of the start and the end of an execution', async () => {
    const stub = createStub();
    await startMachine(stub, wait, { a: 1 });
    await stub.run();
    const common = {
      version: '0',
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      account,
      region,
      resources: [executionArn],
    };
    const detail = {
      executionArn,
      stateMachineArn: machineArn,
      name: 'one',
      startDate: start,
      input: '{"a":1}',
      error: null,
    };
    expect(stub.published).toMatchObject([
      {
        account,
        region,
        bus: 'default',
        event: {
          ...common,
          time: '2026-01-05T08:00:00Z',
          detail: { ...detail, status: 'RUNNING', stopDate: null, output: null },
        },
      },
      {
        account,
        region,
        bus: 'default',
        event: {
          ...common,
          time: '2026-01-05T08:01:40Z',
          detail: { ...detail, status: 'SUCCEEDED', stopDate: start + 100_000, output: '{"a":1}' },
        },
      },
    ]);
  });

  it('is not sent an input above 248 KB', async () => {
    const stub = createStub();
    await startMachine(stub, single({ Type: 'Pass', Result: 1 }), 'x'.repeat(255_000));
    await stub.run();
    expect(stub.published).toMatchObject([
      { event: { detail: { input: null, inputDetails: { included: false } } } },
      { event: { detail: { output: null } } },
    ]);
  });
});

describe('permissions', () => {
  it.each<[keyof Service['operations'], object, string]>([
    ['StartExecution', { stateMachineArn: machineArn }, machineArn],
    ['ListExecutions', { stateMachineArn: machineArn }, machineArn],
    ['DescribeStateMachine', { stateMachineArn: machineArn }, machineArn],
    ['DescribeExecution', { executionArn }, executionArn],
    ['GetExecutionHistory', { executionArn }, executionArn],
    ['StopExecution', { executionArn }, executionArn],
  ])('%s is on its resource', (operation, input, resource) => {
    const found = statesService.operations[operation]!;
    expect(found.permissions({ input } as never)).toEqual([{ action: `states:${operation}`, resource }]);
    expect(found.permissions({ input: {} } as never)).toEqual([{ action: `states:${operation}`, resource: '*' }]);
  });
});
