import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Json, Sandbox } from '#sandbox/kernel.ts';
import { LostReply } from '#sandbox/runtime/perform.ts';
import { drive } from './drive.ts';
import type { Answer, InvokeCommand } from './engine/run.ts';
import { roleSession } from './role-session.ts';
import type { Execution } from './state.ts';

/** Payload of the job `invoke`. */
export type InvokeJob = Omit<InvokeCommand, 'kind'> & { readonly execution: string };

/** Invokes a task's function as the machine's role and hands the answer to the execution, unless the attempt is over by then. */
export async function onInvoke(sandbox: Sandbox, job: InvokeJob): Promise<void> {
  const execution = sandbox.world.states.executions[job.execution];
  if (execution?.run.status !== 'RUNNING' || execution.run.frames[job.frame]?.attempt !== job.attempt) return;
  const answer = await answerOf(sandbox, execution, job);
  drive(sandbox, job.execution, { kind: 'answered', frame: job.frame, attempt: job.attempt, answer });
}

async function answerOf(sandbox: Sandbox, execution: Execution, job: InvokeJob): Promise<Answer> {
  const session = roleSession(sandbox, execution);
  if (session.kind === 'refused') return { kind: 'failed', ...session.failure };
  const input: InvokeCommandInput = {
    FunctionName: job.functionName,
    InvocationType: 'RequestResponse',
    Payload: new TextEncoder().encode(JSON.stringify(job.payload)),
  };
  const { caller } = session;
  try {
    const request = { service: 'lambda', operation: 'Invoke', input, caller, region: execution.region } as const;
    const output = (await sandbox.perform(request)) as InvokeCommandOutput;
    return answered(output, { job, requestId: sandbox.uuid('lambda-request') });
  } catch (error) {
    return { kind: 'failed', ...invocationFailure(error) };
  }
}

function answered(output: InvokeCommandOutput, call: { job: InvokeJob; requestId: string }): Answer {
  const text = new TextDecoder().decode(output.Payload ?? new Uint8Array());
  if (output.FunctionError) return { kind: 'failed', ...functionFailure(text) };
  const payload = jsonOf(text);
  if (!call.job.envelope) return { kind: 'succeeded', output: payload };
  const envelope = {
    ExecutedVersion: output.ExecutedVersion ?? '$LATEST',
    Payload: payload,
    SdkHttpMetadata: { AllHttpHeaders: {}, HttpHeaders: {}, HttpStatusCode: 200 },
    SdkResponseMetadata: { RequestId: call.requestId },
    StatusCode: output.StatusCode ?? 200,
  };
  return { kind: call.job.waitsForToken ? 'submitted' : 'succeeded', output: envelope };
}

/** The error is the function's own errorType, the cause its whole answer. Source: Developer Guide, "Error conditions: Lambda". */
function functionFailure(text: string): { error: string; cause: string } {
  const report = jsonOf(text);
  const type =
    report !== null && typeof report === 'object' && !Array.isArray(report) ? report['errorType'] : undefined;
  if (typeof type === 'string') return { error: type, cause: text };
  const cause = `The cause could not be determined because Lambda did not return an error type. Returned payload: ${text}`;
  return { error: 'Lambda.Unknown', cause };
}

/**
 * Lambda's own errors carry its prefix, those without a modelled exception are Lambda.AWSLambdaException, and a lost connection is
 * Lambda.SdkClientException. Source: Developer Guide, "Handle transient Lambda service exceptions".
 */
function invocationFailure(error: unknown): { error: string; cause: string } {
  if (error instanceof LostReply) return { error: 'Lambda.SdkClientException', cause: error.message };
  if (!(error instanceof AwsError)) throw error;
  const modelled = /Exception$/.test(error.code) && !error.code.startsWith('AccessDenied');
  const name = modelled ? error.code : 'AWSLambdaException';
  return { error: `Lambda.${name}`, cause: `${error.message} (Service: Lambda, Status Code: ${error.status})` };
}

function jsonOf(text: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
