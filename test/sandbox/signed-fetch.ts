import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { credentials } from './fake-identity.ts';

export interface SignedRequest {
  readonly service: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly region?: string;
  /** When it is signed; the virtual beginning of a new world unless given. */
  readonly at?: Date;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string | undefined;
  readonly accessKeyId?: string;
}

/** The headers and URL of a request signed by Smithy's own signer, so that a test can change them before it sends it. */
export async function sign(endpoint: string, request: SignedRequest) {
  const url = new URL(endpoint);
  const signer = new SignatureV4({
    service: request.service,
    region: request.region ?? 'eu-west-1',
    credentials: { ...credentials, ...pick(request) },
    sha256: Sha256 as never,
    uriEscapePath: request.service !== 's3',
    applyChecksum: true,
  });
  const method = request.method ?? 'POST';
  const signed = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: url.hostname,
      port: Number(url.port),
      path: request.path ?? '/',
      query: request.query ?? {},
      headers: { host: url.host, ...request.headers },
      ...(request.body !== undefined && { body: request.body }),
    },
    { signingDate: request.at ?? new Date('2026-01-05T09:00:00Z') },
  );
  const search = new URLSearchParams(request.query).toString().replaceAll('+', '%20');
  const { host, ...headers } = signed.headers;
  return { url: `${endpoint}${request.path ?? '/'}${search && `?${search}`}`, method, headers, body: request.body };
}

export async function signedFetch(endpoint: string, request: SignedRequest): Promise<Response> {
  const { url, method, headers, body } = await sign(endpoint, request);
  return fetch(url, { method, headers, ...(body !== undefined && { body }) });
}

const pick = ({ secretAccessKey, sessionToken, accessKeyId }: SignedRequest) =>
  Object.fromEntries(
    Object.entries({ secretAccessKey, sessionToken, accessKeyId }).filter(([, value]) => value !== undefined),
  );

/** The hash that the signer asks for, from node:crypto. */
function Sha256(this: { update: (data: Uint8Array) => void; digest: () => Promise<Uint8Array> }, secret?: Uint8Array) {
  const hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  this.update = (data) => void hash.update(data);
  this.digest = async () => new Uint8Array(hash.digest());
}
