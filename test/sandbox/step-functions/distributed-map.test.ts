/** Distributed Maps: every item is an execution of its own. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import type { Execution } from '#sandbox/step-functions/state.ts';
import {
  account,
  chain,
  createStub,
  historyOf,
  invokeTask,
  type Outcome,
  outcomeOf,
  region,
  runMachine,
  type Stub,
  single,
  startMachine,
  thrown,
  tokenTask,
} from './stub-sandbox.ts';

const machine = `arn:aws:states:${region}:${account}:stateMachine:machine`;
const executions = `arn:aws:states:${region}:${account}:execution:machine`;
const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

/** A distributed Map over states that follow each other. */
const distributed = (states: Record<string, object>, more: object = {}): object => ({
  Type: 'Map',
  ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...chain(states) },
  Label: 'items',
  ...more,
});

const childrenOf = (stub: Stub): Execution[] =>
  Object.values(stub.sandbox.world.states.executions).filter(({ child }) => child !== undefined);

const statuses = (stub: Stub): string[] => childrenOf(stub).map(({ run }) => run.status);

interface Listed {
  readonly executions: Record<string, unknown>[];
}

describe('a distributed Map', () => {
  it('runs each item as an execution of its own and answers their outputs in the order of the items', async () => {
    const stub = createStub({
      work: async (input) => ({ done: input }),
    });
    const only = single(distributed({ Work: invokeTask('work') }));
    expect(await runMachine(only, ['a', 'b', 'c'], stub)).toEqual({
      status: 'SUCCEEDED',
      output: [{ done: 'a' }, { done: 'b' }, { done: 'c' }],
    });
    expect(childrenOf(stub)).toHaveLength(3);
    for (const { arn, input, run } of childrenOf(stub)) {
      expect(arn).toMatch(new RegExp(`^${executions}/items:${uuid}$`));
      expect([run.status, ['"a"', '"b"', '"c"']]).toEqual(['SUCCEEDED', expect.arrayContaining([input])]);
    }
  });

  it('keeps the history of each child apart from that of the parent', async () => {
    const stub = createStub();
    const started = await startMachine(stub, single(distributed({ A: { Type: 'Pass' } })), [1, 2]);
    await stub.run();
    expect(await historyOf(stub, started)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
    const [child] = childrenOf(stub);
    expect(await historyOf(stub, child!.arn)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('takes items, selector, path of the result and selector of the result as an inline one does', async () => {
    const state = distributed(
      { A: { Type: 'Pass' } },
      {
        ItemsPath: '$.list',
        ItemSelector: { 'item.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index', 'all.$': '$.more' },
        ResultSelector: { 'first.$': '$[0]' },
        ResultPath: '$.made',
      },
    );
    expect(await runMachine(single(state), { list: ['x', 'y'], more: 5 })).toEqual({
      status: 'SUCCEEDED',
      output: { list: ['x', 'y'], more: 5, made: { first: { item: 'x', index: 0, all: 5 } } },
    });
  });

  it('has a context of its own in each child: its id, its input, and no item', async () => {
    const parameters = { 'id.$': '$$.Execution.Id', 'input.$': '$$.Execution.Input', 'of.$': '$$.StateMachine.Id' };
    const stub = createStub();
    const outcome = await runMachine(
      single(distributed({ A: { Type: 'Pass', Parameters: parameters } })),
      [{ n: 1 }],
      stub,
    );
    const [child] = childrenOf(stub);
    expect(outcome.output).toEqual([{ id: child!.arn, input: { n: 1 }, of: `${machine}/items` }]);
    const failing = single(distributed({ A: { Type: 'Pass', Parameters: { 'item.$': '$$.Map.Item.Value' } } }));
    expect(await runMachine(failing, [1])).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  });

  it('lets the children of two items of an inline Map be different executions', async () => {
    const inner = distributed({ A: { Type: 'Pass', Parameters: { 'id.$': '$$.Execution.Id' } } });
    const outer = { Type: 'Map', ItemProcessor: chain({ Inner: inner }) };
    const stub = createStub();
    const { output } = await runMachine(single(outer), [[1, 2], [3]], stub);
    const ids = (output as { id: string }[][]).flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).toEqual(expect.arrayContaining(childrenOf(stub).map(({ arn }) => arn)));
  });

  it('is over at once without items', async () => {
    expect(await runMachine(single(distributed({ A: { Type: 'Pass' } })), [])).toEqual({
      status: 'SUCCEEDED',
      output: [],
    });
  });

  it.each([
    ['a number', { MaxConcurrency: 2 }, 2],
    ['a path', { MaxConcurrencyPath: '$.width', ItemsPath: '$.list' }, 3],
    ['nothing: no limit that five items meet', {}, 5],
  ])('runs at most as many children at once as %s says', async (_, more, most) => {
    let [open, highest] = [0, 0];
    const stub = createStub({
      begin: async () => {
        open += 1;
        highest = Math.max(highest, open);
        return null;
      },
      end: async () => {
        open -= 1;
        return null;
      },
    });
    const steps = { Begin: invokeTask('begin'), Wait: { Type: 'Wait', Seconds: 5 }, End: invokeTask('end') };
    const list = [1, 2, 3, 4, 5];
    const state = distributed(steps, more);
    const input: Json = 'ItemsPath' in more ? { list, width: 3 } : list;
    expect((await runMachine(single(state), input, stub)).status).toBe('SUCCEEDED');
    expect(highest).toBe(most);
  });

  it('has no limit of 40, which an inline Map has', async () => {
    const items = Array.from({ length: 60 }, (_, index) => index);
    const at = async (state: object): Promise<number> => {
      const stub = createStub({ work: async () => null });
      await startMachine(stub, single(state), items);
      await stub.run(1);
      return stub.invocations.length;
    };
    const processor = { Work: tokenTask('work') };
    expect(await at(distributed(processor))).toBe(60);
    expect(await at({ Type: 'Map', ItemProcessor: chain(processor) })).toBe(40);
    expect(await at({ Type: 'Map', ItemProcessor: chain(processor), MaxConcurrency: 50 })).toBe(40);
  });

  it('answers a task token in a child', async () => {
    const tokens: string[] = [];
    const stub = createStub({
      ask: async (payload) => {
        tokens.push((payload as { token: string }).token);
        return null;
      },
    });
    const started = await startMachine(stub, single(distributed({ Ask: tokenTask('ask') })), ['a', 'b']);
    await stub.run(10);
    for (const [index, taskToken] of tokens.entries())
      await stub.call('SendTaskSuccess', { taskToken, output: String(index) });
    expect(stub.permissions.at(-1)).toEqual({ action: 'states:SendTaskSuccess', resource: machine });
    await stub.run();
    expect(await outcomeOf(stub, started)).toEqual({ status: 'SUCCEEDED', output: [0, 1] });
  });

  it('goes on where it was after the world was saved and loaded at any point', async () => {
    const machineOf = single(
      distributed({ Wait: { Type: 'Wait', Seconds: 1 }, Work: invokeTask('work') }, { MaxConcurrency: 2 }),
    );
    const work = async (input: Json): Promise<Json> => [input];
    const plain = await runMachine(machineOf, [1, 2, 3, 4], createStub({ work }));
    const reloaded = await runMachine(machineOf, [1, 2, 3, 4], createStub({ work }, { reload: true }));
    expect(plain).toEqual({ status: 'SUCCEEDED', output: [[1], [2], [3], [4]] });
    expect(reloaded).toEqual(plain);
  });

  it('comes out as an inline Map does, whatever the items and the width', async () => {
    const property = fc.asyncProperty(
      fc.array(fc.record({ n: fc.integer({ min: 0, max: 9 }), wait: fc.integer({ min: 0, max: 9 }) }), {
        maxLength: 6,
      }),
      fc.integer({ min: 0, max: 4 }),
      async (items, MaxConcurrency) => {
        const states = {
          Wait: { Type: 'Wait', SecondsPath: '$.wait' },
          Add: { Type: 'Pass', Parameters: { 'sum.$': 'States.MathAdd($.n, 1)' } },
        };
        const inline = { Type: 'Map', ItemProcessor: chain(states), MaxConcurrency };
        const expected = await runMachine(single(inline), items);
        expect(await runMachine(single(distributed(states, { MaxConcurrency })), items)).toEqual(expected);
      },
    );
    await fc.assert(property, { seed: 20_260_106, numRuns: 60 });
  });
});

describe('children that fail', () => {
  const work = async (input: Json): Promise<Json> => {
    if (input === 'bad') throw thrown('Broken');
    return input;
  };
  const failed: Outcome = {
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  };
  const run = (items: Json[], more: object = {}, stub = createStub({ work })): Promise<Outcome> =>
    runMachine(single(distributed({ Work: invokeTask('work') }, more)), items, stub);

  it.each([
    ['none is tolerated unless said otherwise', ['a', 'bad'], {}, failed],
    ['as many as the count', ['bad', 'a', 'bad'], { ToleratedFailureCount: 2 }, { status: 'SUCCEEDED', output: ['a'] }],
    ['one more than the count', ['bad', 'a', 'bad'], { ToleratedFailureCount: 1 }, failed],
    ['up to the percentage', ['bad', 'a'], { ToleratedFailurePercentage: 50 }, { status: 'SUCCEEDED', output: ['a'] }],
    ['above the percentage', ['bad', 'a', 'b'], { ToleratedFailurePercentage: 33 }, failed],
    ['all of them, at 100 per cent', ['bad'], { ToleratedFailurePercentage: 100 }, { status: 'SUCCEEDED', output: [] }],
    ['either threshold', ['bad', 'a'], { ToleratedFailureCount: 5, ToleratedFailurePercentage: 10 }, failed],
  ] as const)('%s', async (_, items, more, expected) => {
    expect(await run([...items], more)).toEqual(expected);
  });

  it.each([
    ['ToleratedFailureCountPath', 1, 'SUCCEEDED'],
    ['ToleratedFailureCountPath', 0, 'FAILED'],
    ['ToleratedFailureCountPath', -1, 'FAILED'],
    ['ToleratedFailurePercentagePath', 50, 'SUCCEEDED'],
    ['ToleratedFailurePercentagePath', 101, 'FAILED'],
  ])('%s leads to %d: %s', async (field, value, status) => {
    const state = distributed({ Work: invokeTask('work') }, { ItemsPath: '$.list', [field]: '$.tolerated' });
    const outcome = await runMachine(single(state), { list: ['bad', 'a'], tolerated: value }, createStub({ work }));
    expect(outcome.status).toBe(status);
  });

  it('is caught by its name, and the children under way are stopped', async () => {
    const stub = createStub({ work });
    const steps = { Wait: { Type: 'Wait', SecondsPath: '$.wait' }, Take: invokeTask('work', takes('$.item')) };
    const caught = { ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'After' };
    const map = distributed(steps, { Catch: [caught] });
    const definition = chain({ Map: map, After: { Type: 'Pass', Parameters: { 'error.$': '$.Error' } } });
    const items = [
      { wait: 1, item: 'bad' },
      { wait: 9, item: 'a' },
    ];
    expect(await runMachine(definition, items, stub)).toEqual({
      status: 'SUCCEEDED',
      output: { error: 'States.ExceedToleratedFailureThreshold' },
    });
    expect(statuses(stub)).toEqual(['FAILED', 'ABORTED']);
    expect(stub.asked.filter((action) => action === 'states:StopExecution')).toHaveLength(1);
  });

  it('is retried as a whole, in a new Map Run with new children', async () => {
    let calls = 0;
    const stub = createStub({
      work: async () => {
        calls += 1;
        if (calls === 1) throw thrown('Broken');
        return calls;
      },
    });
    const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 1 }];
    const started = await startMachine(stub, single(distributed({ Work: invokeTask('work') }, { Retry })), ['a']);
    await stub.run();
    expect(await outcomeOf(stub, started)).toEqual({ status: 'SUCCEEDED', output: [2] });
    expect(statuses(stub)).toEqual(['FAILED', 'SUCCEEDED']);
    expect((await historyOf(stub, started)).filter((type) => type.startsWith('MapRun'))).toEqual([
      'MapRunStarted',
      'MapRunFailed',
      'MapRunStarted',
      'MapRunSucceeded',
    ]);
  });

  it('fails before any child starts where the input of one cannot be made', async () => {
    const stub = createStub({ work });
    const more = { ItemSelector: { 'x.$': '$$.Map.Item.Value.x' } };
    expect(await run([{ x: 1 }, {}], more, stub)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(childrenOf(stub)).toEqual([]);
  });

  it('fails for results that are too large together, even where they are dropped', async () => {
    const big = 'x'.repeat(100_000);
    const stub = createStub({ work: async () => big });
    expect(await run(['a', 'b', 'c'], { ResultPath: null }, stub)).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });
});

const takes = (path: string): object => ({
  Parameters: { FunctionName: `arn:aws:lambda:${region}:${account}:function:work`, 'Payload.$': path },
});

describe('the end of the parent', () => {
  const waiting = single(distributed({ Ask: tokenTask('ask') }, { MaxConcurrency: 2 }));
  const ask = async (): Promise<Json> => null;

  it('stops its children and starts no more', async () => {
    const stub = createStub({ ask });
    const executionArn = await startMachine(stub, waiting, [1, 2, 3]);
    await stub.run(10);
    await stub.call('StopExecution', { executionArn, cause: 'enough' });
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toMatchObject({ status: 'ABORTED', cause: 'enough' });
    expect(statuses(stub)).toEqual(['ABORTED', 'ABORTED']);
    expect(Object.values(stub.sandbox.world.states.tokens).map(({ open }) => open)).toEqual([false, false]);
  });

  it('by its time limit stops its children too; they have no limit of their own', async () => {
    const stub = createStub({ ask });
    const executionArn = await startMachine(stub, { ...waiting, TimeoutSeconds: 60 }, [1, 2]);
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toMatchObject({ status: 'TIMED_OUT' });
    expect(statuses(stub)).toEqual(['ABORTED', 'ABORTED']);
    expect(stub.sandbox.world.jobs).toEqual([]);
  });

  it('between the order and the start of a child leaves nothing running', async () => {
    const stub = createStub({ ask });
    const executionArn = await startMachine(stub, waiting, [1, 2]);
    const { statesService } = await import('#sandbox/step-functions/service.ts');
    const [job] = stub.sandbox.world.jobs.splice(0, 1);
    await statesService.jobs[job!.name]!(stub.sandbox, job!.payload as never);
    await stub.call('StopExecution', { executionArn });
    await stub.run();
    expect(childrenOf(stub)).toEqual([]);
  });

  it('leaves its children running where the role may not stop them', async () => {
    const stub = createStub({ ask });
    stub.denied.add('states:StopExecution');
    const executionArn = await startMachine(stub, waiting, [1]);
    await stub.run(10);
    await stub.call('StopExecution', { executionArn });
    await stub.run(20);
    expect(statuses(stub)).toEqual(['RUNNING']);
  });

  it('a child that is stopped by itself counts as failed', async () => {
    const stub = createStub({ ask });
    const executionArn = await startMachine(stub, waiting, [1]);
    await stub.run(10);
    await stub.call('StopExecution', { executionArn: childrenOf(stub)[0]!.arn });
    await stub.run();
    expect(await outcomeOf(stub, executionArn)).toMatchObject({ error: 'States.ExceedToleratedFailureThreshold' });
  });
});

describe('what the role needs', () => {
  const work = async (): Promise<Json> => 1;
  const definition = single(distributed({ Work: invokeTask('work') }));

  it('is asked for each child', async () => {
    const stub = createStub({ work });
    await runMachine(definition, [1, 2], stub);
    expect(stub.asked.filter((action) => action.startsWith('states:')).sort()).toEqual([
      'states:DescribeExecution',
      'states:DescribeExecution',
      'states:StartExecution',
      'states:StartExecution',
    ]);
  });

  it.each(['states:StartExecution', 'states:DescribeExecution'])('without %s the Map Run fails', async (action) => {
    const stub = createStub({ work });
    stub.denied.add(action);
    expect(await runMachine(definition, [1, 2], stub)).toMatchObject({
      status: 'FAILED',
      error: 'States.Permissions',
      cause: expect.stringContaining(action),
    });
  });

  it('without trust in Step Functions nothing starts', async () => {
    const stub = createStub({ work });
    stub.trust = false;
    expect(await runMachine(definition, [1], stub)).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(childrenOf(stub)).toEqual([]);
  });
});

describe('looking at Map Runs', () => {
  async function twoChildren(): Promise<{ stub: Stub; parent: string; mapRun: string }> {
    const stub = createStub();
    const parent = await startMachine(stub, single(distributed({ A: { Type: 'Pass' } })), [1, 2]);
    await stub.run();
    const { mapRuns } = (await stub.call('ListMapRuns', { executionArn: parent })) as {
      mapRuns: { mapRunArn: string; stateMachineArn: string }[];
    };
    expect(mapRuns).toHaveLength(1);
    expect(mapRuns[0]!.stateMachineArn).toBe(`${machine}/items`);
    return { stub, parent, mapRun: mapRuns[0]!.mapRunArn };
  }

  it('names them by machine, label and an id of their own', async () => {
    const { mapRun } = await twoChildren();
    const name = new RegExp(`^arn:aws:states:${region}:${account}:mapRun:machine/items:${uuid}$`);
    expect(mapRun).toMatch(name);
  });

  it('lists children by their Map Run, and never among the executions of the machine', async () => {
    const { stub, parent, mapRun } = await twoChildren();
    const byMachine = (await stub.call('ListExecutions', { stateMachineArn: machine })) as Listed;
    expect(byMachine.executions.map(({ executionArn }) => executionArn)).toEqual([parent]);
    const byMapRun = (await stub.call('ListExecutions', { mapRunArn: mapRun })) as Listed;
    expect(byMapRun.executions).toHaveLength(2);
    for (const listed of byMapRun.executions)
      expect(listed).toMatchObject({ mapRunArn: mapRun, stateMachineArn: `${machine}/items` });
    await expect(stub.call('ListExecutions', {})).rejects.toThrow('either');
    await expect(stub.call('ListExecutions', { mapRunArn: mapRun, stateMachineArn: machine })).rejects.toThrow('both');
    await expect(stub.call('ListExecutions', { mapRunArn: `${mapRun}x` })).rejects.toThrow('Resource not found');
  });

  it('describes a child, and a Map Run with its counts', async () => {
    const { stub, parent, mapRun } = await twoChildren();
    const [child] = childrenOf(stub);
    expect(await stub.call('DescribeExecution', { executionArn: child!.arn })).toMatchObject({
      executionArn: child!.arn,
      mapRunArn: mapRun,
      stateMachineArn: `${machine}/items`,
      status: 'SUCCEEDED',
      input: '1',
      output: '1',
    });
    expect(await stub.call('DescribeMapRun', { mapRunArn: mapRun })).toMatchObject({
      executionArn: parent,
      status: 'SUCCEEDED',
      maxConcurrency: 10_000,
      itemCounts: { total: 2, pending: 0, succeeded: 2, failed: 0 },
    });
  });

  it('tells EventBridge of children under the labelled machine, so that nobody takes one for the whole', async () => {
    const { stub, parent } = await twoChildren();
    const told = stub.published.map((payload) => (payload as { event: { detail: Record<string, Json> } }).event.detail);
    const of = (arn: string): unknown[] =>
      told.filter(({ stateMachineArn }) => stateMachineArn === arn).map(({ status }) => status);
    expect(of(machine)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(of(`${machine}/items`).sort()).toEqual(['RUNNING', 'RUNNING', 'SUCCEEDED', 'SUCCEEDED']);
    expect(told.filter(({ executionArn }) => executionArn === parent)).toHaveLength(2);
  });
});
