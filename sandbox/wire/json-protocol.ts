import { JsonShapeSerializer } from '@smithy/core/protocols';
import { AwsError } from '#sandbox/aws-error.ts';
import type { WireRequest, WireResponse } from './host.ts';
import { jsonSettings, parseJson, readJsonInput } from './json-input.ts';
import type { Incoming, Protocol, ReadCall } from './protocol.ts';

/** AWS JSON 1.0 and 1.1, told apart by the content type alone: Step Functions and EventBridge. */
export const jsonProtocol: Protocol = { read, error };

/** The same envelope with the body left as it is: DynamoDB. */
export const plainJsonProtocol: Protocol = { read: readPlain, error };

function read(incoming: Incoming): ReadCall {
  const { request, model } = incoming;
  const operation = operationOf(incoming);
  const shape = model.shapes.operation(operation);
  if (!shape) throw unknownOperation(operation);
  return {
    operation,
    input: readJsonInput(shape.input, request.body),
    write: (output) => {
      if (!shape.output.isStructSchema()) return json(request, 200, '{}');
      const serializer = new JsonShapeSerializer(jsonSettings);
      serializer.write(shape.output, output ?? {});
      return json(request, 200, serializer.flush());
    },
  };
}

function readPlain(incoming: Incoming): ReadCall {
  const { request } = incoming;
  const operation = operationOf(incoming);
  return {
    operation,
    input: parseJson(request.body),
    write: (output) => json(request, 200, JSON.stringify(output ?? {})),
  };
}

/** `x-amz-target: AWSStepFunctions.StartExecution`. */
function operationOf({ request, operations }: Incoming): string {
  const operation = (request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '';
  if (!Object.hasOwn(operations, operation)) throw unknownOperation(operation);
  return operation;
}

const unknownOperation = (operation: string): AwsError =>
  new AwsError('UnknownOperationException', `The sandbox does not simulate the operation '${operation}'.`, 400);

function error({ request, model }: Incoming, failure: AwsError): WireResponse {
  const code = jsonErrorCode(failure.code);
  const status = model.shapes.error(code)?.status ?? failure.status;
  // JSON RPC services answer a refused permission with 400, where Query services answer 403.
  const actualStatus = status === 403 ? 400 : status;
  return json(request, actualStatus, JSON.stringify({ __type: code, message: failure.message }));
}

const EXCEPTIONS: Readonly<Record<string, string>> = {
  AccessDenied: 'AccessDeniedException',
  ValidationError: 'ValidationException',
  Throttling: 'ThrottlingException',
};

/** JSON services name some common errors otherwise than Query services do ("Common Error Types" of each API reference). */
export const jsonErrorCode = (code: string): string => EXCEPTIONS[code] ?? code;

function json(request: WireRequest, status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': request.headers['content-type'] ?? 'application/x-amz-json-1.0' }, body };
}
