/** A run while one event is worked in: the copy that may be changed, and the commands gathered so far. */
import type { Json } from '#sandbox/kernel.ts';
import type { Definition, Processor, State } from '../asl/definition.ts';
import { type Scope, valueAt } from '../asl/json-path.ts';
import type { Command, Frame, MapItem, MapRun, Run } from './run.ts';

export interface Draft {
  readonly run: Run;
  readonly definition: Definition;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly commands: Command[];
  /** States to enter, in order. A queue instead of recursion, so a long loop cannot exhaust the stack. */
  readonly ready: { readonly frame: string; readonly state: string; readonly input: Json }[];
}

interface NewFrame {
  readonly parent?: { readonly frame: string; readonly index: number };
  readonly place: readonly (string | number)[];
  readonly item?: MapItem;
  readonly input: Json;
  readonly lastEvent: number;
}

/** Adds a frame and queues the first state of its place. */
export function openFrame(draft: Draft, frame: NewFrame): void {
  const id = String(draft.run.frameCount++);
  const start = processorAt(draft.definition, frame.place).StartAt;
  draft.run.frames[id] = {
    ...frame,
    id,
    state: start,
    enteredAt: draft.now,
    enteredEvent: frame.lastEvent,
    retryCount: 0,
    retrierCounts: {},
    attempt: 0,
    activity: { kind: 'entering' },
  };
  draft.ready.push({ frame: id, state: start, input: frame.input });
}

/** Removes a frame and all frames inside it, with their timers and tokens. */
export function dropFrame(draft: Draft, id: string): void {
  for (const inner of innerFrames(draft, id)) dropFrame(draft, inner.id);
  const frame = draft.run.frames[id];
  if (frame) endActivity(draft, frame);
  delete draft.run.frames[id];
}

/** The frames directly inside a frame, oldest first. */
export function innerFrames(draft: Draft, id: string): Frame[] {
  return Object.values(draft.run.frames).filter((frame) => frame.parent?.frame === id);
}

/** Ends what the frame waits for: its timers are cancelled, its token is closed, the children of its Map Run are stopped. */
export function endActivity(draft: Draft, frame: Frame): void {
  draft.commands.push({ kind: 'cancel-timers', frame: frame.id });
  if (frame.activity.kind === 'task' && frame.activity.token !== undefined) {
    draft.commands.push({ kind: 'close-token', token: frame.activity.token });
  }
  if (frame.activity.kind === 'map-run') endMapRun(draft, frame.activity);
  frame.activity = { kind: 'entering' };
}

function endMapRun(draft: Draft, { arn, label, running }: MapRun): void {
  draft.commands.push({ kind: 'close-map-run', arn, status: 'ABORTED' });
  for (const name of Object.values(running)) draft.commands.push({ kind: 'stop-child', name, label });
}

/** Adds a history event after the last one of a frame, or of a position in the history. */
export function note(draft: Draft, after: { lastEvent: number }, event: NotedEvent): void {
  const entry = { id: ++draft.run.eventCount, previousEventId: after.lastEvent, at: draft.now, ...event };
  after.lastEvent = entry.id;
  draft.commands.push({ kind: 'history', entry });
}

interface NotedEvent {
  readonly type: string;
  readonly details?: { readonly member: string; readonly content: Readonly<Record<string, Json>> };
}

export function stateOf(draft: Draft, frame: Frame): State {
  const state = processorAt(draft.definition, frame.place).States[frame.state];
  if (!state) throw new Error(`state ${frame.state} is not in the definition`);
  return state;
}

function processorAt(definition: Definition, place: readonly (string | number)[]): Processor {
  return place.reduce<unknown>((part, key) => (part as Record<string | number, unknown>)[key], definition) as Processor;
}

/** `$` and `$$` for a frame. Source: Developer Guide, "Accessing execution data from the Context object". */
export function scopeOf(draft: Draft, frame: Frame, input: Json): Scope {
  const { facts } = draft.run;
  const token = frame.activity.kind === 'task' ? frame.activity.token : undefined;
  const context: Json = {
    Execution: {
      Id: facts.executionArn,
      Input: facts.input,
      Name: facts.name,
      RoleArn: facts.roleArn,
      StartTime: new Date(facts.startedAt).toISOString(),
    },
    State: {
      Name: frame.state,
      EnteredTime: new Date(frame.enteredAt).toISOString(),
      RetryCount: frame.retryCount,
    },
    StateMachine: { Id: facts.machineArn, Name: facts.machineName },
    ...(token === undefined ? {} : { Task: { Token: token } }),
    ...(frame.item === undefined ? {} : { Map: { Item: { Index: frame.item.index, Value: frame.item.value } } }),
  };
  return { input, context };
}

/** The effective input of the state a frame is in: what InputPath leaves of its input. */
export function inputOf(draft: Draft, frame: Frame): Json {
  const state = stateOf(draft, frame);
  const path = 'InputPath' in state ? state.InputPath : '$';
  return path === null ? {} : valueAt(path, scopeOf(draft, frame, frame.input), 'InputPath');
}
