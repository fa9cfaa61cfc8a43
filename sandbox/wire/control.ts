import type { WireHost, WireRequest, WireResponse } from './host.ts';

const PREFIX = '/_sandbox/';

export const isControl = (request: WireRequest): boolean => request.path.startsWith(PREFIX);

/**
 * What no AWS service offers: `POST /_sandbox/advance?seconds=901` lets virtual time pass, in live mode only, and `GET /_sandbox/clock` says
 * which second it is, for who signs with the time. Unsigned, so that curl can do it; a request with an Origin is refused, because a page in a browser has no business here.
 */
export async function answerControl(host: WireHost, request: WireRequest): Promise<WireResponse> {
  const { method, path, query, headers } = request;
  if (headers['origin'] !== undefined) return json(403, { message: 'Not for browsers.' });
  if (method === 'GET' && path === `${PREFIX}clock`) return text(`${Math.floor(host.sandbox.now() / 1000)}\n`);
  if (!host.advance || method !== 'POST' || path !== `${PREFIX}advance`) {
    return json(404, { message: `There is no ${method} ${path} here.` });
  }
  const seconds = Number(new Map(query).get('seconds') ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0) return json(400, { message: 'seconds must be a number, 0 or more.' });
  try {
    await host.advance(seconds * 1000);
  } catch (error) {
    return json(500, { message: error instanceof Error ? error.message : String(error) });
  }
  return json(200, { now: new Date(host.sandbox.now()).toISOString() });
}

function text(body: string): WireResponse {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}

function json(status: number, value: object): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
