import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { existingFunction, functionReference } from './function-name.ts';
import { functionPolicy } from './permission-provider.ts';
import { runFunction } from './run-function.ts';

type Input = Pick<InvokeCommandInput, 'FunctionName' | 'InvocationType' | 'Payload' | 'Qualifier'>;
type Output = Omit<InvokeCommandOutput, '$metadata' | 'Payload'> & { Payload?: Uint8Array };

/** Lambda Developer Guide, quotas: 6 MB for a synchronous payload either way, 1 MB for an event. */
const synchronousLimit = 6 * 1024 * 1024;
const eventLimit = 1024 * 1024;

/**
 * Invoke (Lambda API Reference). `RequestResponse` waits for the function and carries what it threw as `FunctionError` with status 200;
 * `Event` answers 202 and queues; `DryRun` answers 204. `folder` holds the bundles of the functions that really run.
 */
export function invokeOperation(folder: string): Operation<Input, Output> {
  return { permissions, run: (call) => run(call, folder) };
}

function permissions(call: Call<Input>): Permission[] {
  const reference = referenceOf(call);
  const stored = call.sandbox.world.lambda.functions[reference.arn];
  const document = stored && functionPolicy(stored);
  const { arn, qualifier } = reference;
  return [
    {
      action: 'lambda:InvokeFunction',
      resource: qualifier === undefined ? arn : `${arn}:${qualifier}`,
      ...(stored && document !== undefined && { resourcePolicy: { account: stored.account, document } }),
    },
  ];
}

async function run(call: Call<Input>, folder: string): Promise<Output> {
  const { sandbox, input, requestId } = call;
  const stored = existingFunction(sandbox.world, referenceOf(call));
  const payload = payloadText(input);
  const executed = { ExecutedVersion: '$LATEST' };
  if (input.InvocationType === 'DryRun') return { StatusCode: 204, ...executed };
  if (input.InvocationType === 'Event') {
    const event = { arn: stored.arn, requestId, payload, attempt: 0, acceptedAt: sandbox.now() };
    sandbox.schedule({ at: sandbox.now(), service: 'lambda', name: 'event', payload: event });
    return { StatusCode: 202 };
  }
  const result = await runFunction({ sandbox, stored, folder, requestId, payload });
  return {
    StatusCode: 200,
    ...executed,
    ...(result.failed && { FunctionError: 'Unhandled' }),
    Payload: new TextEncoder().encode(result.payload),
  };
}

function referenceOf({ input, account, region }: Call<Input>) {
  const reference = functionReference(input.FunctionName ?? '', { account, region });
  return input.Qualifier === undefined ? reference : { ...reference, qualifier: input.Qualifier };
}

function payloadText({ Payload, InvocationType }: Input): string {
  const bytes = (Payload ?? new Uint8Array()) as Uint8Array;
  const limit = InvocationType === 'Event' ? eventLimit : synchronousLimit;
  if (bytes.length > limit)
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${limit} bytes for the InvokeFunction operation`,
      413,
    );
  const text = new TextDecoder().decode(bytes) || 'null';
  try {
    JSON.parse(text);
  } catch (error) {
    const message = `Could not parse request body into json: ${(error as Error).message}`;
    throw new AwsError('InvalidRequestContentException', message);
  }
  return text;
}
