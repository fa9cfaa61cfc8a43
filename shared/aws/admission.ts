/** The admission function, as the ways in call it. */
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { AdmissionAnswer, AdmissionRequest } from '#shared/domain/promotion/request.ts';
import { asked } from './translate-error.ts';

let client: LambdaClient | undefined;

/** Asks for a promotion and waits for the answer: accepted (now or before), or refused with the problem. */
export async function requestPromotion(functionName: string, request: AdmissionRequest): Promise<AdmissionAnswer> {
  client ??= new LambdaClient({});
  const command = new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(request) });
  const answer = await asked('AWS Lambda', client.send(command));
  const text = answer.Payload?.transformToString() ?? 'null';
  if (answer.FunctionError !== undefined)
    throw failure('AWS_REFUSED', { service: 'AWS Lambda', code: answer.FunctionError, message: errorMessage(text) });
  return JSON.parse(text) as AdmissionAnswer;
}

/** Of a function's error only the message: its stack trace is nothing for who asked. */
function errorMessage(payload: string): string {
  const { errorMessage: message } = (JSON.parse(payload) ?? {}) as { errorMessage?: string };
  return message ?? 'it gave no reason';
}
