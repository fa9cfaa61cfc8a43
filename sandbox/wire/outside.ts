import { pageAt } from '#sandbox/outside.ts';
import type { WireHost, WireRequest, WireResponse } from './host.ts';

const PATH = '/_outside/';

export const isOutside = (request: WireRequest): boolean => request.path === PATH;

/** `GET /_outside/?url=…`: what Drawbridge's functions ask in the place of the address. A request with an Origin comes from a browser, which has no business here. */
export function answerOutside(
  { sandbox }: WireHost,
  { method, query, headers }: WireRequest,
): WireResponse | 'no-reply' {
  const url = new Map(query).get('url');
  if (method !== 'GET' || url === undefined || headers['origin'] !== undefined)
    return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'Not for browsers.' };
  const page = pageAt(sandbox, url);
  return page === 'no-reply' ? page : { ...page, headers: { 'content-type': 'text/plain' } };
}
