import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WireRequest } from './host.ts';

/** Where and when a signature is valid: the credential scope. */
interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** A Signature Version 4 as found in the Authorization header, or in the query of a presigned URL. */
export interface Signature {
  readonly form: 'header' | 'presigned';
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  readonly sessionToken?: string;
  /** Presigned only. */
  readonly expiresSeconds?: number;
}

export type FoundSignature =
  | { readonly kind: 'signature'; readonly signature: Signature }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed'; readonly message: string };

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Finds the request's signature without judging it. Another scheme in the Authorization header (`Bearer`) counts as none. */
export function findSignature(request: WireRequest): FoundSignature {
  const authorization = request.headers['authorization'];
  if (authorization?.startsWith(`${ALGORITHM} `)) return fromHeader(request, authorization.slice(ALGORITHM.length + 1));
  const presigned = new Map(request.query);
  return presigned.has('X-Amz-Algorithm') ? fromQuery(presigned) : { kind: 'none' };
}

/**
 * True when the signature is the one this secret makes of this request (IAM User Guide, "Create a signed AWS API request"). S3 signs the
 * path as sent, every other service encodes it once more. Compared in constant time.
 */
export function isSignedWith(secretAccessKey: string, request: WireRequest, found: Signature): boolean {
  const { date, region, service } = found.scope;
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = [ALGORITHM, found.timestamp, scope, sha256(canonicalRequest(request, found))].join('\n');
  const key = signingKey(secretAccessKey, [date, region, service, 'aws4_request']);
  return isSame(hmac(key, toSign).toString('hex'), found.signature);
}

/** The same for a day, and asked for with every request of a session. */
function signingKey(secretAccessKey: string, scope: readonly string[]): Buffer {
  const name = sha256(JSON.stringify([secretAccessKey, ...scope]));
  const known = signingKeys.get(name);
  if (known !== undefined) return known;
  if (signingKeys.size > 1000) signingKeys.clear();
  const [first = '', ...rest] = scope;
  const made = rest.reduce(hmac, hmac(`AWS4${secretAccessKey}`, first));
  signingKeys.set(name, made);
  return made;
}

const signingKeys = new Map<string, Buffer>();

/** Equality that takes the same time wherever the difference is. */
export function isSame(left: string, right: string): boolean {
  // Digests have one length whatever the texts have, which timingSafeEqual demands.
  return timingSafeEqual(Buffer.from(sha256(left)), Buffer.from(sha256(right)));
}

/** The payload's digest, or the reason there is none, as the client declares it in a header or in a presigned URL. */
export const declaredPayload = (request: WireRequest): string | undefined =>
  request.headers['x-amz-content-sha256'] ?? new Map(request.query).get('X-Amz-Content-Sha256');

export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

function fromHeader(request: WireRequest, fields: string): FoundSignature {
  const parsed = new Map(fields.split(',').map((field) => splitOnce(field.trim(), '=')));
  const sessionToken = request.headers['x-amz-security-token'];
  return compose({
    form: 'header',
    credential: parsed.get('Credential'),
    signedHeaders: parsed.get('SignedHeaders'),
    signature: parsed.get('Signature'),
    timestamp: request.headers['x-amz-date'],
    sessionToken,
  });
}

function fromQuery(query: ReadonlyMap<string, string>): FoundSignature {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) return malformed(`X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const expires = query.get('X-Amz-Expires') ?? '';
  if (!/^\d{1,6}$/.test(expires) || Number(expires) > 604_800) {
    return malformed('X-Amz-Expires must be a number of seconds and at most 604800, one week');
  }
  return compose({
    form: 'presigned',
    credential: query.get('X-Amz-Credential'),
    signedHeaders: query.get('X-Amz-SignedHeaders'),
    signature: query.get('X-Amz-Signature'),
    timestamp: query.get('X-Amz-Date'),
    sessionToken: query.get('X-Amz-Security-Token'),
    expiresSeconds: Number(expires),
  });
}

interface Fields {
  readonly form: Signature['form'];
  readonly credential: string | undefined;
  readonly signedHeaders: string | undefined;
  readonly signature: string | undefined;
  readonly timestamp: string | undefined;
  readonly sessionToken: string | undefined;
  readonly expiresSeconds?: number;
}

function compose(fields: Fields): FoundSignature {
  const { credential, signedHeaders, signature, timestamp, sessionToken, form, expiresSeconds } = fields;
  if (!credential || !signedHeaders || !signature || !timestamp) {
    return malformed(
      "Authorization requires 'Credential', 'SignedHeaders' and 'Signature' parameters and an 'X-Amz-Date' header or parameter.",
    );
  }
  const [accessKeyId, date, region, service, terminator, ...rest] = credential.split('/');
  if (!accessKeyId || !date || !region || !service || terminator !== 'aws4_request' || rest.length > 0) {
    return malformed('Credential must have the form <access key>/<date>/<region>/<service>/aws4_request.');
  }
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) return malformed('Date must be in ISO-8601 basic format.');
  const names = signedHeaders.split(';');
  return {
    kind: 'signature',
    signature: {
      form,
      accessKeyId,
      scope: { date, region, service },
      signedHeaders: names,
      signature,
      timestamp,
      ...(sessionToken !== undefined && { sessionToken }),
      ...(expiresSeconds !== undefined && { expiresSeconds }),
    },
  };
}

const malformed = (message: string): FoundSignature => ({ kind: 'malformed', message });

function canonicalRequest(request: WireRequest, found: Signature): string {
  const headers = found.signedHeaders.map(
    (name) => `${name}:${(request.headers[name] ?? '').trim().replaceAll(/ +/g, ' ')}\n`,
  );
  return [
    request.method,
    found.scope.service === 's3' ? request.path : encodePathAgain(request.path),
    canonicalQuery(request.query),
    headers.join(''),
    found.signedHeaders.join(';'),
    payloadHash(request, found),
  ].join('\n');
}

const encodePathAgain = (path: string): string => path.split('/').map(encodeRfc3986).join('/');

function canonicalQuery(query: WireRequest['query']): string {
  return query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function payloadHash(request: WireRequest, found: Signature): string {
  const declared = declaredPayload(request);
  if (declared !== undefined) return declared;
  return found.form === 'presigned' && found.scope.service === 's3' ? 'UNSIGNED-PAYLOAD' : sha256(request.body);
}

/** encodeURIComponent leaves five characters alone that RFC 3986 reserves. */
const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
