import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import {
  account,
  chain,
  createStub,
  invokeTask,
  lambda,
  type Outcome,
  runMachine,
  single,
  start,
  transitions,
} from './stub-sandbox.ts';

const succeeded = (output: Json): Outcome => ({ status: 'SUCCEEDED', output });
const seconds = (stub: ReturnType<typeof createStub>): number => (stub.sandbox.now() - start) / 1000;
const echo = { echo: (payload: Json) => payload };

describe('Pass', () => {
  it.each<[string, object, Json, Json]>([
    ['hands its input on', {}, { a: 1 }, { a: 1 }],
    ['Result replaces it', { Result: [1] }, { a: 1 }, [1]],
    ['Result at ResultPath', { Result: 2, ResultPath: '$.b.c' }, { a: 1 }, { a: 1, b: { c: 2 } }],
    ['ResultPath null keeps the input', { Result: 2, ResultPath: null }, { a: 1 }, { a: 1 }],
    ['InputPath narrows it', { InputPath: '$.a' }, { a: { b: 1 } }, { b: 1 }],
    ['InputPath null empties it', { InputPath: null }, { a: 1 }, {}],
    ['OutputPath narrows the output', { OutputPath: '$.a' }, { a: { b: 1 } }, { b: 1 }],
    ['OutputPath null empties the output', { OutputPath: null }, { a: 1 }, {}],
    [
      'Parameters are filled from the effective input',
      { InputPath: '$.a', Parameters: { 'x.$': '$.b', y: [{ 'z.$': '$' }] } },
      { a: { b: 1 } },
      { x: 1, y: [{ z: { b: 1 } }] },
    ],
    ['ResultPath joins the raw input', { InputPath: '$.a', ResultPath: '$.c' }, { a: 1, b: 2 }, { a: 1, b: 2, c: 1 }],
    ['intrinsic functions', { Parameters: { 'n.$': 'States.ArrayLength($.list)' } }, { list: [1, 2] }, { n: 2 }],
  ])('%s', async (...[, state, input, output]) => {
    expect(await runMachine(single({ Type: 'Pass', ...state }), input)).toEqual(succeeded(output));
  });

  it('sees the context object', async () => {
    const machine = `arn:aws:states:eu-west-1:${account}:stateMachine:machine`;
    const started = '2026-01-05T08:00:00.000Z';
    expect(await runMachine(single({ Type: 'Pass', Parameters: { 'c.$': '$$' } }), { a: 1 })).toEqual(
      succeeded({
        c: {
          Execution: {
            Id: `arn:aws:states:eu-west-1:${account}:execution:machine:one`,
            Input: { a: 1 },
            Name: 'one',
            RoleArn: `arn:aws:iam::${account}:role/machine`,
            StartTime: started,
          },
          State: { Name: 'Only', EnteredTime: started, RetryCount: 0 },
          StateMachine: { Id: machine, Name: 'machine' },
        },
      }),
    );
  });

  it.each<[string, object, string]>([
    [
      'a missing InputPath',
      { InputPath: '$.x' },
      "The JSONPath '$.x' specified for the field 'InputPath' could not be found in the input '{}'",
    ],
    ['a missing OutputPath', { OutputPath: '$.x' }, "the field 'OutputPath'"],
    ['a missing parameter', { Parameters: { 'p.$': '$.x' } }, "the field 'p.$'"],
  ])('fails with States.Runtime for %s', async (_, state, cause) => {
    const outcome = await runMachine(single({ Type: 'Pass', ...state }), {});
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(outcome.cause).toContain(
      "An error occurred while executing the state 'Only' (entered at the event id #2). ",
    );
    expect(outcome.cause).toContain(cause);
  });
});

describe('Choice', () => {
  const machine = (more: object = {}): object => ({
    StartAt: 'C',
    States: {
      C: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericLessThan: 3, Next: 'Small' }], ...more },
      Small: { Type: 'Pass', Result: 'small', End: true },
      ...('Default' in more ? { Big: { Type: 'Pass', Result: 'big', End: true } } : {}),
    },
  });

  it('goes where the first matching rule says', async () => {
    expect(await runMachine(machine(), { n: 1 })).toEqual(succeeded('small'));
  });

  it('goes to Default where no rule matches', async () => {
    expect(await runMachine(machine({ Default: 'Big' }), { n: 3 })).toEqual(succeeded('big'));
  });

  it('fails with States.NoChoiceMatched where there is no Default', async () => {
    expect(await runMachine(machine(), { n: 3 })).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('loops until a counter is reached', async () => {
    const outcome = await runMachine(
      {
        StartAt: 'Add',
        States: {
          Add: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)' }, Next: 'Enough' },
          Enough: {
            Type: 'Choice',
            Choices: [{ Variable: '$.n', NumericLessThan: 2000, Next: 'Add' }],
            Default: 'Done',
            InputPath: '$',
            OutputPath: '$',
          },
          Done: { Type: 'Succeed', InputPath: '$.n' },
        },
      },
      { n: 0 },
    );
    expect(outcome).toEqual(succeeded(2000));
  });

  it('ends an endless loop at the history limit', async () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Choice', Choices: [{ Variable: '$.x', IsPresent: true, Next: 'End' }], Default: 'A' },
        End: { Type: 'Succeed' },
      },
    };
    const stub = createStub();
    const outcome = await runMachine(loop, {}, stub);
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(outcome.cause).toContain('maximum number of history events (25000)');
    const [execution] = Object.values(stub.sandbox.world.states.executions);
    expect(execution!.history.length).toBeLessThanOrEqual(25_000);
  });
});

describe('Wait', () => {
  it.each<[string, object, Json, number]>([
    ['Seconds', { Seconds: 90 }, {}, 90],
    ['SecondsPath', { SecondsPath: '$.s' }, { s: 7 }, 7],
    ['Timestamp', { Timestamp: '2026-01-05T09:00:00+00:00' }, {}, 3600],
    ['TimestampPath', { TimestampPath: '$.t' }, { t: '2026-01-05T08:01:00Z' }, 60],
    ['a past timestamp', { Timestamp: '2020-01-01T00:00:00Z' }, {}, 0],
    ['zero seconds', { Seconds: 0 }, {}, 0],
  ])('%s', async (...[, state, input, waited]) => {
    const stub = createStub();
    expect(await runMachine(single({ Type: 'Wait', ...state }), input, stub)).toEqual(succeeded(input));
    expect(seconds(stub)).toBe(waited);
  });

  it.each<[string, object, Json]>([
    ['text for SecondsPath', { SecondsPath: '$.s' }, { s: '7' }],
    ['a negative SecondsPath', { SecondsPath: '$.s' }, { s: -1 }],
    ['no instant for TimestampPath', { TimestampPath: '$.s' }, { s: 'soon' }],
  ])('fails with States.Runtime for %s', async (_, state, input) => {
    expect(await runMachine(single({ Type: 'Wait', ...state }), input)).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    });
  });

  it('hands its filtered input on', async () => {
    expect(
      await runMachine(single({ Type: 'Wait', Seconds: 1, InputPath: '$.a', OutputPath: '$.b' }), { a: { b: 1 } }),
    ).toEqual(succeeded(1));
    expect(await runMachine(single({ Type: 'Wait', Seconds: 1, InputPath: null }), { a: 1 })).toEqual(succeeded({}));
  });
});

describe('Succeed and Fail', () => {
  it('Succeed ends with its input', async () => {
    expect(
      await runMachine(chain({ A: { Type: 'Succeed', InputPath: '$.a', OutputPath: '$.b' } }), { a: { b: 1 } }),
    ).toEqual(succeeded(1));
  });

  it.each<[object, Json, Outcome]>([
    [{ Error: 'E', Cause: 'c' }, {}, { status: 'FAILED', error: 'E', cause: 'c' }],
    [
      { ErrorPath: '$.e', CausePath: "States.Format('{}!', $.c)" },
      { e: 'E', c: 'why' },
      { status: 'FAILED', error: 'E', cause: 'why!' },
    ],
    [{}, {}, { status: 'FAILED', error: '', cause: '' }],
  ])('Fail with %j', async (state, input, outcome) => {
    expect(await runMachine(chain({ A: { Type: 'Fail', ...state } }), input)).toEqual(outcome);
  });

  it('an ErrorPath that is no text is States.Runtime', async () => {
    expect(await runMachine(chain({ A: { Type: 'Fail', ErrorPath: '$.e' } }), { e: 1 })).toMatchObject({
      error: 'States.Runtime',
    });
  });
});

describe('Map', () => {
  const inner = { StartAt: 'In', States: { In: { Type: 'Pass', End: true } } };

  it.each<[string, object, Json, Json]>([
    ['runs its states on each item of the input', {}, [1, 2], [1, 2]],
    ['takes the items from ItemsPath', { ItemsPath: '$.list' }, { list: ['a'] }, ['a']],
    ['keeps an empty list', { ItemsPath: '$.list' }, { list: [] }, []],
    [
      'ItemSelector sees input and item',
      { ItemsPath: '$.list', ItemSelector: { 'v.$': '$$.Map.Item.Value', 'i.$': '$$.Map.Item.Index', 'k.$': '$.k' } },
      { list: ['a', 'b'], k: 9 },
      [
        { v: 'a', i: 0, k: 9 },
        { v: 'b', i: 1, k: 9 },
      ],
    ],
    [
      'ResultSelector and ResultPath shape the list',
      { ItemsPath: '$.list', ResultSelector: { 'first.$': '$[0]' }, ResultPath: '$.r' },
      { list: [1, 2] },
      { list: [1, 2], r: { first: 1 } },
    ],
  ])('%s', async (...[, state, input, output]) => {
    expect(await runMachine(single({ Type: 'Map', ItemProcessor: inner, ...state }), input)).toEqual(succeeded(output));
  });

  it('fails with States.Runtime where ItemsPath is no list', async () => {
    expect(await runMachine(single({ Type: 'Map', ItemProcessor: inner }), {})).toMatchObject({
      error: 'States.Runtime',
    });
  });

  it('runs at most MaxConcurrency items at once, in order', async () => {
    const wait = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', SecondsPath: '$.s', Next: 'T' }, T: { ...invokeTask('echo'), End: true } },
    };
    const stub = createStub(echo);
    const items = [
      { s: 10, n: 0 },
      { s: 1, n: 1 },
      { s: 1, n: 2 },
      { s: 10, n: 3 },
    ];
    expect(await runMachine(single({ Type: 'Map', MaxConcurrency: 2, ItemProcessor: wait }), items, stub)).toEqual(
      succeeded(items),
    );
    expect(stub.invocations.map(({ at, payload }) => [at, (payload as { n: number }).n])).toEqual([
      [1, 1],
      [2, 2],
      [10, 0],
      [12, 3],
    ]);
  });

  it('gives inner states the item of the nearest Map', async () => {
    const show = {
      StartAt: 'P',
      States: { P: { Type: 'Pass', Parameters: { 'i.$': '$$.Map.Item.Index' }, End: true } },
    };
    const parallel = { StartAt: 'Q', States: { Q: { Type: 'Parallel', Branches: [show], End: true } } };
    expect(await runMachine(single({ Type: 'Map', ItemProcessor: parallel }), ['a', 'b'])).toEqual(
      succeeded([[{ i: 0 }], [{ i: 1 }]]),
    );
  });

  it('fails as its first failing iteration does, and stops the others', async () => {
    const states = {
      Pick: { Type: 'Choice', Choices: [{ Variable: '$', NumericEquals: 1, Next: 'Bad' }], Default: 'Long' },
      Bad: { Type: 'Fail', Error: 'Bad', Cause: 'item' },
      Long: { Type: 'Wait', Seconds: 100, End: true },
    };
    const stub = createStub();
    const machine = single({ Type: 'Map', ItemProcessor: { StartAt: 'Pick', States: states } });
    expect(await runMachine(machine, [0, 1, 2], stub)).toEqual({ status: 'FAILED', error: 'Bad', cause: 'item' });
    expect(seconds(stub)).toBe(0);
  });
});

describe('Parallel', () => {
  const branch = (name: string, state: object): object => ({
    StartAt: name,
    States: { [name]: { End: true, ...state } },
  });

  it('gives every branch the input and gathers the outputs in order', async () => {
    const machine = single({
      Type: 'Parallel',
      Parameters: { 'x.$': '$.a' },
      Branches: [branch('A', { Type: 'Wait', Seconds: 5 }), branch('B', { Type: 'Pass', OutputPath: '$.x' })],
      ResultPath: '$.r',
    });
    expect(await runMachine(machine, { a: 1 })).toEqual(succeeded({ a: 1, r: [{ x: 1 }, 1] }));
  });

  it('is retried as a whole, then caught', async () => {
    const failing = branch('F', { Type: 'Fail', Error: 'E', Cause: 'c', End: undefined });
    const stub = createStub();
    const machine = {
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [failing, branch('W', { Type: 'Wait', Seconds: 50 })],
          Retry: [{ ErrorEquals: ['E'], IntervalSeconds: 4, MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['E'], ResultPath: '$.error', Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Pass', End: true },
      },
    };
    expect(await runMachine(machine, { a: 1 }, stub)).toEqual(succeeded({ a: 1, error: { Error: 'E', Cause: 'c' } }));
    expect(seconds(stub)).toBe(4);
    expect(transitions(stub).filter((line) => !line.includes('W'))).toEqual([
      'entered P',
      'entered F',
      'failed F',
      'retried P',
      'entered F',
      'failed F',
      'failed P',
      'entered Caught',
      'succeeded Caught',
    ]);
  });

  it('does not invoke the function of a branch that was stopped before', async () => {
    const stub = createStub(echo);
    const machine = {
      StartAt: 'P',
      States: {
        P: {
          Type: 'Parallel',
          Branches: [branch('T', invokeTask('echo')), branch('F', { Type: 'Fail', Error: 'E', End: undefined })],
          Catch: [{ ErrorEquals: ['E'], Next: 'W' }],
          End: true,
        },
        W: { Type: 'Wait', Seconds: 1, End: true },
      },
    };
    expect(await runMachine(machine, {}, stub)).toMatchObject({ status: 'SUCCEEDED' });
    expect(stub.invocations).toEqual([]);
  });
});

describe('the payload limit', () => {
  const big = 'x'.repeat(262_144);
  it.each<[string, object]>([
    [
      'a result',
      single(invokeTask('big', { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'C' }], End: undefined, Next: 'C' })),
    ],
    [
      'parameters',
      single(
        invokeTask('echo', { Parameters: { FunctionName: lambda('echo'), Payload: big }, Next: 'C', End: undefined }),
      ),
    ],
    ['an output', single({ Type: 'Pass', Result: big, ResultPath: '$.a', Next: 'C', End: undefined })],
  ])('%s above it is States.DataLimitExceeded, which States.ALL does not catch', async (_, machine) => {
    const definition = {
      ...machine,
      States: { ...(machine as { States: object }).States, C: { Type: 'Pass', End: true } },
    };
    const stub = createStub({ ...echo, big: () => big });
    expect(await runMachine(definition, {}, stub)).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });

  it('a payload of exactly the limit passes', async () => {
    const result = 'x'.repeat(262_142);
    expect(await runMachine(single({ Type: 'Pass', Result: result }))).toEqual(succeeded(result));
  });
});

describe('the limit of the whole machine', () => {
  it('ends the execution as TIMED_OUT without an error to show', async () => {
    const stub = createStub();
    expect(await runMachine({ ...single({ Type: 'Wait', Seconds: 25 }), TimeoutSeconds: 3 }, {}, stub)).toEqual({
      status: 'TIMED_OUT',
    });
    expect(seconds(stub)).toBe(3);
  });

  it('is forgotten when the execution ends in time', async () => {
    const stub = createStub();
    await runMachine({ ...single({ Type: 'Pass' }), TimeoutSeconds: 300 }, {}, stub);
    expect(seconds(stub)).toBe(0);
  });
});
