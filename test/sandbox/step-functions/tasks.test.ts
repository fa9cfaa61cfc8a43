import { describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Json } from '#sandbox/kernel.ts';
import { LostReply } from '#sandbox/runtime/perform.ts';
import {
  account,
  chain,
  createStub,
  FunctionError,
  historyOf,
  invokeTask,
  lambda,
  outcomeOf,
  runMachine,
  type Stub,
  single,
  start,
  startMachine,
  thrown,
  tokenTask,
  transitions,
} from './stub-sandbox.ts';

const seconds = (stub: Stub): number => (stub.sandbox.now() - start) / 1000;
const failing = (times: number, error: unknown): (() => Json) => {
  let left = times;
  return () => {
    if (left-- > 0) throw error;
    return 'done';
  };
};

describe('lambda:invoke', () => {
  it("answers the function's result in an envelope, as the machine's role", async () => {
    const stub = createStub({ f: (payload) => ({ got: payload }) });
    const machine = single({
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Parameters: { FunctionName: lambda('f'), 'Payload.$': '$' },
    });
    const { output } = await runMachine(machine, { a: 1 }, stub);
    expect(output).toMatchObject({ ExecutedVersion: '$LATEST', Payload: { got: { a: 1 } }, StatusCode: 200 });
    expect(stub.invocations).toEqual([
      {
        at: 0,
        functionName: lambda('f'),
        payload: { a: 1 },
        caller: expect.stringContaining(`arn:aws:iam::${account}:role/machine/`),
      },
    ]);
  });

  it('sends an empty object where there is no Payload', async () => {
    const stub = createStub({ f: (payload) => payload });
    expect(
      await runMachine(single(invokeTask('f', { Parameters: { 'FunctionName.$': '$.f' } })), { f: lambda('f') }, stub),
    ).toMatchObject({ output: {} });
    expect(stub.invocations[0]!.payload).toEqual({});
  });

  it('fails with States.Runtime where FunctionName is no text', async () => {
    expect(
      await runMachine(single(invokeTask('f', { Parameters: { 'FunctionName.$': '$.f' } })), { f: 1 }),
    ).toMatchObject({ error: 'States.Runtime' });
  });

  it('a plain function ARN answers the result itself', async () => {
    const stub = createStub({ f: () => [1] });
    expect(await runMachine(single({ Type: 'Task', Resource: lambda('f') }), {}, stub)).toEqual({
      status: 'SUCCEEDED',
      output: [1],
    });
  });

  it('is one session per hour and execution', async () => {
    const stub = createStub({ f: () => 1 });
    const machine = chain({
      A: invokeTask('f'),
      B: invokeTask('f'),
      W: { Type: 'Wait', Seconds: 3600 },
      C: invokeTask('f'),
    });
    await runMachine(machine, {}, stub);
    const [a, b, c] = stub.invocations.map(({ caller }) => caller);
    expect(a).toBe(b);
    expect(c).not.toBe(a);
  });

  it.each<[string, unknown, object]>([
    [
      "the function's own error",
      thrown('LEASE_LOST', 'gone'),
      { error: 'LEASE_LOST', cause: '{"errorType":"LEASE_LOST","errorMessage":"gone","trace":[]}' },
    ],
    [
      'an error without a type',
      new FunctionError('text'),
      { error: 'Lambda.Unknown', cause: expect.stringContaining('Returned payload: "text"') },
    ],
    [
      'a denied call',
      new AwsError('AccessDenied', 'User is not authorized', 403),
      { error: 'Lambda.AWSLambdaException', cause: expect.stringContaining('not authorized') },
    ],
    [
      'a modelled Lambda error',
      new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429),
      { error: 'Lambda.TooManyRequestsException' },
    ],
    ['a lost reply', new LostReply('lambda:Invoke'), { error: 'Lambda.SdkClientException' }],
  ])('%s is the error of the state', async (_, error, outcome) => {
    expect(await runMachine(single(invokeTask('f')), {}, createStub({ f: failing(1, error) }))).toMatchObject({
      status: 'FAILED',
      ...outcome,
    });
  });

  it('a function that is not there is Lambda.ResourceNotFoundException', async () => {
    expect(await runMachine(single(invokeTask('nobody')))).toMatchObject({ error: 'Lambda.ResourceNotFoundException' });
  });

  it('a role that does not trust Step Functions ends the execution, whatever is caught', async () => {
    const stub = createStub({ f: () => 1 });
    stub.trust = false;
    const machine = {
      StartAt: 'A',
      States: {
        A: { ...invokeTask('f'), Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' },
        B: { Type: 'Pass', End: true },
      },
    };
    expect(await runMachine(machine, {}, stub)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(stub.invocations).toEqual([]);
  });

  it('a defect of the sandbox is not taken for an answer', async () => {
    const stub = createStub({ f: failing(1, new TypeError('bug')) });
    await startMachine(stub, single(invokeTask('f')));
    await expect(stub.run()).rejects.toThrow('bug');
  });
});

describe('Retry', () => {
  const retried = (...Retry: object[]): object => single(invokeTask('f', { Retry }));
  it.each<[string, object, number, number[]]>([
    ['3 times after 1, 2 and 4 seconds by default', retried({ ErrorEquals: ['E'] }), 3, [0, 1, 3, 7]],
    [
      'with its own interval and rate',
      retried({ ErrorEquals: ['E'], IntervalSeconds: 10, BackoffRate: 1.5, MaxAttempts: 2 }),
      2,
      [0, 10, 25],
    ],
    [
      'up to MaxDelaySeconds',
      retried({ ErrorEquals: ['E'], IntervalSeconds: 10, BackoffRate: 10, MaxDelaySeconds: 30 }),
      3,
      [0, 10, 40, 70],
    ],
    [
      'by the first retrier that names the error',
      retried({ ErrorEquals: ['X'], IntervalSeconds: 99 }, { ErrorEquals: ['X', 'E'], IntervalSeconds: 3 }),
      1,
      [0, 3],
    ],
    ['by States.TaskFailed', retried({ ErrorEquals: ['States.TaskFailed'] }), 1, [0, 1]],
    ['by States.ALL', retried({ ErrorEquals: ['States.ALL'] }), 1, [0, 1]],
  ])('%s', async (...[, machine, failures, times]) => {
    const stub = createStub({ f: failing(failures, thrown('E')) });
    expect(await runMachine(machine, {}, stub)).toEqual({ status: 'SUCCEEDED', output: 'done' });
    expect(stub.invocations.map(({ at }) => at)).toEqual(times);
  });

  it.each<[string, object, number]>([
    ['its attempts are used up', { ErrorEquals: ['E'], MaxAttempts: 2 }, 3],
    ['it allows none', { ErrorEquals: ['E'], MaxAttempts: 0 }, 1],
    ['it names another error', { ErrorEquals: ['X'] }, 1],
  ])('gives up where %s', async (_, retrier, calls) => {
    const stub = createStub({ f: failing(9, thrown('E')) });
    expect(await runMachine(retried(retrier), {}, stub)).toMatchObject({ status: 'FAILED', error: 'E' });
    expect(stub.invocations).toHaveLength(calls);
  });

  it('counts in the context object, and each retrier on its own', async () => {
    const counts: Json[] = [];
    const stub = createStub({
      f: (payload) => {
        counts.push(payload);
        if (counts.length < 4) throw thrown(counts.length % 2 ? 'A' : 'B');
        return 'done';
      },
    });
    const machine = single(
      invokeTask('f', {
        Parameters: { FunctionName: lambda('f'), Payload: { 'n.$': '$$.State.RetryCount' } },
        Retry: [
          { ErrorEquals: ['A'], MaxAttempts: 2 },
          { ErrorEquals: ['B'], MaxAttempts: 1 },
        ],
      }),
    );
    expect(await runMachine(machine, {}, stub)).toMatchObject({ status: 'SUCCEEDED' });
    expect(counts).toEqual([{ n: 0 }, { n: 1 }, { n: 2 }, { n: 3 }]);
    expect(transitions(stub)).toEqual([
      'entered Only',
      'retried Only',
      'retried Only',
      'retried Only',
      'succeeded Only',
    ]);
  });

  it('jitter is part of the delay and always the same', async () => {
    const times = async (): Promise<number[]> => {
      const stub = createStub({ f: failing(3, thrown('E')) });
      await runMachine(
        retried({ ErrorEquals: ['E'], IntervalSeconds: 100, BackoffRate: 1, JitterStrategy: 'FULL' }),
        {},
        stub,
      );
      return stub.invocations.map(({ at }) => at);
    };
    const first = await times();
    expect(await times()).toEqual(first);
    const delays = first.slice(1).map((at, index) => at - first[index]!);
    expect(new Set(delays).size).toBe(3);
    for (const delay of delays) expect(delay >= 0 && delay < 100).toBe(true);
  });
});

describe('Catch', () => {
  const caught = (entry: object, more: object = {}): object => ({
    StartAt: 'T',
    States: {
      T: { ...invokeTask('f', more), Catch: [entry], Next: 'Fine' },
      Fine: { Type: 'Pass', End: true },
      Handle: { Type: 'Pass', Parameters: { 'handled.$': '$' }, End: true },
    },
  });
  const report = { Error: 'E', Cause: '{"errorType":"E","errorMessage":"no","trace":[]}' };

  it.each<[string, object, Json]>([
    ['replaces the input by error and cause', { ErrorEquals: ['E'] }, report],
    ['joins them at ResultPath', { ErrorEquals: ['States.ALL'], ResultPath: '$.error' }, { a: 1, error: report }],
    ['or drops them', { ErrorEquals: ['States.TaskFailed'], ResultPath: null }, { a: 1 }],
  ])('%s', async (_, entry, handled) => {
    const stub = createStub({ f: failing(1, thrown('E')) });
    expect(await runMachine(caught({ ...entry, Next: 'Handle' }), { a: 1 }, stub)).toEqual({
      status: 'SUCCEEDED',
      output: { handled },
    });
    expect(transitions(stub)).toEqual(['entered T', 'failed T', 'entered Handle', 'succeeded Handle']);
  });

  it('a ResultPath that cannot be written fails the execution', async () => {
    const stub = createStub({ f: failing(1, thrown('E')) });
    const machine = caught({ ErrorEquals: ['E'], ResultPath: '$.a.b', Next: 'Handle' });
    expect(await runMachine(machine, { a: 1 }, stub)).toMatchObject({
      status: 'FAILED',
      error: 'States.ResultPathMatchFailure',
    });
  });

  it.each<[string, object, object]>([
    [
      'an intrinsic function that fails',
      { ResultSelector: { 'x.$': 'States.MathAdd($.Payload, 1)' }, OutputPath: '$' },
      { Error: 'States.IntrinsicFailure' },
    ],
    [
      'a ResultPath that does not fit',
      { ResultPath: '$.a.b', OutputPath: '$' },
      { Error: 'States.ResultPathMatchFailure' },
    ],
  ])('takes %s', async (_, more, handled) => {
    const stub = createStub({ f: () => 'text' });
    const machine = caught({ ErrorEquals: ['States.ALL'], Next: 'Handle' }, more);
    expect(await runMachine(machine, { a: 1 }, stub)).toMatchObject({ status: 'SUCCEEDED', output: { handled } });
  });

  it('does not take States.Runtime, by any name', async () => {
    const stub = createStub({ f: () => 1 });
    const machine = caught({ ErrorEquals: ['States.Runtime'], Next: 'Handle' }, { InputPath: '$.missing' });
    expect(await runMachine(machine, {}, stub)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('waitForTaskToken', () => {
  const tokens = (stub: Stub): string[] => stub.invocations.map(({ payload }) => (payload as { token: string }).token);
  const silent = { ask: () => null };

  it('waits until the token is answered, whatever the function returned', async () => {
    const stub = createStub(silent);
    const executionArn = await startMachine(stub, single(tokenTask('ask', { ResultPath: '$.answer' })), { a: 1 });
    await stub.run(500);
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'RUNNING' });
    const [taskToken = ''] = tokens(stub);
    expect(taskToken.length).toBeLessThanOrEqual(2048);
    await stub.call('SendTaskSuccess', { taskToken, output: '{"by":"alice"}' });
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toEqual({
      status: 'SUCCEEDED',
      output: { a: 1, answer: { by: 'alice' } },
    });
    expect(await historyOf(stub, executionArn)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('can be answered while its function still runs', async () => {
    const stub = createStub({
      ask: async (payload, self) => {
        await self.call('SendTaskSuccess', { taskToken: (payload as { token: string }).token, output: '1' });
        return null;
      },
    });
    expect(await runMachine(chain({ A: tokenTask('ask'), B: tokenTask('ask') }), {}, stub)).toEqual({
      status: 'SUCCEEDED',
      output: 1,
    });
  });

  it('SendTaskFailure is an error like any other', async () => {
    const stub = createStub(silent);
    const executionArn = await startMachine(stub, single(tokenTask('ask')));
    await stub.run(1);
    await stub.call('SendTaskFailure', { taskToken: tokens(stub)[0], error: 'REJECTED', cause: 'by bob' });
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'FAILED', error: 'REJECTED', cause: 'by bob' });
  });

  it('SendTaskFailure needs neither error nor cause', async () => {
    const stub = createStub(silent);
    const executionArn = await startMachine(stub, single(tokenTask('ask')));
    await stub.run(1);
    await stub.call('SendTaskFailure', { taskToken: tokens(stub)[0] });
    expect(await outcomeOf(stub, executionArn)).toMatchObject({ status: 'FAILED', error: '' });
  });

  it('fails at once when the function itself fails', async () => {
    const stub = createStub({ ask: failing(1, thrown('E')) });
    expect(await runMachine(single(tokenTask('ask', { TimeoutSeconds: 60 })), {}, stub)).toMatchObject({
      status: 'FAILED',
      error: 'E',
    });
    expect(seconds(stub)).toBe(0);
  });

  it.each<[string, object, string, number]>([
    ['TimeoutSeconds', { TimeoutSeconds: 60 }, 'States.Timeout', 60],
    ['TimeoutSecondsPath', { TimeoutSecondsPath: '$.t' }, 'States.Timeout', 30],
    ['HeartbeatSeconds', { TimeoutSeconds: 60, HeartbeatSeconds: 20 }, 'States.HeartbeatTimeout', 20],
  ])('%s ends it', async (...[, times, error, at]) => {
    const stub = createStub(silent);
    expect(await runMachine(single(tokenTask('ask', times)), { t: 30 }, stub)).toMatchObject({
      status: 'FAILED',
      error,
    });
    expect(seconds(stub)).toBe(at);
  });

  it('a TimeoutSecondsPath that is no number is States.Runtime', async () => {
    expect(await runMachine(single(tokenTask('ask', { TimeoutSecondsPath: '$.t' })), { t: '1' })).toMatchObject({
      error: 'States.Runtime',
    });
  });

  it('a heartbeat starts HeartbeatSeconds anew, but not TimeoutSeconds', async () => {
    const stub = createStub(silent);
    await startMachine(stub, single(tokenTask('ask', { TimeoutSeconds: 50, HeartbeatSeconds: 20 })));
    for (const at of [15, 30, 45]) {
      await stub.run(at);
      await stub.call('SendTaskHeartbeat', { taskToken: tokens(stub)[0] });
    }
    await stub.run();
    expect(seconds(stub)).toBe(50);
  });

  it.each<[string, string[], number, boolean]>([
    ['States.Timeout takes a time-out', ['States.Timeout'], 0, true],
    ['States.Timeout takes a missed heartbeat', ['States.Timeout'], 5, true],
    ['States.HeartbeatTimeout takes a missed heartbeat', ['States.HeartbeatTimeout'], 5, true],
    ['States.HeartbeatTimeout does not take a time-out', ['States.HeartbeatTimeout'], 0, false],
    ['States.TaskFailed does not take a time-out', ['States.TaskFailed'], 0, false],
    ['States.ALL takes a time-out', ['States.ALL'], 0, true],
  ])('%s', async (...[, ErrorEquals, heartbeat, taken]) => {
    const more = {
      TimeoutSeconds: 10,
      ...(heartbeat > 0 && { HeartbeatSeconds: heartbeat }),
      Catch: [{ ErrorEquals, Next: 'B' }],
      Next: 'B',
    };
    const machine = { StartAt: 'A', States: { A: tokenTask('ask', more), B: { Type: 'Pass', End: true } } };
    expect((await runMachine(machine, {}, createStub(silent))).status).toBe(taken ? 'SUCCEEDED' : 'FAILED');
  });

  it('each attempt has a token of its own, and the old one is refused', async () => {
    const stub = createStub(silent);
    const Retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 }];
    const executionArn = await startMachine(stub, single(tokenTask('ask', { TimeoutSeconds: 10, Retry })));
    await stub.run(11);
    const [first, second] = tokens(stub);
    expect(second).not.toBe(first);
    for (const operation of ['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat']) {
      await expect(stub.call(operation, { taskToken: first, output: '1' })).rejects.toMatchObject({
        code: 'TaskTimedOut',
        message: "Task Timed Out: 'Provided task does not exist anymore'",
      });
    }
    await stub.call('SendTaskSuccess', { taskToken: second, output: '1' });
    expect(await outcomeOf(stub, executionArn)).toMatchObject({ status: 'SUCCEEDED' });
    await expect(stub.call('SendTaskSuccess', { taskToken: second, output: '1' })).rejects.toMatchObject({
      code: 'TaskTimedOut',
    });
  });

  it('leaves neither its token nor its timers to the state after it', async () => {
    const stub = createStub(silent);
    const executionArn = await startMachine(
      stub,
      chain({ A: tokenTask('ask', { TimeoutSeconds: 50, HeartbeatSeconds: 40 }), W: { Type: 'Wait', Seconds: 9 } }),
    );
    await stub.run(1);
    const [taskToken] = tokens(stub);
    await stub.call('SendTaskSuccess', { taskToken, output: '1' });
    expect(stub.sandbox.world.jobs.filter(({ service }) => service === 'states')).toMatchObject([
      { name: 'timer', at: start + 10_000 },
    ]);
    await expect(stub.call('SendTaskHeartbeat', { taskToken })).rejects.toMatchObject({ code: 'TaskTimedOut' });
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'SUCCEEDED', output: 1 });
    expect(seconds(stub)).toBe(10);
  });

  it('every iteration of a Map waits for a token of its own', async () => {
    const stub = createStub(silent);
    const ItemProcessor = { StartAt: 'T', States: { T: { ...tokenTask('ask'), End: true } } };
    const executionArn = await startMachine(stub, single({ Type: 'Map', ItemProcessor }), ['a', 'b']);
    await stub.run(1);
    const [a, b] = tokens(stub);
    await stub.call('SendTaskSuccess', { taskToken: b, output: '"B"' });
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'RUNNING' });
    await stub.call('SendTaskSuccess', { taskToken: a, output: '"A"' });
    expect(await outcomeOf(stub, executionArn)).toEqual({ status: 'SUCCEEDED', output: ['A', 'B'] });
  });

  it.each<[string, object, string]>([
    ['output that is no JSON', { output: 'x' }, 'InvalidOutput'],
    ['output above the limit', { output: `"${'x'.repeat(262_144)}"` }, 'ValidationException'],
    ['a token nobody issued', { taskToken: 'x', output: '1' }, 'InvalidToken'],
  ])('refuses %s', async (_, input, code) => {
    const stub = createStub(silent);
    await startMachine(stub, single(tokenTask('ask')));
    await stub.run(1);
    await expect(stub.call('SendTaskSuccess', { taskToken: tokens(stub)[0], ...input })).rejects.toMatchObject({
      code,
    });
  });

  it('refuses a token of another account', async () => {
    const stub = createStub(silent);
    await startMachine(stub, single(tokenTask('ask')));
    await stub.run(1);
    const answer = stub.call(
      'SendTaskSuccess',
      { taskToken: tokens(stub)[0], output: '1' },
      { account: '222222222222' },
    );
    await expect(answer).rejects.toMatchObject({ code: 'InvalidToken' });
  });

  it("needs a permission on the token's state machine", async () => {
    const stub = createStub(silent);
    await startMachine(stub, single(tokenTask('ask')));
    await stub.run(1);
    stub.permissions.length = 0;
    await stub.call('SendTaskHeartbeat', { taskToken: tokens(stub)[0] });
    await stub.call('SendTaskSuccess', { taskToken: tokens(stub)[0], output: '1' });
    await expect(stub.call('SendTaskFailure', { taskToken: 'x' })).rejects.toThrow();
    const resource = `arn:aws:states:eu-west-1:${account}:stateMachine:machine`;
    expect(stub.permissions).toEqual([
      { action: 'states:SendTaskHeartbeat', resource },
      { action: 'states:SendTaskSuccess', resource },
    ]);
  });
});
