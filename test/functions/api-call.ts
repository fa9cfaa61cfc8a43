/** A request as API Gateway hands it over (payload format 2.0, IAM authorizer), and what the API answers. */
import { handler } from '#functions/api/handler.ts';
import { monday } from '#test/builders.ts';
import { answerOf } from './answer-of.ts';

export const person = (name: string) =>
  `arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_ReleaseManager_3f1c9a7be2d04856/${name}`;

interface Asked {
  readonly body?: unknown;
  readonly query?: string;
  readonly userArn?: string;
  /** What API Gateway authenticated, where it is no IAM identity; null for nothing at all. */
  readonly authorizer?: object | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function callHandler(route: string, asked: Asked = {}) {
  const { body, query = '', userArn = person('alice'), headers = {} } = asked;
  const authorizer = asked.authorizer === undefined ? { iam: { userArn } } : asked.authorizer;
  const [method, path] = route.split(' ') as [string, string];
  const event = {
    ...{ version: '2.0', routeKey: 'ANY /v1/{proxy+}', rawPath: path, rawQueryString: query, isBase64Encoded: false },
    headers: { host: 'api.example', 'content-type': 'application/json', ...headers },
    requestContext: {
      ...{ accountId: '111111111111', apiId: 'api', ...(authorizer && { authorizer }), domainName: 'api.example' },
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      ...{ requestId: 'r-1', routeKey: 'ANY /v1/{proxy+}', stage: '$default', timeEpoch: Date.parse(monday) },
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  return answerOf(handler, event);
}
