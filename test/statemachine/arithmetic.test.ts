/** The arithmetic of histories and payloads, held against what executions really have. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { inputs, machines } from '#test/sandbox/step-functions/generated-machines.ts';
import {
  chain,
  createStub,
  invokeTask,
  runMachine,
  single,
  tokenTask,
} from '#test/sandbox/step-functions/stub-sandbox.ts';
import { type Assumptions, historyBounds } from './history-bound.ts';
import { payloadBounds, sizeOf } from './payload-bound.ts';
import { parsed } from './promotion.ts';

describe('the bound of a history', () => {
  const eventsOf = async (definition: object, input: Json): Promise<Record<string, number>> => {
    const stub = createStub({ work: async () => 1, ask: async () => null });
    await runMachine(definition, input, stub);
    return Object.fromEntries(
      Object.values(stub.sandbox.world.states.executions).map(({ child, history }) => [
        child ? child.label : 'root',
        history.length,
      ]),
    );
  };
  const boundsOf = (definition: object, assumed: Partial<Assumptions> = {}): Record<string, number> =>
    historyBounds(parsed(JSON.stringify(definition)), { items: { $: 3 }, turns: {}, retries: 'none', ...assumed });

  it.each([
    ['a task', single(invokeTask('work')), 1],
    [
      'states after each other',
      chain({ A: { Type: 'Pass' }, B: { Type: 'Wait', Seconds: 1 }, C: { Type: 'Succeed' } }),
      1,
    ],
    ['an inline Map', single({ Type: 'Map', ItemProcessor: chain({ A: invokeTask('work') }) }), [1, 2, 3]],
    [
      'a Parallel',
      single({ Type: 'Parallel', Branches: [chain({ A: { Type: 'Pass' } }), chain({ B: { Type: 'Pass' } })] }),
      1,
    ],
    [
      'a distributed Map and its children',
      single({
        Type: 'Map',
        Label: 'Only',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          ...chain({ A: invokeTask('work') }),
        },
      }),
      [1, 2, 3],
    ],
  ])('is what an execution has: %s', async (_, definition, input) => {
    expect(boundsOf(definition)).toEqual(await eventsOf(definition, input));
  });

  it('counts every retry, of a token too', () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 2 },
      { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
    ];
    expect(boundsOf(single(invokeTask('work', { Retry })), { retries: 'all' })).toEqual({ root: 2 + 2 + 8 * 3 });
    expect(boundsOf(single(tokenTask('ask', { Retry })), { retries: 'all' })).toEqual({ root: 2 + 2 + 8 * 4 });
  });

  it('counts a loop as often as it may turn, and asks how often that is', () => {
    const loop = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Next: 'B' },
        B: { Type: 'Choice', Choices: [{ Variable: '$.n', IsPresent: true, Next: 'A' }], Default: 'C' },
        C: { Type: 'Succeed' },
      },
    };
    expect(boundsOf(loop, { turns: { A: 10 } })).toEqual({ root: 2 + 10 * 4 + 2 });
    expect(() => boundsOf(loop)).toThrow('How often does the loop of A, B turn?');
    expect(() =>
      boundsOf(single({ Type: 'Map', ItemsPath: '$.a', ItemProcessor: chain({ A: { Type: 'Pass' } }) })),
    ).toThrow('How many items has $.a?');
  });

  it('is never less than what an execution has', async () => {
    const property = fc.asyncProperty(machines, inputs, async (definition, input) => {
      const paths = [...JSON.stringify(definition).matchAll(/"ItemsPath":"([^"]+)"/g)].map(([, path = '$']) => path);
      const most = Object.fromEntries([...paths, '$'].map((path) => [path, 3]));
      const { root = 0 } = await eventsOf(definition, input);
      expect(root).toBeLessThanOrEqual(boundsOf(definition, { items: most, retries: 'all' })['root'] ?? 0);
    });
    await fc.assert(property, { seed: 20_260_107, numRuns: 150 });
  });
});

describe('the bound of a payload', () => {
  const definition = parsed(
    JSON.stringify(
      chain({
        Ask: invokeTask('ask', {
          ResultSelector: { 'answer.$': '$.Payload' },
          ResultPath: '$.ask',
          OutputPath: undefined,
        }),
        Each: {
          Type: 'Map',
          ItemsPath: '$.ask.answer.list',
          ItemSelector: { 'item.$': '$$.Map.Item.Value', fixed: 'abc' },
          ItemProcessor: chain({ In: { Type: 'Pass' } }),
          ResultPath: null,
        },
      }),
    ),
  );

  it('is that of the largest answer, for every item', () => {
    const large = { list: Array.from({ length: 100 }, () => 'x'.repeat(10)) };
    const bounds = payloadBounds(definition, {}, { ask: [{ list: ['a'] }, large] });
    const of = (state: string, what: string): number | undefined =>
      bounds.find((payload) => payload.state === state && payload.what === what)?.bytes;
    const item = { item: 'x'.repeat(10), fixed: 'abc' };
    expect(of('Each', 'item')).toBe(sizeOf(item));
    expect(of('Each', 'result')).toBe(sizeOf(large.list.map(() => item)));
    expect(of('Each', 'output')).toBe(sizeOf({ ask: { answer: large } }));
  });

  it('asks for the answers of a function that it does not know', () => {
    expect(() => payloadBounds(definition, {}, {})).toThrow('Ask: what does ask answer?');
  });
});
