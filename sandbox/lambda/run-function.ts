import { join } from 'node:path';
import type { Sandbox } from '../kernel.ts';
import type { Outcome } from './execution-environment.ts';
import { probeAnswer } from './probe-answer.ts';
import { codeOf, type StandIn } from './registry.ts';
import { runStandIn } from './run-stand-in.ts';
import type { StoredFunction } from './state.ts';
import { inTurn } from './turns.ts';
import { environmentFor, environmentVariables } from './warm-environments.ts';

export interface FunctionRun {
  readonly sandbox: Sandbox;
  readonly stored: StoredFunction;
  /** Where the bundles are. */
  readonly folder: string;
  readonly requestId: string;
  /** JSON text. */
  readonly payload: string;
}

/** JSON text of the result, or of `{errorType, errorMessage}` when it failed. */
export interface FunctionResult {
  readonly failed: boolean;
  readonly payload: string;
}

/** Lambda's limit on what a function returns: 6 MB and a little for the envelope. */
const responseLimit = 6_291_556;

/** Real time an invocation may take, whatever its configured timeout: nothing in the sandbox may hang. */
const longestRealMilliseconds = 30_000;

/** Runs one of Drawbridge's functions in its thread, or a test's stand-in. Any other function answers
 * `null`, and one that is a probe by its name what the rehearsal wants: users' code never runs here. */
export async function runFunction(run: FunctionRun): Promise<FunctionResult> {
  const { sandbox, stored, requestId } = run;
  const code = codeOf(sandbox, stored);
  if (code.kind === 'none') return probeAnswer(sandbox, stored) ?? { failed: false, payload: 'null' };
  const limit = Math.min(stored.timeoutSeconds * 1000, longestRealMilliseconds);
  const outcome =
    code.kind === 'stand-in' ? await stoodIn(run, code.run, limit) : await inThread(run, code.name, limit);
  return resultOf(outcome, requestId, limit);
}

function inThread({ sandbox, stored, folder, requestId, payload }: FunctionRun, bundle: string, limit: number) {
  return inTurn(sandbox.world, stored.arn, () =>
    environmentFor(sandbox, stored, join(folder, `${bundle}.mjs`)).invoke({ requestId, payload, limit }),
  );
}

function stoodIn({ sandbox, stored, requestId, payload }: FunctionRun, standIn: StandIn, limit: number) {
  const { name: functionName, arn: invokedFunctionArn } = stored;
  const environment = environmentVariables(sandbox, stored);
  const context = { awsRequestId: requestId, functionName, invokedFunctionArn, environment };
  return runStandIn(standIn, { payload, context, limit });
}

function resultOf(outcome: Outcome, requestId: string, limit: number): FunctionResult {
  if (outcome.kind === 'timed-out') {
    const seconds = (limit / 1000).toFixed(2);
    return failure('Sandbox.Timedout', `RequestId: ${requestId} Error: Task timed out after ${seconds} seconds`);
  }
  if (outcome.kind === 'exited') {
    const how = outcome.code === 0 ? 'without providing a reason' : `with error: exit status ${outcome.code}`;
    return failure('Runtime.ExitError', `RequestId: ${requestId} Error: Runtime exited ${how}`);
  }
  if (Buffer.byteLength(outcome.payload) > responseLimit)
    return failure(
      'Function.ResponseSizeTooLarge',
      `Response payload size exceeded maximum allowed payload size (${responseLimit} bytes).`,
    );
  return { failed: outcome.failed, payload: outcome.payload };
}

function failure(errorType: string, errorMessage: string): FunctionResult {
  return { failed: true, payload: JSON.stringify({ errorType, errorMessage }) };
}
