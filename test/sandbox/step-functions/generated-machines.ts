/** Small machines of Pass, Choice, Map, Parallel, Succeed and Fail for laws and oracles. */
import fc from 'fast-check';
import type { Json } from '#sandbox/kernel.ts';
import { lambda } from './stub-sandbox.ts';

type Shape =
  | { readonly kind: 'plain'; readonly state: object }
  | { readonly kind: 'choice'; readonly rule: object; readonly left: object; readonly right: object }
  | { readonly kind: 'map'; readonly body: Shape[]; readonly more: object }
  | { readonly kind: 'parallel'; readonly bodies: Shape[][]; readonly more: object };

export const inputs: fc.Arbitrary<Json> = fc.record({
  a: fc.record({ b: fc.integer({ min: 0, max: 3 }), c: fc.constantFrom('x', 'y') }),
  n: fc.integer({ min: 0, max: 5 }),
  list: fc.array(
    fc.record({ n: fc.integer({ min: 0, max: 5 }), list: fc.constant<Json[]>([]), a: fc.constant<Json>({}) }),
    {
      maxLength: 3,
    },
  ),
});

const paths = fc.constantFrom('$', '$.a', '$.a.b', '$.n', '$.list', "$['a']['c']", '$.list[0]');
const resultPaths = fc.constantFrom('$.r', '$.a', '$.a.d', null);
const some = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(values, { nil: undefined, freq: 1 });

const parameters = fc.constantFrom<object>(
  { 'v.$': '$.n', list: [], n: 1, a: { 'b.$': '$.a' } },
  { 'list.$': '$.list', 'n.$': 'States.MathAdd($.n, 1)', 'a.$': '$.a' },
  { 'a.$': '$.a', 'n.$': 'States.ArrayLength($.list)', 'list.$': 'States.Array($.n, $.a)' },
  { 'text.$': "States.Format('{} of {}', $.n, $.a.c)", n: 2, 'a.$': '$.a', 'list.$': '$.list' },
  { 'a.$': 'States.StringToJson(\'{"b":1}\')', n: 0, list: [1], 'all.$': 'States.JsonToString($.a)' },
);

const rules = fc.constantFrom<object>(
  { Variable: '$.n', NumericGreaterThan: 2 },
  { Variable: '$.n', NumericLessThanEqualsPath: '$.a.b' },
  { Variable: '$.a.c', StringEquals: 'x' },
  { Variable: '$.a.c', StringMatches: '*y' },
  { Variable: '$.missing', IsPresent: true },
  { And: [{ Variable: '$.n', IsNumeric: true }, { Not: { Variable: '$.n', NumericEquals: 0 } }] },
  {
    Or: [
      { Variable: '$.n', NumericEquals: 1 },
      { Variable: '$.list', IsString: true },
    ],
  },
);

const shapes = fc.letrec<{ shape: Shape; body: Shape[] }>((tie) => ({
  body: fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
  shape: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    passes(),
    fc.record({ kind: fc.constant('choice' as const), rule: rules, left: passStates(), right: passStates() }),
    fc.record({
      kind: fc.constant('map' as const),
      body: tie('body'),
      more: fc.constantFrom<object>(
        {},
        { MaxConcurrency: 1 },
        { ItemSelector: { 'n.$': '$.n', 'list.$': '$.list', 'a.$': '$.a' } },
      ),
    }),
    fc.record({
      kind: fc.constant('parallel' as const),
      bodies: fc.array(tie('body'), { minLength: 1, maxLength: 2 }),
      more: fc.constantFrom<object>(
        { ResultPath: '$.p' },
        { ResultPath: '$.a.p' },
        { ResultSelector: { 'n.$': '$[0].n' }, ResultPath: '$.a' },
      ),
    }),
  ),
})).body;

function passStates(): fc.Arbitrary<object> {
  return fc
    .record({
      InputPath: some(fc.oneof({ weight: 4, arbitrary: fc.constant('$') }, paths)),
      OutputPath: some(fc.oneof({ weight: 4, arbitrary: fc.constant('$') }, paths)),
      ResultPath: some(resultPaths),
      Parameters: some(parameters),
    })
    .map((fields) => ({
      Type: 'Pass',
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    }));
}

function passes(): fc.Arbitrary<Shape> {
  const states = fc.oneof(
    { weight: 6, arbitrary: passStates() },
    { weight: 1, arbitrary: fc.constant({ Type: 'Pass', Result: { n: 7, list: [1, 2], a: { b: 1, c: 'x' } } }) },
    { weight: 1, arbitrary: fc.constant({ Type: 'Fail', Error: 'Given', Cause: 'up' }) },
  );
  return states.map((state) => ({ kind: 'plain', state }));
}

/** Complete machines; every one has a terminal state and unique names. */
export const machines: fc.Arbitrary<object> = shapes.map((body) => assemble(body, { next: 0 }));

/** The same machines with a wait or a retried task in front of each Pass, so that they take several jobs. */
export const slowMachines: fc.Arbitrary<object> = shapes.map((body) => assemble(body, { next: 0, slow: true }));

interface Naming {
  next: number;
  readonly slow?: boolean;
}

function assemble(body: readonly Shape[], naming: Naming): { StartAt: string; States: Record<string, object> } {
  const names = body.map(() => `S${naming.next++}`);
  const last = `S${naming.next++}`;
  const States: Record<string, object> = { [last]: { Type: 'Succeed' } };
  for (const [index, shape] of body.entries()) {
    const name = names[index]!;
    Object.assign(States, statesOf(shape, { name, next: names[index + 1] ?? last, naming }));
    if ('state' in shape && (shape.state as { Type: string }).Type === 'Fail')
      return { StartAt: names[0]!, States: prune(States, names[0]!) };
  }
  return { StartAt: names[0]!, States };
}

function statesOf(shape: Shape, place: { name: string; next: string; naming: Naming }): Record<string, object> {
  const { name, next, naming } = place;
  switch (shape.kind) {
    case 'plain':
      if ((shape.state as { Type: string }).Type === 'Fail') return { [name]: shape.state };
      if (!naming.slow) return { [name]: { ...shape.state, Next: next } };
      return slowed(shape.state, place);
    case 'choice':
      return {
        [name]: { Type: 'Choice', Choices: [{ ...shape.rule, Next: `${name}L` }], Default: `${name}R` },
        [`${name}L`]: { ...shape.left, Next: next },
        [`${name}R`]: { ...shape.right, Next: next },
      };
    case 'map':
      return {
        [name]: {
          Type: 'Map',
          ItemsPath: '$.list',
          ResultPath: '$.list',
          ItemProcessor: assemble(shape.body, naming),
          ...shape.more,
          Next: next,
        },
      };
    case 'parallel':
      return {
        [name]: {
          Type: 'Parallel',
          Branches: shape.bodies.map((body) => assemble(body, naming)),
          ...shape.more,
          Next: next,
        },
      };
  }
}

function slowed(state: object, { name, next }: { name: string; next: string }): Record<string, object> {
  const task = {
    Type: 'Task',
    Resource: lambda('flaky'),
    TimeoutSeconds: 60,
    ResultPath: null,
    Retry: [{ ErrorEquals: ['Flaky'], IntervalSeconds: 2, JitterStrategy: 'FULL' }],
    Next: `${name}W`,
  };
  return {
    [name]: task,
    [`${name}W`]: { Type: 'Wait', Seconds: 3, Next: `${name}P` },
    [`${name}P`]: { ...state, Next: next },
  };
}

/** A Fail in the middle ends the sequence: what stands behind it is left out. */
function prune(states: Record<string, object>, from: string): Record<string, object> {
  const kept: Record<string, object> = {};
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states[name] as { Next?: string; Default?: string; Choices?: { Next: string }[] } | undefined;
    if (!state || kept[name]) continue;
    kept[name] = state;
    open.push(
      ...[state.Next, state.Default, ...(state.Choices ?? []).map((rule) => rule.Next)].filter(
        (next) => next !== undefined,
      ),
    );
  }
  return kept;
}
