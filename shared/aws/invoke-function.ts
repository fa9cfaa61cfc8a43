/** One of Drawbridge's functions calling another and waiting for its answer. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { asked } from './translate-error.ts';

let client: LambdaClient | undefined;

/** The function's answer. Throws AWS_REFUSED with the message of what it threw. */
export async function invokeFunction<Answer>(functionName: string, request: unknown): Promise<Answer> {
  client ??= new LambdaClient({});
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
  const answer = await asked('AWS Lambda', client.send(command));
  const text = answer.Payload?.transformToString() ?? 'null';
  if (answer.FunctionError !== undefined)
    throw failure('AWS_REFUSED', { service: 'AWS Lambda', code: answer.FunctionError, message: errorMessage(text) });
  return JSON.parse(text) as Answer;
}

/** Of a function's error only the message: its stack trace is nothing for who asked. */
function errorMessage(payload: string): string {
  const { errorMessage: message } = (JSON.parse(payload) ?? {}) as { errorMessage?: string };
  return message ?? 'it gave no reason';
}
