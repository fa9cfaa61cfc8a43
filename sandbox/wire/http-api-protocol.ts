import type { AwsError } from '#sandbox/aws-error.ts';
import type { WireResponse } from './host.ts';
import type { Incoming, Protocol, ReadCall } from './protocol.ts';

/** A request to a deployed HTTP API, as the service behind `execute-api` receives it. */
export interface HttpApiInput {
  readonly apiId: string;
  readonly method: string;
  /** Below the API's base URL, percent-encoded as sent, always starting with a slash. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface HttpApiOutput {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** What the base URL of every API begins with: `<endpoint>/_api/<apiId>`. */
export const HTTP_API_PREFIX = '/_api/';

/** Plain HTTP through to the API. Errors look as API Gateway's own do: `{"message": "Forbidden"}`. */
export const httpApiProtocol: Protocol = { read, error };

function read({ request }: Incoming): ReadCall {
  const [, apiId = '', path = ''] = /^\/_api\/([^/]+)(\/.*)?$/s.exec(request.path) ?? [];
  const { method, query, headers, body } = request;
  const input: HttpApiInput = { apiId, method, path: path || '/', query, headers, body };
  return { operation: 'Invoke', input, write: (output) => output as HttpApiOutput };
}

function error(_incoming: Incoming, failure: AwsError): WireResponse {
  return {
    status: failure.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': failure.code },
    body: JSON.stringify({ message: failure.status === 403 ? 'Forbidden' : failure.message }),
  };
}
