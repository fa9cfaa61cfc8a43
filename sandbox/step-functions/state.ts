import type { HistoryEntry, OpenedMapRun, Run } from './engine/run.ts';

/** What Step Functions keeps, for all accounts and regions. */
export interface StatesState {
  /** By ARN. */
  machines: Record<string, StateMachine>;
  /** Definition texts by revision id: an execution keeps the one it started with. */
  definitions: Record<string, string>;
  /** By ARN. */
  executions: Record<string, Execution>;
  /** By token. Answered and overdue tokens stay, so that a late answer is told what happened. */
  tokens: Record<string, TaskToken>;
}

export interface StateMachine {
  readonly arn: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  roleArn: string;
  revisionId: string;
  /** With X-Ray. */
  traced?: boolean;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

export interface Execution {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly account: string;
  readonly region: string;
  readonly revisionId: string;
  /** The text as it was given: StartExecution compares it byte by byte. */
  readonly input: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  stoppedAt?: number;
  run: Run;
  history: HistoryEntry[];
  /** Orders of the jobs that are still to come, by `<frame>/<timer>`. */
  timers: Record<string, number>;
  /** Access key of the role session in use. */
  session?: string;
  /** The distributed Map that started it, if one did. */
  readonly child?: ChildOf;
  /** Map Runs it has started, by ARN, in order. */
  mapRuns?: Record<string, MapRunRecord>;
}

export interface ChildOf {
  /** ARN of the execution with the Map. */
  readonly parent: string;
  readonly frame: string;
  readonly attempt: number;
  readonly index: number;
  readonly label: string;
  /** ARN of the Map Run. */
  readonly mapRun: string;
}

export interface MapRunRecord extends OpenedMapRun {
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  /** Epoch milliseconds. */
  readonly startedAt: number;
  stoppedAt?: number;
}

export interface TaskToken {
  readonly execution: string;
  readonly frame: string;
  readonly attempt: number;
  open: boolean;
}

export const emptyStatesState = (): StatesState => ({ machines: {}, definitions: {}, executions: {}, tokens: {} });
