import { Worker } from 'node:worker_threads';
import type { Invocation, WorkerData, WorkerMessage } from './worker-messages.ts';

/** How an invocation ended: the handler's answer, the time was up, or the thread ended under it. */
export type Outcome =
  | { readonly kind: 'answered'; readonly failed: boolean; readonly payload: string }
  | { readonly kind: 'timed-out' }
  | { readonly kind: 'exited'; readonly code: number };

/** A warm thread with its own variables. After `timed-out` or `exited` it is gone. */
export interface ExecutionEnvironment {
  readonly state: () => 'idle' | 'busy' | 'gone';
  readonly invoke: (invocation: Invocation) => Promise<Outcome>;
  readonly stop: () => Promise<void>;
}

export interface EnvironmentStart {
  readonly data: WorkerData;
  /** Everything the function sees in its environment; nothing of the host's is added. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

/** Starts a thread; the bundle loads while the first invocation already waits. An idle thread never keeps the process alive. */
export function startEnvironment({ data, variables, onLine }: EnvironmentStart): ExecutionEnvironment {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: data,
    env: { ...variables },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  worker.unref();
  let state: 'idle' | 'busy' | 'gone' = 'idle';
  let finish: (outcome: Outcome) => void = () => undefined;

  worker.on('message', (message: WorkerMessage) => (message.kind === 'log' ? onLine(message.line) : finish(message)));
  // An exception outside the handler ends the thread; 'exit' follows with its code.
  worker.on('error', (error) => onLine(String(error)));
  worker.on('exit', (code) => {
    state = 'gone';
    finish({ kind: 'exited', code });
  });

  const settled = (invocation: Invocation) =>
    new Promise<Outcome>((resolve) => {
      const timer = setTimeout(() => finish({ kind: 'timed-out' }), invocation.limit);
      finish = (outcome) => {
        clearTimeout(timer);
        finish = () => undefined;
        resolve(outcome);
      };
      worker.ref();
      worker.postMessage(invocation);
    });

  return {
    state: () => state,
    invoke: async (invocation) => {
      state = 'busy';
      const outcome = await settled(invocation);
      if (outcome.kind === 'timed-out') await worker.terminate();
      else worker.unref();
      if (outcome.kind === 'answered') state = 'idle';
      return outcome;
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}
