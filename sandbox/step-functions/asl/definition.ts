/**
 * The part of the Amazon States Language (JSONPath) that the sandbox runs. Schemas are strict: a field that would be ignored is refused.
 * Source: https://states-language.net/spec.html and Step Functions Developer Guide, "Using Amazon States Language".
 */
import * as z from 'zod';
import type { Json } from '#sandbox/kernel.ts';
import { type ChoiceRule, ruleProblems } from './choice-rule.ts';
import { isWritablePath, parsePath } from './json-path.ts';
import { expressionProblem, templateProblems } from './payload-template.ts';

const json = z.custom<Json>((value) => value !== undefined);
const path = z.string().refine((text) => parsePath(text) !== undefined, { error: 'this path is not supported' });
const writable = z.string().refine(isWritablePath, { error: 'a path of names is needed, as $.a.b' });
const expression = z.string().check(({ value, issues }) => {
  const message = expressionProblem(value);
  if (message) issues.push({ code: 'custom', message, input: value });
});
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
const template = z.custom<Json>(isObject, 'an object is needed').check(({ value, issues }) => {
  for (const message of templateProblems(value)) issues.push({ code: 'custom', message, input: value });
});
const rule = z
  .custom<ChoiceRule & { readonly Next: string }>(isObject, 'an object is needed')
  .check(({ value, issues }) => {
    for (const message of ruleProblems(value)) issues.push({ code: 'custom', message, input: value });
    if (typeof value.Next !== 'string') issues.push({ code: 'custom', message: 'Next is needed', input: value });
  });

/** Seconds, up to the 99,999,999 that Step Functions accepts. */
const seconds = z.int().min(1).max(99_999_999);
const timestamp = z.iso.datetime({ offset: true });
const errorEquals = z.array(z.string().min(1)).min(1);

const retrier = z
  .strictObject({
    ErrorEquals: errorEquals,
    IntervalSeconds: seconds.default(1),
    MaxAttempts: z.int().min(0).max(99_999_999).default(3),
    BackoffRate: z.number().min(1).default(2),
    MaxDelaySeconds: z.int().min(1).max(31_622_399).optional(),
    JitterStrategy: z.enum(['NONE', 'FULL']).default('NONE'),
    Comment: z.string().optional(),
  })
  .refine((value) => value.MaxDelaySeconds === undefined || value.MaxDelaySeconds > value.IntervalSeconds, {
    error: 'must be greater than IntervalSeconds',
    path: ['MaxDelaySeconds'],
  });
const catcher = z.strictObject({
  ErrorEquals: errorEquals,
  Next: z.string(),
  ResultPath: writable.nullable().default('$'),
  Comment: z.string().optional(),
});

/** States.ALL stands alone, and last: what follows it could never match. */
const catchAllLast = <Entry extends { readonly ErrorEquals: readonly string[] }>(entries: readonly Entry[]): boolean =>
  entries.every(
    ({ ErrorEquals }, index) =>
      !ErrorEquals.includes('States.ALL') || (ErrorEquals.length === 1 && index === entries.length - 1),
  );
const allLast = { error: 'States.ALL must stand alone in the last entry' };

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONPath').optional() };
const filtered = { InputPath: path.nullable().default('$'), OutputPath: path.nullable().default('$') };
const flow = { Next: z.string().optional(), End: z.literal(true).optional() };
const result = { ResultPath: writable.nullable().default('$') };
const guarded = {
  ResultSelector: template.optional(),
  Retry: z.array(retrier).refine(catchAllLast, allLast).default([]),
  Catch: z.array(catcher).refine(catchAllLast, allLast).default([]),
};

const task = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Parameters: template.optional(),
  TimeoutSeconds: seconds.optional(),
  TimeoutSecondsPath: path.optional(),
  HeartbeatSeconds: seconds.optional(),
  ...common,
  ...filtered,
  ...flow,
  ...result,
  ...guarded,
});
const pass = z.strictObject({
  Type: z.literal('Pass'),
  Result: json.optional(),
  Parameters: template.optional(),
  ...common,
  ...filtered,
  ...flow,
  ...result,
});
const choice = z.strictObject({
  Type: z.literal('Choice'),
  Choices: z.array(rule).min(1),
  Default: z.string().optional(),
  ...common,
  ...filtered,
});
const wait = z.strictObject({
  Type: z.literal('Wait'),
  Seconds: z.int().min(0).max(99_999_999).optional(),
  SecondsPath: path.optional(),
  Timestamp: timestamp.optional(),
  TimestampPath: path.optional(),
  ...common,
  ...filtered,
  ...flow,
});
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, ...filtered });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  ErrorPath: expression.optional(),
  Cause: z.string().optional(),
  CausePath: expression.optional(),
  ...common,
});
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  Branches: z.array(z.lazy((): z.ZodType<Processor> => branch)).min(1),
  Parameters: template.optional(),
  ...common,
  ...filtered,
  ...flow,
  ...result,
  ...guarded,
});
/** Only for a Map in Distributed mode. Source: Developer Guide, "Distributed Map state fields". */
const distributed = {
  Label: z.string().optional(),
  ToleratedFailureCount: z.int().min(0).optional(),
  ToleratedFailureCountPath: path.optional(),
  ToleratedFailurePercentage: z.number().min(0).max(100).optional(),
  ToleratedFailurePercentagePath: path.optional(),
};
const map = z.strictObject({
  Type: z.literal('Map'),
  ItemProcessor: z.lazy((): z.ZodType<ItemProcessor> => itemProcessor),
  ItemsPath: path.default('$'),
  ItemSelector: template.optional(),
  MaxConcurrency: z.int().min(0).optional(),
  MaxConcurrencyPath: path.optional(),
  ...distributed,
  ...common,
  ...filtered,
  ...flow,
  ...result,
  ...guarded,
});

const processor = {
  StartAt: z.string(),
  States: z.record(
    z.string().min(1).max(80),
    z.lazy((): z.ZodType<State> => state),
  ),
  Comment: z.string().optional(),
};
const state = z.discriminatedUnion('Type', [task, pass, choice, wait, succeed, fail, parallel, map]);
const branch = z.strictObject(processor);
const itemProcessor = z.strictObject({
  ...processor,
  ProcessorConfig: z
    .discriminatedUnion('Mode', [
      z.strictObject({ Mode: z.literal('INLINE') }),
      z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    ])
    .optional(),
});

/** The form of a machine. What holds between its states is checked by `parseDefinition`. */
export const definitionSchema = z.strictObject({
  ...processor,
  Version: z.literal('1.0').optional(),
  QueryLanguage: z.literal('JSONPath').optional(),
  TimeoutSeconds: seconds.optional(),
});

export type TaskState = z.infer<typeof task>;
export type PassState = z.infer<typeof pass>;
export type ChoiceState = z.infer<typeof choice>;
export type WaitState = z.infer<typeof wait>;
export type FailState = z.infer<typeof fail>;
export type ParallelState = z.infer<typeof parallel>;
export type MapState = z.infer<typeof map>;
export type Retrier = z.infer<typeof retrier>;
export type Catcher = z.infer<typeof catcher>;
export type State =
  | TaskState
  | PassState
  | ChoiceState
  | WaitState
  | z.infer<typeof succeed>
  | FailState
  | ParallelState
  | MapState;

/** Something with states that starts somewhere: the machine, a branch, the inside of a Map. */
export interface Processor {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The inside of a Map: iterations of the execution itself, or child executions. */
interface ItemProcessor extends Processor {
  readonly ProcessorConfig?: { readonly Mode: 'INLINE' | 'DISTRIBUTED' } | undefined;
}

export const isDistributed = ({ ItemProcessor: { ProcessorConfig: config } }: MapState): boolean =>
  config?.Mode === 'DISTRIBUTED';

export type Definition = z.infer<typeof definitionSchema>;
