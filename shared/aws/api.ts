/** Drawbridge's own HTTP API, called as an IAM identity: requests are signed, and no other secret exists. */

import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { catalogue, DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { type SignIn, throughSdk } from './sign-in.ts';

export interface ApiCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Where the API is and as whom it is called: with credentials, else by a way of signing in, else as the AWS SDK finds them. */
export interface Api {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials?: ApiCredentials;
  readonly signIn?: SignIn;
}

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** No call of the API takes longer than API Gateway allows (30 s). */
const timeoutMilliseconds = 35_000;

/** The parsed answer of one request. Throws the problem that the API answered with, ACCESS_DENIED, API_UNREACHABLE, or what signing in does. */
export async function callApi<Answer>(api: Api, request: ApiRequest): Promise<Answer> {
  const signed = await sign(api, request);
  const response = await fetch(signed.url, { ...signed.init, signal: AbortSignal.timeout(timeoutMilliseconds) }).catch(
    (error: Error) => {
      throw failure('API_UNREACHABLE', { endpoint: api.endpoint, message: `${error.cause ?? error.message}` });
    },
  );
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer as Answer;
  throw new DrawbridgeError(problemIn(answer, response.status, `${request.method} ${request.path}`));
}

/** Sends bytes to an upload address. One that was used before is fine: the address takes these bytes or none. */
export async function upload(
  to: { url: string; headers: Readonly<Record<string, string>> },
  body: Uint8Array,
): Promise<void> {
  const init = {
    method: 'PUT',
    headers: { ...to.headers },
    body: Buffer.from(body),
    signal: AbortSignal.timeout(timeoutMilliseconds),
  };
  const response = await fetch(to.url, init);
  if (response.ok || response.status === 412 || response.status === 409) return;
  throw failure('AWS_REFUSED', {
    service: 'Amazon S3',
    code: `HTTP ${response.status}`,
    message: s3Words(await response.text()),
  });
}

/** Of S3's answer only what it says: with a signature it does not like it repeats the address, which holds the API's session token. */
function s3Words(answer: string): string {
  const words = [...answer.matchAll(/<(?:Code|Message)>([^<]{1,500})/g)].map(([, text]) => text);
  return words.length === 0 ? 'S3 gave no reason' : words.join(': ');
}

async function sign(api: Api, request: ApiRequest): Promise<{ url: string; init: RequestInit }> {
  const url = new URL(`${api.endpoint}${request.path}`);
  for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const signer = new SignatureV4({
    service: 'execute-api',
    region: api.region,
    credentials: api.credentials ?? (await (api.signIn ?? throughSdk({ region: api.region }))()),
    sha256: Hash.bind(null, 'sha256'),
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: {
      host: url.host,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  return {
    url: url.href,
    init: { method: request.method, headers: signed.headers, ...(body === undefined ? {} : { body }) },
  };
}

/** API Gateway's own refusals are `{"message"}` without a code; the API's are problem documents. */
function problemIn(answer: unknown, status: number, what: string): Problem {
  const document = (typeof answer === 'object' && answer !== null ? answer : {}) as Partial<
    Record<'code' | 'detail' | 'next' | 'message', string>
  > & {
    place?: Problem['place'];
  };
  if (document.code !== undefined) {
    const { code, detail = '', next = '', place = {} } = document;
    const known = Object.entries(catalogue).find(([candidate]) => candidate === code)?.[1];
    return { code, cause: detail, next, place, status, exit: known?.exit ?? exitOf(status) };
  }
  const message = `${what} was answered with HTTP ${status}: ${document.message ?? 'no message'}`;
  const refused = status === 401 || status === 403;
  return (
    refused
      ? notAllowed(what, message)
      : failure('AWS_REFUSED', { service: 'Amazon API Gateway', code: `${status}`, message })
  ).problem;
}

/** API Gateway checks the caller before anything of ours runs, so no role of a target account is to blame. */
function notAllowed(what: string, message: string): DrawbridgeError {
  const { problem } = failure('ACCESS_DENIED', { message });
  const next = `Whoever signed the request may not ${what}: give them execute-api:Invoke on it, as docs/how-to/package-and-deploy.md says, or sign in as somebody who has it.`;
  return new DrawbridgeError({ ...problem, next });
}

/** For what this version does not know, the status tells what kind of problem it is: a wrong request, a gate, a permission, or a broken service. */
function exitOf(status: number): Problem['exit'] {
  if (status === 401 || status === 403) return 4;
  if (status === 409) return 3;
  return status >= 500 || status === 429 ? 5 : 2;
}
