/**
 * How large the data of an execution can become, read from a definition: its states are gone through with the largest answers of its
 * functions, one iteration for all of a Map, every answer and every error in turn.
 */

import type { Json } from '#sandbox/kernel.ts';
import { matches } from '#sandbox/step-functions/asl/choice-rule.ts';
import type { Definition, MapState, Processor, State, TaskState } from '#sandbox/step-functions/asl/definition.ts';
import { type Scope, valueAt, writeAt } from '#sandbox/step-functions/asl/json-path.ts';
import { fillTemplate } from '#sandbox/step-functions/asl/payload-template.ts';
import { causeLimit, StateFailure } from '#sandbox/step-functions/asl/state-failure.ts';

/** The largest answers of each function, by the name in its ARN. */
export type Answers = Readonly<Record<string, readonly Json[]>>;

/** Where data were, and how many bytes of UTF-8 at most. */
export interface Payload {
  readonly state: string;
  readonly what: 'input' | 'parameters' | 'item' | 'result' | 'output';
  readonly bytes: number;
}

/** The largest payload of each kind at each state, largest first. */
export function payloadBounds(definition: Definition, input: Json, answers: Answers): Payload[] {
  const largest = new Map<string, Payload>();
  const note = (state: string, what: Payload['what'], value: Json): void => {
    const bytes = sizeOf(value);
    const key = `${state} ${what}`;
    if ((largest.get(key)?.bytes ?? -1) < bytes) largest.set(key, { state, what, bytes });
  };
  outputsOf(definition, input, { note, answers, context: contextOf({ Execution: { Input: input } }) });
  return [...largest.values()].sort((left, right) => right.bytes - left.bytes);
}

export const sizeOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

interface Walk {
  readonly note: (state: string, what: Payload['what'], value: Json) => void;
  readonly answers: Answers;
  readonly context: { readonly [key: string]: Json };
}

/** Tokens have at most 2,048 characters (API reference, SendTaskSuccess), an ARN 256. */
function contextOf(more: { readonly [key: string]: Json }): Walk['context'] {
  const instant = new Date(0).toISOString();
  const { Execution = {}, ...rest } = more;
  return {
    Execution: { Id: 'x'.repeat(256), Name: 'x'.repeat(80), StartTime: instant, ...(Execution as object) },
    State: { Name: 'x'.repeat(80), EnteredTime: instant, RetryCount: 999 },
    Task: { Token: 'x'.repeat(2048) },
    ...rest,
  };
}

/** Every output that the end of a sequence of states can have, of each size and kind once. */
function outputsOf(processor: Processor, input: Json, walk: Walk): Json[] {
  const ends: Json[] = [];
  const seen = new Set<string>();
  const open: { name: string; data: Json }[] = [{ name: processor.StartAt, data: input }];
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    const { name, data } = entry;
    const state = processor.States[name];
    const key = `${name} ${shapeOf(data)}`;
    if (!state || seen.has(key)) continue;
    seen.add(key);
    walk.note(name, 'input', data);
    for (const { output, next } of stepsOf({ name, state, data }, walk)) {
      walk.note(name, 'output', output);
      if (next === undefined) ends.push(output);
      else open.push({ name: next, data: output });
    }
  }
  return ends;
}

/** What tells two data apart here: which parts there are, how large, and which kind of answer each holds. */
function shapeOf(data: Json): string {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return String(sizeOf(data));
  return Object.entries(data)
    .map(([key, value]) => `${key}:${sizeOf(value)}:${kindOf(value)}`)
    .join();
}

function kindOf(value: Json): string {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return '';
  return String(value['kind'] ?? kindOf(value['answer'] ?? null));
}

interface Visit {
  readonly name: string;
  readonly state: State;
  readonly data: Json;
}

interface Step {
  readonly output: Json;
  readonly next: string | undefined;
}

function stepsOf(visit: Visit, walk: Walk): Step[] {
  const { state, data } = visit;
  if (state.Type === 'Fail') return [];
  try {
    const input = state.InputPath === null ? {} : valueAt(state.InputPath, { input: data, context: walk.context }, '');
    const scope = { input, context: walk.context };
    if (state.Type === 'Choice') {
      const next = state.Choices.find((rule) => matches(rule, scope))?.Next ?? state.Default;
      return next === undefined ? [] : [{ output: filtered(state.OutputPath, scope), next }];
    }
    return [...resultsOf(visit, scope, walk).flatMap((result) => leave(visit, result, walk)), ...caught(visit)];
  } catch (error) {
    // Not with these data: another answer leads here.
    if (error instanceof StateFailure) return [];
    throw error;
  }
}

function resultsOf({ name, state }: Visit, scope: Scope, walk: Walk): readonly Json[] {
  if (state.Type === 'Task') return taskResults({ name, state }, scope, walk);
  if (state.Type === 'Map') return [mapResult({ name, state }, scope, walk)];
  if (state.Type === 'Parallel') throw new Error(`${name}: Parallel is not gone through.`);
  if (state.Type === 'Pass' && state.Result !== undefined) return [state.Result];
  return [
    state.Type === 'Pass' && state.Parameters !== undefined ? fillTemplate(state.Parameters, scope) : scope.input,
  ];
}

function taskResults({ name, state }: { name: string; state: TaskState }, scope: Scope, walk: Walk): readonly Json[] {
  const parameters = state.Parameters === undefined ? scope.input : fillTemplate(state.Parameters, scope);
  walk.note(name, 'parameters', parameters);
  const functionName =
    String((parameters as { FunctionName?: Json }).FunctionName)
      .split(':')
      .at(-1) ?? '';
  const answers = walk.answers[functionName];
  if (answers === undefined) throw new Error(`${name}: what does ${functionName} answer?`);
  if (state.Resource.endsWith('.waitForTaskToken')) return answers;
  return answers.map((Payload) => ({
    ExecutedVersion: '$LATEST',
    Payload,
    // Of the order of what the service writes.
    SdkHttpMetadata: { AllHttpHeaders: { headers: 'x'.repeat(1000) }, HttpHeaders: {}, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: 'x'.repeat(36) },
    StatusCode: 200,
  }));
}

/** Every iteration is as large as the largest; the item with the longest text stands for all. */
function mapResult({ name, state }: { name: string; state: MapState }, scope: Scope, walk: Walk): Json {
  const items = valueAt(state.ItemsPath, scope, '') as Json[];
  const item = items.reduce((one: Json, other) => (sizeOf(other) > sizeOf(one) ? other : one), '');
  const map = { Item: { Index: Math.max(items.length - 1, 0), Value: item } };
  const inner = { ...walk, context: contextOf({ ...walk.context, Map: map }) };
  const input =
    state.ItemSelector === undefined ? item : fillTemplate(state.ItemSelector, { ...scope, context: inner.context });
  walk.note(name, 'item', input);
  const outputs = items.length === 0 ? [] : outputsOf(state.ItemProcessor, input, inner);
  const output = outputs.reduce((one: Json, other) => (sizeOf(other) > sizeOf(one) ? other : one), '');
  const result = items.map(() => output);
  walk.note(name, 'result', result);
  return result;
}

function leave({ state, data }: Visit, result: Json, walk: Walk): Step[] {
  const { context } = walk;
  const selector = 'ResultSelector' in state ? state.ResultSelector : undefined;
  const selected = selector === undefined ? result : fillTemplate(selector, { input: result, context });
  const path = 'ResultPath' in state ? state.ResultPath : '$';
  const combined = path === null ? data : writeAt(path, data, selected);
  const output = 'OutputPath' in state ? filtered(state.OutputPath, { input: combined, context }) : combined;
  return [{ output, next: 'Next' in state ? state.Next : undefined }];
}

const filtered = (path: string | null, scope: Scope): Json => (path === null ? {} : valueAt(path, scope, ''));

/** An error may have the longest cause there is. */
function caught({ state, data }: Visit): Step[] {
  if (!('Catch' in state)) return [];
  const report = { Error: 'x'.repeat(64), Cause: 'x'.repeat(causeLimit) };
  return state.Catch.map(({ ResultPath, Next }) => ({
    output: ResultPath === null ? data : writeAt(ResultPath, data, report),
    next: Next,
  }));
}
