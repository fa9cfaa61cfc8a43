import * as z from 'zod';

/** What goes back over the wire. A header with several values is a list. */
export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
}

const answer = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/** API Gateway's own answer: `{"message": …}`. */
export function gatewayMessage(status: number, message: string): ApiResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: encoded(JSON.stringify({ message })) };
}

/** Refused by the gateway itself: what is wrong with a token is said in `www-authenticate` alone (RFC 6750, section 3). */
export function refusedToken(why: 'missing' | 'invalid' | 'scope'): ApiResponse {
  const errors = { missing: '', invalid: ' error="invalid_token"', scope: ' error="insufficient_scope"' };
  const { headers, ...rest } = why === 'scope' ? gatewayMessage(403, 'Forbidden') : gatewayMessage(401, 'Unauthorized');
  return { ...rest, headers: { ...headers, 'www-authenticate': `Bearer${errors[why]}` } };
}

export const internalError = gatewayMessage(500, 'Internal Server Error');

/** What a function's result means: with a `statusCode` the whole response, without one its body (payload format 2.0). */
export function proxyResponse(payload: Uint8Array): ApiResponse {
  const result: unknown = JSON.parse(new TextDecoder().decode(payload));
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) return bodyOnly(result);
  const read = answer.safeParse(result);
  if (!read.success) return internalError;
  const { statusCode, headers, cookies, body, isBase64Encoded } = read.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: statusCode,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      ...Object.fromEntries(named),
      ...(cookies && cookies.length > 0 && { 'set-cookie': cookies }),
    },
    body: isBase64Encoded ? new Uint8Array(Buffer.from(body ?? '', 'base64')) : encoded(body ?? ''),
  };
}

function bodyOnly(result: unknown): ApiResponse {
  const text = typeof result === 'string' ? result : JSON.stringify(result);
  return { status: 200, headers: { 'content-type': 'application/json' }, body: encoded(text) };
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
