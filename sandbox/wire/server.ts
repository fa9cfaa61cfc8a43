import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl, isControl } from './control.ts';
import { dispatch } from './dispatch.ts';
import type { WireHost, WireRequest, WireResponse } from './host.ts';
import { answerOutside, isOutside } from './outside.ts';
import { answerResponse, isResponse } from './response-url.ts';

export interface WireServer {
  /** `http://127.0.0.1:<port>`. */
  readonly endpoint: string;
  /** Ends every connection, also those under way. */
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 20 * 1024 * 1024;
const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** Serves every AWS protocol of the sandbox on one loopback port that the system picks. */
export async function listen(host: WireHost): Promise<WireServer> {
  const server = createServer((incoming, outgoing) => {
    serve(host, incoming, outgoing).catch((error: Error) => {
      // A client that hung up early is no news; an answer that cannot be sent is a defect of the sandbox.
      const line = `${incoming.method} ${incoming.url}: ${error.stack}`;
      if (incoming.complete) host.sandbox.record({ kind: 'log', at: host.sandbox.now(), source: 'wire', line });
      incoming.socket.destroy();
    });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MILLISECONDS;
  server.headersTimeout = REQUEST_TIMEOUT_MILLISECONDS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, close: () => close(server) };
}

async function serve(host: WireHost, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const requestId = host.sandbox.uuid('request');
  const body = await readBody(incoming);
  if (body === 'too large') return send(host, outgoing, { ...tooLarge, requestId, last: true });
  const request = requestOf(incoming, body, requestId);
  if (request === 'malformed') return send(host, outgoing, { ...badRequest, requestId, last: false });
  const response = await respond(host, request);
  if (response === 'no-reply') incoming.socket.destroy();
  else send(host, outgoing, { ...response, requestId, last: false });
}

async function respond(host: WireHost, request: WireRequest): Promise<WireResponse | 'no-reply'> {
  if (isControl(request)) return answerControl(host, request);
  if (isOutside(request)) return answerOutside(host, request);
  return isResponse(request) ? answerResponse(host, request) : dispatch(host, request);
}

const tooLarge: WireResponse = plain(413, 'The sandbox takes requests of at most 20 MiB.');
const badRequest: WireResponse = plain(400, 'The request line is not percent-encoded UTF-8.');

function plain(status: number, body: string): WireResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array | 'too large'> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    // What is too much is read and dropped: leaving the loop would close the connection before the answer.
    if (length <= BODY_LIMIT_BYTES) chunks.push(chunk);
  }
  return length <= BODY_LIMIT_BYTES ? Buffer.concat(chunks) : 'too large';
}

function requestOf(incoming: IncomingMessage, body: Uint8Array, requestId: string): WireRequest | 'malformed' {
  const [path = '/', search = ''] = splitOnce(incoming.url ?? '/', '?');
  const headers = Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(',')]);
  try {
    decodeURIComponent(path);
    const query = search
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => splitOnce(pair, '='))
      .map(([name, value]) => [decodeURIComponent(name), decodeURIComponent(value)] as const);
    return { method: incoming.method ?? 'GET', path, query, headers: Object.fromEntries(headers), body, requestId };
  } catch {
    return 'malformed';
  }
}

type Sent = WireResponse & { readonly requestId: string; readonly last: boolean };

/** Every answer carries the virtual clock as its Date, from which SDK clients correct the clock they sign with. */
function send(host: WireHost, outgoing: ServerResponse, { status, headers, body, requestId, last }: Sent): void {
  outgoing.sendDate = false;
  outgoing.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    date: new Date(host.sandbox.now()).toUTCString(),
    'x-amzn-requestid': requestId,
    'x-amz-request-id': requestId,
    ...headers,
    ...(last && { connection: 'close' }),
  });
  outgoing.end(body);
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
