/** An API on loopback that answers in JSON as a test says, and the environment of somebody who is signed in to AWS. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';

interface Received {
  /** Method and path. */
  readonly call: string;
  readonly headers: IncomingHttpHeaders;
  /** Undefined where nothing was sent. */
  readonly body: unknown;
}

interface Answer {
  /** 200 unless it is said. */
  readonly status?: number;
  readonly body: unknown;
}

/** Listens during the tests of a file. What was received is forgotten before each test; a request joins it once its answer is known. */
export function jsonServer(answer: (request: Received) => Answer) {
  const api = { endpoint: '', received: [] as Received[] };
  const server = createServer(async (incoming, response) => {
    const call = `${incoming.method} ${incoming.url}`;
    const request = { call, headers: incoming.headers, body: await bodyOf(incoming) };
    const { status = 200, body } = answer(request);
    api.received.push(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    api.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    api.received = [];
  });
  afterAll(() => void server.close());
  return api;
}

async function bodyOf(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString());
}

/** Each test of the file runs with credentials, and with nothing that says where or as whom to work. */
export function signedIn(): void {
  beforeEach(() => {
    for (const name of ['DRAWBRIDGE_API', 'AWS_REGION', 'AWS_PROFILE', 'AWS_ENDPOINT_URL']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_ACCESS_KEY_ID', `ASIA${'X'.repeat(16)}`);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  });
  afterEach(() => void vi.unstubAllEnvs());
}
