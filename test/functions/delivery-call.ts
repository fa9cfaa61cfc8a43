/** A delivery as API Gateway hands it over (payload format 2.0, no authorizer), and what the function answers. */
import { handler } from '#functions/webhook/handler.ts';
import { monday } from '#test/builders.ts';
import { answerOf } from './answer-of.ts';

interface Sent {
  readonly source?: string;
  readonly body?: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly isBase64Encoded?: boolean;
  readonly at?: number;
}

export async function deliver({ source = 'orders-ci', body, headers, isBase64Encoded = false, at }: Sent) {
  const path = `/v1/webhooks/${source}`;
  const event = {
    ...{ version: '2.0', routeKey: 'POST /v1/webhooks/{source}', rawPath: path, rawQueryString: '', isBase64Encoded },
    headers: { host: 'api.example', ...headers },
    pathParameters: { source },
    requestContext: {
      ...{ accountId: '111111111111', apiId: 'api', domainName: 'api.example', stage: '$default', requestId: 'r-1' },
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'GitHub-Hookshot/1' },
      timeEpoch: at ?? Date.parse(monday),
    },
    ...(body === undefined ? {} : { body }),
  };
  return answerOf(handler, event);
}
