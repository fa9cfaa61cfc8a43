import type { Sandbox } from '../kernel.ts';
import { runFunction } from './run-function.ts';

/** An event waiting in a function's queue. */
export interface EventInvocation {
  readonly arn: string;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
  /** Counts from 0. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
}

/** Lambda Developer Guide, asynchronous invocation: one minute before the first retry, two before the second. */
const retryDelays = [60_000, 120_000];

/** The job `event`: runs the function, and again after an error as its EventInvokeConfig allows. Given-up events are logged. */
export function eventJob(folder: string) {
  return async (sandbox: Sandbox, event: EventInvocation): Promise<void> => {
    const stored = sandbox.world.lambda.functions[event.arn];
    if (!stored) return log(sandbox, event, 'the function is gone, event dropped');
    const { failed } = await runFunction({ sandbox, stored, folder, ...event });
    if (!failed) return;
    const at = sandbox.now() + (retryDelays[event.attempt] ?? 0);
    const tooOld = at - event.acceptedAt > stored.asynchronous.maximumEventAgeSeconds * 1000;
    if (event.attempt >= stored.asynchronous.maximumRetryAttempts || tooOld)
      return log(sandbox, event, `failed ${event.attempt + 1} times, event dropped`);
    const payload = { ...event, attempt: event.attempt + 1 };
    sandbox.schedule({ at, service: 'lambda', name: 'event', payload });
  };
}

function log(sandbox: Sandbox, event: EventInvocation, what: string): void {
  const source = event.arn.split(':').at(-1) ?? event.arn;
  sandbox.record({ kind: 'log', at: sandbox.now(), source, line: `${event.requestId}: ${what}` });
}
