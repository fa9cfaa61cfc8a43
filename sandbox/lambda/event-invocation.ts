import { areAllowed } from '../iam/delivery-permissions.ts';
import type { Sandbox } from '../kernel.ts';

import { functionSession } from './function-session.ts';
import { runFunction } from './run-function.ts';
import type { StoredFunction } from './state.ts';

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

/** The job `event`: runs the function, and again after an error as its EventInvokeConfig allows. Given-up events go to its queue, or are only logged. */
export function eventJob(folder: string) {
  return async (sandbox: Sandbox, event: EventInvocation): Promise<void> => {
    const stored = sandbox.world.lambda.functions[event.arn];
    if (!stored) return log(sandbox, event, 'the function is gone, event dropped');
    const { failed, payload: result } = await runFunction({ sandbox, stored, folder, ...event });
    if (!failed) return;
    const at = sandbox.now() + (retryDelays[event.attempt] ?? 0);
    const tooOld = at - event.acceptedAt > stored.asynchronous.maximumEventAgeSeconds * 1000;
    if (event.attempt >= stored.asynchronous.maximumRetryAttempts || tooOld)
      return giveUp(sandbox, { event, stored, result });
    const payload = { ...event, attempt: event.attempt + 1 };
    sandbox.schedule({ at, service: 'lambda', name: 'event', payload });
  };
}

interface GivenUp {
  readonly event: EventInvocation;
  readonly stored: StoredFunction;
  /** What the function failed with. */
  readonly result: string;
}

/** The function's role sends to the queue; if it may not, the event is lost (Lambda Developer Guide, "Capturing records of asynchronous invocations"). */
function giveUp(sandbox: Sandbox, { event, stored, result }: GivenUp): void {
  const queueArn = stored.asynchronous.onFailure;
  const caller = queueArn && sandbox.callerOf(functionSession(sandbox, stored).accessKeyId);
  const sent = caller && areAllowed(sandbox, caller, [{ action: 'sqs:SendMessage', resource: queueArn }]);
  log(sandbox, event, `failed ${event.attempt + 1} times, event ${sent ? `sent to ${queueArn}` : 'dropped'}`);
  if (!sent) return;
  const { payload } = event;
  sandbox.world.events.deadLetters.push({ queueArn, at: sandbox.now(), source: event.arn, payload, error: result });
}

function log(sandbox: Sandbox, event: EventInvocation, what: string): void {
  const source = event.arn.split(':').at(-1) ?? event.arn;
  sandbox.record({ kind: 'log', at: sandbox.now(), source, line: `${event.requestId}: ${what}` });
}
