import { JsonShapeSerializer } from '@smithy/core/protocols';
import { AwsError } from '#sandbox/aws-error.ts';
import type { WireRequest, WireResponse } from './host.ts';
import { readBindings, writeBindings } from './http-bindings.ts';
import { requireMembers } from './input-problems.ts';
import { jsonSettings, readJsonDocument } from './json-input.ts';
import { jsonErrorCode } from './json-protocol.ts';
import type { OperationShape } from './models.ts';
import type { Incoming, Protocol, ReadCall } from './protocol.ts';
import { routeOf } from './routes.ts';

/** REST with JSON documents, as Lambda and EventBridge Scheduler speak it: input comes from path, query, headers, and the body. */
export const restJsonProtocol: Protocol = { read, error };

function read(incoming: Incoming): ReadCall {
  const { request } = incoming;
  const route = routeOf(incoming, request, request.path);
  if (!route) {
    throw new AwsError(
      'UnknownOperationException',
      `The sandbox does not simulate ${request.method} ${request.path}.`,
      404,
    );
  }
  const input = {
    ...documentIn(route.shape, request),
    ...readBindings(route.shape.input, { request, labels: route.labels }),
  };
  requireMembers(route.shape.input, input, 'ValidationException');
  return { operation: route.shape.name, input, write: (output) => answer(route.shape, output ?? {}) };
}

/** The body's members, where the body is not one member as a whole. */
function documentIn({ input }: OperationShape, request: WireRequest): object {
  const members = input.isStructSchema() ? [...input.structIterator()] : [];
  if (request.body.length === 0 || members.some(([, member]) => member.getMergedTraits().httpPayload)) return {};
  return readJsonDocument(input, request.body) as object;
}

function answer(shape: OperationShape, output: object): WireResponse {
  const { headers, status, payload, document } = writeBindings(shape.output, output as Record<string, unknown>);
  const actualStatus = status ?? shape.http?.[2] ?? 200;
  if (payload) return { status: actualStatus, headers, body: bytesOf(payload.value) };
  const serializer = new JsonShapeSerializer(jsonSettings);
  serializer.write(shape.output, document ?? {});
  return {
    status: actualStatus,
    headers: { 'content-type': 'application/json', ...headers },
    body: serializer.flush(),
  };
}

/** A payload as an operation may return it: bytes, text or nothing. */
export function bytesOf(value: unknown): string | Uint8Array {
  return typeof value === 'string' || value instanceof Uint8Array ? value : '';
}

/** The error's name travels in a header; Lambda's errors carry `Type` and `Message` (Lambda API reference, Invoke). */
function error({ model }: Incoming, failure: AwsError): WireResponse {
  const code = jsonErrorCode(failure.code);
  const status = model.shapes.error(code)?.status ?? failure.status;
  const body = { Type: status < 500 ? 'User' : 'Service', Message: failure.message, message: failure.message };
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
    body: JSON.stringify(body),
  };
}
