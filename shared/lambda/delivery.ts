/** The stack for webhooks: a request without an authorizer, whose bytes are what counts. */
import middy from '@middy/core';
import { problemDocument } from '#shared/domain/http/problem-document.ts';
import { log, logFailure } from './log.ts';
import { type Resources, resources } from './resources.ts';
import { shownOf } from './shown-problem.ts';

/** What is read of an API Gateway event (HTTP API Developer Guide, payload format 2.0). */
export interface DeliveryEvent {
  readonly rawPath: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly pathParameters?: Readonly<Record<string, string | undefined>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
  readonly requestContext: { readonly timeEpoch: number; readonly requestId: string };
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
      const { requestId } = request.requestContext;
      const reported = shownOf(error, requestId);
      const path = request.rawPath.slice(0, 200);
      if (reported.status >= 500) logFailure('delivery broke', error, { request: requestId, path });
      else log.warn('delivery refused', { code: reported.code, path, request: requestId });
      return { statusCode: reported.status, ...problemDocument(reported, path) };
    }
  });
}

export function jsonAnswer(statusCode: number, body: unknown, headers: HttpAnswer['headers'] = {}): HttpAnswer {
  return { statusCode, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}
