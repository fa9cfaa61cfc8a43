/** One of Drawbridge's functions calling another and waiting for its answer. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { asked } from './translate-error.ts';

let client: LambdaClient | undefined;

/** The function's answer. Throws AWS_REFUSED with the message of what it threw. */
export async function invokeFunction<Answer>(functionName: string, request: unknown): Promise<Answer> {
  client ??= new LambdaClient({});
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
  const answer = await asked('AWS Lambda', client.send(command));
  const text = answer.Payload?.transformToString() ?? 'null';
  if (answer.FunctionError !== undefined) throw broken(answer.FunctionError, errorMessage(text));
  return JSON.parse(text) as Answer;
}

/** As `invokeFunction`, of a function that answers a problem of the catalogue as such: that is thrown, in its own words. */
export async function askFunction<Answer extends { readonly kind: string }>(
  functionName: string,
  request: unknown,
): Promise<Answer> {
  type Refused = { readonly kind: 'refused'; readonly problem: Problem };
  const answer = await invokeFunction<Answer | Refused>(functionName, request);
  if (answer.kind === 'refused') throw new DrawbridgeError((answer as Refused).problem);
  return answer as Answer;
}

/** What a function threw is as little for who asked as what AWS says: it has a cause, so that it is not shown. */
function broken(code: string, message: string): DrawbridgeError {
  const { problem } = failure('AWS_REFUSED', { service: 'AWS Lambda', code, message });
  return new DrawbridgeError(problem, { cause: new Error(message) });
}

/** Of a function's error only the message: its stack trace is nothing for who asked. */
function errorMessage(payload: string): string {
  const { errorMessage: message } = (JSON.parse(payload) ?? {}) as { errorMessage?: string };
  return message ?? 'it gave no reason';
}
