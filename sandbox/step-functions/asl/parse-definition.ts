import type { Json } from '#sandbox/kernel.ts';
import { type Definition, definitionSchema, type Processor, type State, type TaskState } from './definition.ts';
import type { At, DefinitionProblem } from './definition-problem.ts';
import { innerProcessors, mapProblems, repeatedLabels } from './map-problems.ts';

export type ParsedDefinition =
  | { readonly kind: 'definition'; readonly definition: Definition }
  | { readonly kind: 'invalid'; readonly problems: readonly DefinitionProblem[] };

/**
 * Reads a machine and refuses everything the sandbox would not run exactly as Step Functions does: unknown fields, unsupported paths and
 * resources, missing targets, unreachable states, names used twice. Source: Developer Guide, ValidateStateMachineDefinition.
 */
export function parseDefinition(text: string): ParsedDefinition {
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch (error) {
    return { kind: 'invalid', problems: [{ state: '', field: '', message: (error as Error).message }] };
  }
  const parsed = definitionSchema.safeParse(document);
  if (!parsed.success) {
    return { kind: 'invalid', problems: parsed.error.issues.flatMap((issue) => placed(issue)) };
  }
  const problems = [
    ...processorProblems(parsed.data, ''),
    ...repeatedNames(parsed.data),
    ...repeatedLabels(parsed.data),
  ];
  return problems.length > 0 ? { kind: 'invalid', problems } : { kind: 'definition', definition: parsed.data };
}

/** `state 'Plan', field 'Retry.0.Foo': Unrecognized key`, one per line. */
export function problemText(problems: readonly DefinitionProblem[]): string {
  return problems
    .map(({ state, field, message }) => {
      const place = [state && `state '${state}'`, field && `field '${field}'`].filter(Boolean).join(', ');
      return `${place}: ${message}`;
    })
    .join('\n');
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/** The state is the key behind the last `States`; the rest of the path is the field. */
function placed(issue: Issue): DefinitionProblem[] {
  const path = issue.path.map(String);
  const at = path.lastIndexOf('States');
  const state = at < 0 ? '' : (path[at + 1] ?? '');
  const field = path.slice(at < 0 ? 0 : at + 2);
  if (issue.code !== 'unrecognized_keys') return [{ state, field: field.join('.'), message: issue.message }];
  return (issue.keys ?? []).map((key) => ({
    state,
    field: [...field, key].join('.'),
    message: 'this field is not supported',
  }));
}

function processorProblems(processor: Processor, owner: string): DefinitionProblem[] {
  const names = Object.keys(processor.States);
  const startKnown = names.includes(processor.StartAt);
  const problems = Object.entries(processor.States).flatMap(([name, state]) => stateProblems({ name, state, names }));
  if (!startKnown)
    problems.push({ state: owner, field: 'StartAt', message: `there is no state '${processor.StartAt}'` });
  else if (problems.length === 0) problems.push(...unreachable(processor));
  if (!Object.values(processor.States).some(isTerminal)) {
    problems.push({ state: owner, field: 'States', message: 'no state ends the execution' });
  }
  return problems;
}

interface NamedState {
  readonly name: string;
  readonly state: State;
  readonly names: readonly string[];
}

function stateProblems({ name, state, names }: NamedState): DefinitionProblem[] {
  const at = (field: string, message: string): DefinitionProblem => ({ state: name, field, message });
  const missing = targetsOf(state)
    .filter((target) => !names.includes(target))
    .map((target) => at('Next', `there is no state '${target}'`));
  const inner = innerProcessors(state).flatMap((processor) => processorProblems(processor, name));
  return [...missing, ...inner, ...flowProblems(state, at), ...typeProblems(state, at)];
}

function flowProblems(state: State, at: At): DefinitionProblem[] {
  if (state.Type === 'Choice' || state.Type === 'Succeed' || state.Type === 'Fail') return [];
  return (state.Next === undefined) === (state.End === undefined) ? [at('Next', 'either Next or End is needed')] : [];
}

function typeProblems(state: State, at: At): DefinitionProblem[] {
  if (state.Type === 'Wait') {
    const given = [state.Seconds, state.SecondsPath, state.Timestamp, state.TimestampPath].filter(
      (value) => value !== undefined,
    );
    return given.length === 1
      ? []
      : [at('Seconds', 'exactly one of Seconds, SecondsPath, Timestamp, TimestampPath is needed')];
  }
  if (state.Type === 'Fail') {
    return [
      ...(state.Error !== undefined && state.ErrorPath !== undefined
        ? [at('ErrorPath', 'cannot stand beside Error')]
        : []),
      ...(state.Cause !== undefined && state.CausePath !== undefined
        ? [at('CausePath', 'cannot stand beside Cause')]
        : []),
    ];
  }
  if (state.Type === 'Map') return mapProblems(state, at);
  return state.Type === 'Task' ? taskProblems(state, at) : [];
}

const integrations = ['arn:aws:states:::lambda:invoke', 'arn:aws:states:::lambda:invoke.waitForTaskToken'];
const functionArn = /^arn:aws[\w-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/;
const invokeFields = ['FunctionName', 'FunctionName.$', 'Payload', 'Payload.$'];

function taskProblems(state: TaskState, at: At): DefinitionProblem[] {
  const problems: DefinitionProblem[] = [];
  const isFunction = functionArn.test(state.Resource);
  const resource = state.Resource.replace(/^arn:aws[\w-]*:/, 'arn:aws:');
  if (!isFunction && !integrations.includes(resource)) {
    problems.push(at('Resource', `the resource '${state.Resource}' is not supported`));
  }
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (timeout !== undefined && state.TimeoutSecondsPath !== undefined) {
    problems.push(at('TimeoutSecondsPath', 'cannot stand beside TimeoutSeconds'));
  }
  if (timeout !== undefined && heartbeat !== undefined && heartbeat >= timeout) {
    problems.push(at('HeartbeatSeconds', 'must be smaller than TimeoutSeconds'));
  }
  if (isFunction) return problems;
  const given = Object.keys(state.Parameters ?? {});
  const unknown = given.filter((field) => !invokeFields.includes(field));
  if (!given.some((field) => field.startsWith('FunctionName')))
    problems.push(at('Parameters.FunctionName', 'is needed'));
  return [...problems, ...unknown.map((field) => at(`Parameters.${field}`, 'this field is not supported'))];
}

function unreachable(processor: Processor): DefinitionProblem[] {
  const reached = new Set<string>();
  const open = [processor.StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = processor.States[name];
    if (!state || reached.has(name)) continue;
    reached.add(name);
    open.push(...targetsOf(state));
  }
  return Object.keys(processor.States)
    .filter((name) => !reached.has(name))
    .map((name) => ({ state: name, field: '', message: 'no state leads here' }));
}

/** State names are unique in the whole machine. Source: States Language, "States". */
function repeatedNames(processor: Processor): DefinitionProblem[] {
  const names = allNames(processor);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].map((state) => ({ state, field: '', message: 'this name is used by another state as well' }));
}

const allNames = (processor: Processor): string[] =>
  Object.entries(processor.States).flatMap(([name, state]) => [name, ...innerProcessors(state).flatMap(allNames)]);

function isTerminal(state: State): boolean {
  return state.Type === 'Succeed' || state.Type === 'Fail' || (state.Type !== 'Choice' && state.End === true);
}

function targetsOf(state: State): string[] {
  if (state.Type === 'Choice')
    return [...state.Choices.map((rule) => rule.Next), ...(state.Default === undefined ? [] : [state.Default])];
  if (state.Type === 'Succeed' || state.Type === 'Fail') return [];
  const next = state.Next === undefined ? [] : [state.Next];
  return 'Catch' in state ? [...next, ...state.Catch.map((catcher) => catcher.Next)] : next;
}
