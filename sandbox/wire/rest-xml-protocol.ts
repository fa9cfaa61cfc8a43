import { AwsError } from '#sandbox/aws-error.ts';
import { withoutChunks } from './aws-chunked.ts';
import type { WireResponse } from './host.ts';
import { readBindings, writeBindings } from './http-bindings.ts';
import type { OperationShape, ServiceModel } from './models.ts';
import type { Incoming, Protocol, ReadCall } from './protocol.ts';
import { bytesOf } from './rest-json-protocol.ts';
import { routeOf } from './routes.ts';
import { structure, TEXT, writeXml } from './xml.ts';

/** REST with XML documents, as S3 speaks it: the bucket is the path's first segment. Bodies go in and out as bytes. */
export const restXmlProtocol: Protocol = { read, error };

function read(incoming: Incoming): ReadCall {
  const request = withoutChunks(incoming.request);
  const [, bucket = '', rest = ''] = /^\/([^/]*)(\/.*)?$/s.exec(request.path) ?? [];
  const route = bucket === '' ? undefined : routeOf(incoming, request, rest || '/');
  if (!route) {
    throw new AwsError(
      'NotImplemented',
      'A header or query you provided implies functionality that is not implemented.',
      501,
    );
  }
  const labels = { Bucket: decodeURIComponent(bucket), ...route.labels };
  const input = readBindings(route.shape.input, { request, labels });
  return { operation: route.shape.name, input, write: (output) => answer(incoming.model, route.shape, output ?? {}) };
}

function answer(model: ServiceModel, shape: OperationShape, output: object): WireResponse {
  const { headers, payload, document } = writeBindings(shape.output, output as Record<string, unknown>);
  // GetObject of a range is the one answer whose status depends on the request.
  const status = headers['content-range'] === undefined ? (shape.http?.[2] ?? 200) : 206;
  if (payload) return { status, headers, body: bytesOf(payload.value) };
  if (!document) return { status, headers, body: '' };
  const body = writeXml(shape.output, document, model.xmlNamespace);
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

const errorDocument = structure('Error', { Code: TEXT, Message: TEXT, Resource: TEXT, RequestId: TEXT });

function error({ request, model }: Incoming, { code, message, status }: AwsError): WireResponse {
  const actualStatus = model.shapes.error(code)?.status ?? status;
  // A HEAD has no body, and neither has 304; the SDK then goes by the status alone.
  if (request.method === 'HEAD' || actualStatus === 304) return { status: actualStatus, headers: {}, body: '' };
  const value = { Code: code, Message: message, Resource: request.path, RequestId: request.requestId };
  return { status: actualStatus, headers: { 'content-type': 'application/xml' }, body: writeXml(errorDocument, value) };
}
