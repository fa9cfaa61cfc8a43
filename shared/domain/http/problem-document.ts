/** A problem as the HTTP API answers it. */
import type { Problem } from '../errors/problem.ts';

/** Seconds after which what is busy may be asked again. */
const retryAfter = '5';

/** `application/problem+json` (RFC 9457) with the catalogue's code, cause, place and next step, and every fault with its pointer as `errors`. */
export function problemDocument(reported: Problem, instance: string) {
  const { code, status, cause, next, place } = reported;
  const own = place.pointer === undefined ? [] : [{ code, pointer: place.pointer, detail: cause }];
  const errors = reported.errors ?? own;
  const document = {
    type: 'about:blank',
    title: code,
    status,
    detail: cause,
    code,
    next,
    place,
    ...(errors.length === 0 ? {} : { errors }),
    instance,
  };
  const headers = {
    'content-type': 'application/problem+json',
    ...(status === 429 || status === 503 ? { 'retry-after': retryAfter } : {}),
  };
  return { headers, body: JSON.stringify(document) };
}
