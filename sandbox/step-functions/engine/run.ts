/** The state of one execution as the engine sees it, and what goes in and out of it. All of it is plain JSON. */
import type { Json } from '#sandbox/kernel.ts';
import type { Failure } from '../asl/state-failure.ts';

type RunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Run {
  readonly facts: RunFacts;
  status: RunStatus;
  /** Set when the run succeeded. */
  output?: Json;
  /** Set when the run failed or was aborted, as far as given. */
  error?: string;
  cause?: string;
  /** One frame per sequence of states under way: the machine's own, and one per branch and iteration. */
  frames: Record<string, Frame>;
  frameCount: number;
  attemptCount: number;
  eventCount: number;
}

/** What never changes while an execution runs. */
export interface RunFacts {
  readonly executionArn: string;
  readonly name: string;
  readonly input: Json;
  readonly roleArn: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly machineArn: string;
  readonly machineName: string;
  readonly region: string;
  /** Of a child execution: the keys from the definition to the `States` it runs. */
  readonly place?: readonly (string | number)[];
  /** Opaque text from which task tokens and jitter are derived, so that the engine needs no randomness. */
  readonly seed: string;
}

export interface Frame {
  readonly id: string;
  readonly parent?: { readonly frame: string; readonly index: number };
  /** Where the frame's states are: the keys from the definition to its `States`. */
  readonly place: readonly (string | number)[];
  /** The item of the nearest Map around the frame. */
  readonly item?: MapItem;
  state: string;
  /** The state's input before InputPath. */
  input: Json;
  enteredAt: number;
  enteredEvent: number;
  lastEvent: number;
  /** Retries of the state by all its retriers. */
  retryCount: number;
  /** Retries by each retrier, by its position. */
  retrierCounts: Record<string, number>;
  /** Number of the attempt under way; answers and timers of an earlier one are ignored. */
  attempt: number;
  activity: Activity;
}

export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** What a frame waits for. */
type Activity =
  | { readonly kind: 'entering' }
  | { readonly kind: 'task'; readonly token?: string }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'retrying' }
  | Branches
  | MapRun;

export interface Branches {
  readonly kind: 'branches';
  /** The history event that started the branches. */
  readonly startEvent: number;
  readonly inputs: readonly Json[];
  /** Items of a Map; undefined for a Parallel. */
  readonly items?: readonly Json[];
  results: Json[];
  started: number;
  finished: number;
}

/** The child executions of a distributed Map. Their inputs are made one by one, from the state's input, when they start. */
export interface MapRun {
  readonly kind: 'map-run';
  readonly arn: string;
  readonly label: string;
  readonly total: number;
  readonly tolerance: Tolerance;
  started: number;
  failed: number;
  /** Names of the children under way, by index. */
  running: Record<string, string>;
  /** Outputs of the children that succeeded, by index. */
  results: Record<string, Json>;
}

/** How many children may fail; what is not given sets no limit. */
export interface Tolerance {
  readonly count?: number;
  /** Of all items. */
  readonly percentage?: number;
}

export type TimerName = 'wake' | 'timeout' | 'heartbeat';

/** What can happen to a run. `frame` and `attempt` say for whom it is. */
export type RunEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'timer'; readonly frame: string; readonly attempt: number; readonly timer: TimerName }
  | { readonly kind: 'answered'; readonly frame: string; readonly attempt: number; readonly answer: Answer }
  | { readonly kind: 'heartbeat'; readonly frame: string; readonly attempt: number }
  | {
      readonly kind: 'child-ended';
      readonly frame: string;
      readonly attempt: number;
      readonly index: number;
      /** Absent where the child did not succeed. */
      readonly output?: Json;
    }
  /** The role may not start or follow a child. */
  | { readonly kind: 'child-refused'; readonly frame: string; readonly attempt: number; readonly failure: Failure }
  | { readonly kind: 'stopped'; readonly error?: string; readonly cause?: string };

/** How a task came out: `submitted` when the function of a token task returned and the token is still open. */
export type Answer =
  | { readonly kind: 'succeeded'; readonly output: Json }
  | { readonly kind: 'submitted'; readonly output: Json }
  | ({ readonly kind: 'failed' } & Failure);

/** What the engine asks for. */
export type Command =
  | InvokeCommand
  | StartChildCommand
  | { readonly kind: 'stop-child'; readonly name: string; readonly label: string }
  | { readonly kind: 'open-map-run'; readonly arn: string; readonly mapRun: OpenedMapRun }
  /** A Map Run that is closed already stays as it is. */
  | { readonly kind: 'close-map-run'; readonly arn: string; readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' }
  | {
      readonly kind: 'set-timer';
      readonly frame: string;
      readonly attempt: number;
      readonly timer: TimerName;
      readonly at: number;
    }
  | { readonly kind: 'cancel-timers'; readonly frame: string; readonly only?: TimerName }
  | { readonly kind: 'open-token'; readonly token: string; readonly frame: string; readonly attempt: number }
  | { readonly kind: 'close-token'; readonly token: string }
  | { readonly kind: 'history'; readonly entry: HistoryEntry }
  | {
      readonly kind: 'transition';
      readonly state: string;
      readonly event: 'entered' | 'retried' | 'succeeded' | 'failed';
      readonly error?: string;
    };

export interface InvokeCommand {
  readonly kind: 'invoke';
  readonly frame: string;
  readonly attempt: number;
  readonly functionName: string;
  readonly payload: Json;
  /** A token task only notes that the function was reached; its result comes with the token. */
  readonly waitsForToken: boolean;
  /** `lambda:invoke` answers an envelope around the payload, a plain function ARN the payload itself. */
  readonly envelope: boolean;
}

/** One item of a distributed Map becomes an execution. */
export interface StartChildCommand {
  readonly kind: 'start-child';
  readonly frame: string;
  readonly attempt: number;
  readonly index: number;
  readonly name: string;
  readonly label: string;
  readonly mapRun: string;
  readonly place: readonly (string | number)[];
  readonly input: Json;
}

export interface OpenedMapRun {
  readonly label: string;
  readonly total: number;
  readonly maxConcurrency: number;
  readonly tolerance: Tolerance;
}

/** One event of an execution's history; `details` is the SDK's member for the event type and its content. */
export interface HistoryEntry {
  readonly id: number;
  readonly previousEventId: number;
  readonly at: number;
  readonly type: string;
  readonly details?: { readonly member: string; readonly content: Readonly<Record<string, Json>> };
}

/** The frame name under which the timer of the whole execution is set. */
export const wholeExecution = 'execution';
