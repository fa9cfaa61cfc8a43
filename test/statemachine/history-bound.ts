/**
 * How many history events an execution can have at most, read from a definition: no path through it has more. Every state counts as often
 * as its loop may turn, with all its retries. Distributed Maps are executions of their own and are counted apart.
 */
import type { Definition, MapState, Processor, State, TaskState } from '#sandbox/step-functions/asl/definition.ts';
import { isDistributed } from '#sandbox/step-functions/asl/definition.ts';
import { innerProcessors } from '#sandbox/step-functions/asl/map-problems.ts';

export interface Assumptions {
  /** How many items a Map has, by its ItemsPath. */
  readonly items: Readonly<Record<string, number>>;
  /** How often a loop turns, by the name of any state in it; a state of a loop within that loop may have a number of its own. */
  readonly turns: Readonly<Record<string, number>>;
  /** Whether everything is retried as often as it may be, or nothing is. */
  readonly retries: 'all' | 'none';
}

/** Most events of the execution itself (`root`), and of one child of each distributed Map, by the Map's name. */
export function historyBounds(definition: Definition, assumed: Assumptions): Record<string, number> {
  const bounds: Record<string, number> = {};
  const note = (name: string, processor: Processor): void => {
    // ExecutionStarted and the last event.
    bounds[name] = 2 + eventsIn(processor, assumed);
    for (const [map, state] of distributedIn(processor)) note(map, state.ItemProcessor);
  };
  note('root', definition);
  return bounds;
}

/** The same definition with every Map inline. */
export function inlined(definition: Definition): Definition {
  return JSON.parse(
    JSON.stringify(definition, (key, value) => (key === 'ProcessorConfig' ? undefined : value)),
  ) as Definition;
}

/** The distributed Maps of an execution; those of its children are theirs. */
function distributedIn(processor: Processor): [string, MapState][] {
  return Object.entries(processor.States).flatMap(([name, state]) =>
    state.Type === 'Map' && isDistributed(state)
      ? [[name, state] as [string, MapState]]
      : innerProcessors(state).flatMap(distributedIn),
  );
}

function eventsIn(processor: Processor, assumed: Assumptions): number {
  const loops = loopsIn(processor);
  return Object.entries(processor.States)
    .map(([name, state]) => turnsOf(name, loops, assumed) * eventsOf(state, assumed))
    .reduce((sum, count) => sum + count, 0);
}

function eventsOf(state: State, assumed: Assumptions): number {
  if (state.Type === 'Fail') return 1;
  const entered = 2;
  if (state.Type === 'Task') return entered + attemptsOf(state.Retry, assumed) * eventsOfAttempt(state);
  if (state.Type === 'Parallel') {
    const branches = state.Branches.map((branch) => eventsIn(branch, assumed)).reduce((sum, count) => sum + count, 0);
    return entered + attemptsOf(state.Retry, assumed) * (2 + branches);
  }
  if (state.Type === 'Map') return entered + attemptsOf(state.Retry, assumed) * eventsOfMap(state, assumed);
  return entered;
}

/** Scheduled, started, submitted where a token is waited for, and how it ended. */
const eventsOfAttempt = ({ Resource }: TaskState): number => (Resource.endsWith('.waitForTaskToken') ? 4 : 3);

/** A Map begins and ends; so does a Map Run, or each iteration. */
function eventsOfMap(state: MapState, assumed: Assumptions): number {
  if (isDistributed(state)) return 4;
  return 2 + itemsOf(state.ItemsPath, assumed) * (2 + eventsIn(state.ItemProcessor, assumed));
}

function attemptsOf(retriers: readonly { readonly MaxAttempts: number }[], { retries }: Assumptions): number {
  return 1 + (retries === 'all' ? retriers.reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0) : 0);
}

function itemsOf(path: string, { items }: Assumptions): number {
  const count = items[path];
  if (count === undefined) throw new Error(`How many items has ${path}?`);
  return count;
}

function turnsOf(name: string, loops: readonly (readonly string[])[], { turns }: Assumptions): number {
  const loop = loops.find((states) => states.includes(name));
  if (loop === undefined) return 1;
  if (turns[name] !== undefined) return turns[name];
  const bound = loop.find((state) => turns[state] !== undefined);
  if (bound === undefined) throw new Error(`How often does the loop of ${loop.join(', ')} turn?`);
  return turns[bound] ?? 1;
}

/** Groups of states that lead to each other. */
function loopsIn({ States }: Processor): string[][] {
  const names = Object.keys(States);
  const reached = new Map(names.map((name) => [name, reachableFrom(States, name)]));
  const together = (left: string, right: string): boolean =>
    reached.get(left)?.has(right) === true && reached.get(right)?.has(left) === true;
  return names
    .filter((name) => together(name, name))
    .map((name) => names.filter((other) => together(name, other)))
    .filter((loop, index, all) => all.findIndex((other) => other[0] === loop[0]) === index);
}

function reachableFrom(states: Processor['States'], from: string): Set<string> {
  const reached = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = states[name];
    const next = state ? targetsOf(state).filter((target) => !reached.has(target)) : [];
    for (const target of next) reached.add(target);
    open.push(...next);
  }
  return reached;
}

function targetsOf(state: State): string[] {
  const next = 'Next' in state && state.Next !== undefined ? [state.Next] : [];
  const caught = 'Catch' in state ? state.Catch.map(({ Next }) => Next) : [];
  if (state.Type !== 'Choice') return [...next, ...caught];
  return [...state.Choices.map(({ Next }) => Next), ...(state.Default === undefined ? [] : [state.Default])];
}
