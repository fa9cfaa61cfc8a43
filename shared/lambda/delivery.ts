/** The stack for webhooks: a request without an authorizer, whose bytes are what counts. */
import middy from '@middy/core';
import { DrawbridgeError, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { log, logFailure } from './log.ts';
import { type Resources, resources } from './resources.ts';

/** What is read of an API Gateway event (HTTP API Developer Guide, payload format 2.0). */
export interface DeliveryEvent {
  readonly rawPath: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly timeEpoch: number };
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A Lambda handler for deliveries. A problem is answered as such; anything unforeseen is logged and answered as INTERNAL. */
export function onDelivery(run: (event: DeliveryEvent, resources: Resources) => Promise<HttpAnswer>) {
  return middy().handler(async (event: unknown): Promise<HttpAnswer> => {
    const request = event as DeliveryEvent;
    try {
      return await run(request, resources);
    } catch (error) {
      const reported = shownOf(error);
      if (reported.status >= 500) logFailure('delivery broke', error);
      else log.warn('delivery refused', { code: reported.code, path: request.rawPath });
      return problemAnswer(reported, request.rawPath);
    }
  });
}

/** What AWS said is for the log: it names roles and tables, and who reads the answer may be anybody. */
function shownOf(error: unknown): Problem {
  return error instanceof DrawbridgeError && error.cause === undefined ? error.problem : problem('INTERNAL', {});
}

export function jsonAnswer(statusCode: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

/** `application/problem+json` (RFC 9457), as the API answers. */
function problemAnswer({ code, status, cause: detail, next, place }: Problem, instance: string): HttpAnswer {
  const body = { type: 'about:blank', title: code, status, detail, code, next, place, instance };
  return jsonAnswer(status, body, { 'content-type': 'application/problem+json' });
}
