/** The state machine as a Mermaid drawing and as a table of its task states. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type StepName, steps } from '#shared/steps.ts';
import { table } from './pages.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: number;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly (Rule & { readonly Next: string })[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
  readonly ItemProcessor?: Processor;
}

interface Rule {
  readonly [field: string]: unknown;
}

interface Processor {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

const machine = JSON.parse(readFileSync('statemachine/promotion.asl.json', 'utf8')) as Processor;

export function stateDrawing(): string {
  return ['```mermaid', 'flowchart TD', ...drawn(machine, '  '), '```'].join('\n');
}

function drawn({ StartAt, States }: Processor, indent: string): string[] {
  const nodes = Object.entries(States).flatMap(([name, state]) =>
    state.ItemProcessor === undefined
      ? [`${indent}${node(name, state)}`]
      : [
          `${indent}subgraph ${name}["${name}, for each"]`,
          ...drawn(state.ItemProcessor, `${indent}  `),
          `${indent}end`,
        ],
  );
  const arrows = Object.entries(States).flatMap(([name, state]) => arrowsOf(name, state));
  return [`${indent}${StartAt}_start(( )) --> ${StartAt}`, ...nodes, ...arrows.map((arrow) => `${indent}${arrow}`)];
}

function node(name: string, { Type, Resource = '' }: State): string {
  if (Type === 'Task') return Resource.endsWith('.waitForTaskToken') ? `${name}[/${name}/]` : `${name}[${name}]`;
  if (Type === 'Choice') return `${name}{${name}}`;
  return Type === 'Succeed' || Type === 'Fail' ? `${name}([${name}])` : `${name}(${name})`;
}

function arrowsOf(name: string, { Next, Default, Choices = [], Catch = [] }: State): string[] {
  return [
    ...(Next === undefined ? [] : [`${name} --> ${Next}`]),
    ...Choices.map((choice) => `${name} -->|${conditionOf(choice)}| ${choice.Next}`),
    ...(Default === undefined ? [] : [`${name} -->|otherwise| ${Default}`]),
    ...Catch.map((caught) => `${name} -.->|error| ${caught.Next}`),
  ];
}

/** What the choice compares with: the answer's kind, or the name of a flag. */
function conditionOf({ Next: _, Variable, And, ...comparison }: Rule): string {
  if (And !== undefined) return (And as readonly Rule[]).map(conditionOf).join(', ');
  const [value] = Object.values(comparison);
  return value === true ? String(Variable).replace('$.', '') : String(value);
}

export function taskTable(): string {
  const rows = tasksIn(machine).map(([name, { Resource = '', TimeoutSeconds, Retry = [] }]) => {
    const { input, output } = steps[`${name.charAt(0).toLowerCase()}${name.slice(1)}` as StepName];
    const folder = name.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();
    const waits = Resource.endsWith('.waitForTaskToken') ? 'through its task token' : 'when it returns';
    return [
      name,
      `[\`functions/${folder}\`](../functions/${folder}/handler.ts)`,
      waits,
      TimeoutSeconds === undefined ? 'as decided' : `${TimeoutSeconds} s`,
      Retry.map(({ ErrorEquals, MaxAttempts }) => `${retried(ErrorEquals)}: ${MaxAttempts}`).join('; '),
      fieldsOf(z.toJSONSchema(input) as Shape),
      ((z.toJSONSchema(output) as Shape).oneOf ?? [z.toJSONSchema(output) as Shape]).map(answerOf).join('; '),
    ];
  });
  return table(['State', 'Function', 'Is done', 'Timeout', 'Retries', 'Is handed', 'Answers with'], rows);
}

function tasksIn({ States }: Processor): [string, State][] {
  return Object.entries(States).flatMap(([name, state]): [string, State][] => {
    if (state.Type === 'Task') return [[name, state]];
    return state.ItemProcessor === undefined ? [] : tasksIn(state.ItemProcessor);
  });
}

/** The long list of passing faults is one word. */
function retried(errors: readonly string[]): string {
  return errors.length > 1 ? 'passing faults' : `\`${errors[0]}\``;
}

interface Shape {
  readonly properties?: Readonly<Record<string, { readonly const?: unknown; readonly enum?: readonly unknown[] }>>;
  readonly oneOf?: readonly Shape[];
}

function fieldsOf({ properties = {} }: Shape): string {
  return Object.keys(properties).join(', ');
}

function answerOf({ properties: { kind, ...rest } = {} }: Shape): string {
  const kinds = kind?.const === undefined ? (kind?.enum ?? []) : [kind.const];
  const words = kinds.map((one) => `**${String(one)}**`).join(', ');
  const fields = Object.keys(rest).join(', ');
  return fields === '' ? words : `${words} (${fields})`;
}
