import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import type { SigningCaller } from '../kernel.ts';
import type { VerifiedToken } from './jwt-authorizer.ts';
import type { RouteMatch } from './route-match.ts';
import type { HttpApi } from './state.ts';

/** A request to an API, read off the wire. */
export interface ApiRequest {
  readonly apiId: string;
  readonly method: string;
  /** Still percent-encoded, without the API's own part. */
  readonly path: string;
  /** In the order sent; a name may come again. */
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface ProxyRequest {
  readonly api: HttpApi;
  readonly match: RouteMatch;
  readonly request: ApiRequest;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly organizationId: string;
  /** Whoever signed, on a route with AWS_IAM. */
  readonly signer?: SigningCaller;
  /** On a route with a JWT authorizer. */
  readonly token?: VerifiedToken;
}

type ProxyEvent = Omit<APIGatewayProxyEventV2WithIAMAuthorizer, 'requestContext'> & {
  requestContext: Omit<APIGatewayProxyEventV2WithIAMAuthorizer['requestContext'], 'authorizer'> & {
    authorizer?: { iam: Record<string, string | null> } | { jwt: VerifiedToken };
  };
};

/** The event a function receives, payload format 2.0 (HTTP API Developer Guide, "Create AWS Lambda proxy integrations"). */
export function proxyEvent(proxied: ProxyRequest): ProxyEvent {
  const { match, request } = proxied;
  const { cookie, ...headers } = lowerCased(request.headers);
  const rawQueryString = new URLSearchParams(request.query.map(([name, value]) => [name, value])).toString();
  return {
    version: '2.0',
    routeKey: match.route.key,
    rawPath: request.path,
    rawQueryString,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(rawQueryString !== '' && { queryStringParameters: joined(request.query) }),
    ...(Object.keys(match.parameters).length > 0 && { pathParameters: { ...match.parameters } }),
    requestContext: requestContext(proxied, headers),
    ...body(request.body),
  };
}

function requestContext(
  { api, match, request, requestId, now, organizationId, signer, token }: ProxyRequest,
  headers: Readonly<Record<string, string>>,
): ProxyEvent['requestContext'] {
  return {
    accountId: api.account,
    apiId: api.id,
    domainName: `${api.id}.execute-api.${api.region}.amazonaws.com`,
    domainPrefix: api.id,
    ...(signer && { authorizer: { iam: iamOf(signer, organizationId) } }),
    ...(token && { authorizer: { jwt: token } }),
    http: {
      method: request.method,
      path: request.path,
      protocol: 'HTTP/1.1',
      sourceIp: '127.0.0.1',
      userAgent: headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: match.route.key,
    stage: '$default',
    time: logTime(now),
    timeEpoch: now,
  };
}

function iamOf(signer: SigningCaller, organizationId: string): Record<string, string | null> {
  const uniqueId = signer.kind === 'user' ? signer.userId : `${signer.roleId}:${signer.sessionName}`;
  return {
    accessKey: signer.accessKeyId,
    accountId: signer.account,
    callerId: uniqueId,
    cognitoIdentity: null,
    principalOrgId: organizationId,
    userArn: signer.arn,
    userId: uniqueId,
  };
}

/** Values of a repeated parameter are joined with commas. */
function joined(query: ApiRequest['query']): Record<string, string> {
  const values = Map.groupBy(query, ([name]) => name);
  return Object.fromEntries([...values].map(([name, pairs]) => [name, pairs.map(([, value]) => value).join(',')]));
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Text as it is, any other bytes in base64. */
function body(bytes: Uint8Array): { body?: string; isBase64Encoded: boolean } {
  if (bytes.length === 0) return { isBase64Encoded: false };
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return { body: text, isBase64Encoded: false };
  return { body: Buffer.from(bytes).toString('base64'), isBase64Encoded: true };
}

/** `05/Jan/2026:09:00:00 +0000`, the time of a request in the common log format. */
function logTime(milliseconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
