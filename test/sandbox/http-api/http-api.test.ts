import { describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import { apiUrl } from '#sandbox/http-api/api-url.ts';
import type { ApiResponse } from '#sandbox/http-api/proxy-response.ts';
import { httpApiService } from '#sandbox/http-api/service.ts';
import type { Caller, Json, Service } from '#sandbox/kernel.ts';
import { elsewhere, home, person, region, start, stubSandbox } from '../lambda/stub-sandbox.ts';

const functionArn = `arn:aws:lambda:${region}:${home}:function:drawbridge-api`;
const anonymous: Caller = { kind: 'service', service: 'anonymous', account: '' };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (body: Uint8Array) => new TextDecoder().decode(body);

/** An API as the Serverless Framework packages it, over a function that answers as told. */
const sandboxWith = async (answer: (event: Record<string, Json>) => unknown, route: Record<string, Json> = {}) => {
  const events: Record<string, Json>[] = [];
  const callers: Caller[] = [];
  const lambda: Service = {
    name: 'lambda',
    operations: {
      Invoke: {
        permissions: () => [],
        run: ({ input, caller }) => {
          const event = JSON.parse(text(input.Payload));
          events.push(event);
          callers.push(caller);
          const result = answer(event);
          if (result instanceof AwsError) throw result;
          if (result instanceof Error) return { FunctionError: 'Unhandled', Payload: bytes('{"errorType":"Error"}') };
          return { Payload: bytes(JSON.stringify(result ?? null)) };
        },
      },
    },
    jobs: {},
    providers: {},
  };
  const sandbox = stubSandbox([httpApiService, lambda]);
  const ApiId = await sandbox.create('AWS::ApiGatewayV2::Api', { Name: 'drawbridge', ProtocolType: 'HTTP' });
  await sandbox.create('AWS::ApiGatewayV2::Stage', { ApiId, StageName: '$default', AutoDeploy: true });
  const integration = { ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn, PayloadFormatVersion: '2.0' };
  const Target = `integrations/${await sandbox.create('AWS::ApiGatewayV2::Integration', integration)}`;
  const RouteKey = 'ANY /v1/{proxy+}';
  const properties = { ApiId, RouteKey, AuthorizationType: 'AWS_IAM', Target, ...route };
  const routeId = await sandbox.create('AWS::ApiGatewayV2::Route', properties);
  const request = (more: object = {}, as: object = {}) => {
    const input = {
      apiId: ApiId,
      method: 'GET',
      path: '/v1/releases',
      query: [],
      headers: {},
      body: bytes(''),
      ...more,
    };
    return sandbox.call<ApiResponse>('Invoke', input, as);
  };
  return { sandbox, ApiId, routeId, properties, events, callers, request };
};
const message = (response: ApiResponse) => ({ status: response.status, ...JSON.parse(text(response.body)) });

describe('a request', () => {
  it('reaches the function as an event of payload format 2.0', async () => {
    const { ApiId, events, request } = await sandboxWith(() => ({ statusCode: 202 }));
    await request({
      method: 'POST',
      path: '/v1/promotions/a%20b',
      query: [
        ['state', 'open'],
        ['state', 'held'],
        ['q', 'a b'],
      ],
      headers: { 'User-Agent': 'drawbridge', 'Idempotency-Key': 'k', cookie: 'a=1; b=2' },
      body: bytes('{"release":"r-1"}'),
    });
    expect(events).toEqual([
      {
        version: '2.0',
        routeKey: 'ANY /v1/{proxy+}',
        rawPath: '/v1/promotions/a%20b',
        rawQueryString: 'state=open&state=held&q=a+b',
        cookies: ['a=1', 'b=2'],
        headers: { 'user-agent': 'drawbridge', 'idempotency-key': 'k' },
        queryStringParameters: { state: 'open,held', q: 'a b' },
        pathParameters: { proxy: 'promotions/a b' },
        body: '{"release":"r-1"}',
        isBase64Encoded: false,
        requestContext: {
          accountId: home,
          apiId: ApiId,
          domainName: `${ApiId}.execute-api.${region}.amazonaws.com`,
          domainPrefix: ApiId,
          authorizer: {
            iam: {
              accessKey: 'ASIAalice',
              accountId: home,
              callerId: 'AROARELEASEMANAGER:alice',
              cognitoIdentity: null,
              principalOrgId: 'o-drawbridge',
              userArn: `arn:aws:sts::${home}:assumed-role/ReleaseManager/alice`,
              userId: 'AROARELEASEMANAGER:alice',
            },
          },
          http: {
            method: 'POST',
            path: '/v1/promotions/a%20b',
            protocol: 'HTTP/1.1',
            sourceIp: '127.0.0.1',
            userAgent: 'drawbridge',
          },
          requestId: '00000000-0000-4000-8000-000000000001',
          routeKey: 'ANY /v1/{proxy+}',
          stage: '$default',
          time: '05/Jan/2026:09:00:00 +0000',
          timeEpoch: start,
        },
      },
    ]);
  });

  it('carries bytes that are no text in base64, and no body at all when it is empty', async () => {
    const { events, request } = await sandboxWith(() => null);
    await request({ body: new Uint8Array([255, 0]) });
    await request();
    expect(events).toMatchObject([{ body: '/wA=', isBase64Encoded: true }, { isBase64Encoded: false }]);
    expect(events[1]).not.toHaveProperty('body');
    expect(events[1]).not.toHaveProperty('queryStringParameters');
  });

  it('invokes the function as API Gateway, for this route', async () => {
    const { ApiId, callers, request } = await sandboxWith(() => null);
    await request();
    const sourceArn = `arn:aws:execute-api:${region}:${home}:${ApiId}/$default/GET/v1/{proxy+}`;
    expect(callers).toEqual([{ kind: 'service', service: 'apigateway.amazonaws.com', account: home, sourceArn }]);
  });
});

describe('what the function returns', () => {
  it.each<[string, unknown, number, Record<string, unknown>, string]>([
    [
      'a response',
      { statusCode: 202, headers: { Location: '/v1/promotions/1' }, body: '{}' },
      202,
      { location: '/v1/promotions/1' },
      '{}',
    ],
    ['a status alone', { statusCode: '204' }, 204, { 'content-type': 'text/plain; charset=utf-8' }, ''],
    ['base64', { statusCode: 200, body: 'aGk=', isBase64Encoded: true }, 200, {}, 'hi'],
    ['cookies', { statusCode: 200, cookies: ['a=1', 'b=2'] }, 200, { 'set-cookie': ['a=1', 'b=2'] }, ''],
    ['an object without a status', { ok: true }, 200, { 'content-type': 'application/json' }, '{"ok":true}'],
    ['a string', 'hello', 200, { 'content-type': 'application/json' }, 'hello'],
    ['nothing', null, 200, {}, 'null'],
    ['a status that is none', { statusCode: 'ok' }, 500, {}, '{"message":"Internal Server Error"}'],
    ['an error', new Error('x'), 500, {}, '{"message":"Internal Server Error"}'],
    ['a refusal of Lambda', new AwsError('AccessDenied', 'no', 403), 500, {}, '{"message":"Internal Server Error"}'],
  ])('%s', async (...[, answer, status, headers, body]) => {
    const { request } = await sandboxWith(() => answer);
    const response = await request();
    expect(response).toMatchObject({ status, headers: { 'apigw-requestid': expect.any(String), ...headers } });
    expect(text(response.body)).toBe(body);
  });

  it('a defect of the sandbox is not swallowed', async () => {
    const { request } = await sandboxWith(() => {
      throw new TypeError('defect');
    });
    await expect(request()).rejects.toThrow('defect');
  });
});

describe('who may', () => {
  const forbidden = { status: 403, message: 'Forbidden' };

  it('is asked for execute-api:Invoke on the very path', async () => {
    const { sandbox, ApiId, request } = await sandboxWith(() => null);
    await request({ method: 'POST', path: '/v1/promotions' });
    expect(sandbox.asked.map(({ permission }) => permission)).toEqual([
      {
        action: 'execute-api:Invoke',
        resource: `arn:aws:execute-api:${region}:${home}:${ApiId}/$default/POST/v1/promotions`,
      },
    ]);
  });

  it.each([
    ['without a signature', { caller: anonymous }],
    ['signed in another account', { caller: person(elsewhere) }],
    ['signed for another region', { region: 'us-east-1' }],
  ])('not %s', async (_what, as) => {
    const { events, request } = await sandboxWith(() => null);
    expect(message(await request({}, as))).toEqual(forbidden);
    expect(events).toEqual([]);
  });

  it('not without permission', async () => {
    const { sandbox, events, request } = await sandboxWith(() => null);
    sandbox.denied.add('execute-api:Invoke');
    expect(message(await request())).toEqual(forbidden);
    expect(events).toEqual([]);
  });

  it('everybody on an open route, who then is nobody', async () => {
    const { events, request } = await sandboxWith(() => null, { AuthorizationType: 'NONE' });
    expect(await request({}, { caller: anonymous })).toMatchObject({ status: 200 });
    expect(events[0]?.['requestContext']).not.toHaveProperty('authorizer');
  });

  it.each<[string, Record<string, Json>]>([
    ['a function', { AuthorizationType: 'CUSTOM' }],
    ['an authorizer that is not there', { AuthorizationType: 'JWT', AuthorizerId: 'none' }],
  ])('nobody where %s is to decide, which is not simulated, and the journal says so', async (_what, route) => {
    const { sandbox, request } = await sandboxWith(() => null, route);
    expect(message(await request())).toEqual(forbidden);
    expect(sandbox.journal).toMatchObject([
      {
        kind: 'log',
        source: 'drawbridge',
        line: 'ANY /v1/{proxy+}: its authorizer is not simulated, so the request is refused',
      },
    ]);
  });
});

describe('no answer', () => {
  it.each([
    ['of an unknown API', { apiId: 'other' }],
    ['on an unknown path', { path: '/v2/x' }],
  ])('%s', async (_what, more) => {
    const { request } = await sandboxWith(() => null);
    expect(message(await request(more))).toEqual({ status: 404, message: 'Not Found' });
  });

  it('without the stage $default', async () => {
    const { sandbox, ApiId, request } = await sandboxWith(() => null);
    const properties = { ApiId, StageName: '$default' };
    const stage = sandbox.request('AWS::ApiGatewayV2::Stage', properties, { physicalId: '$default' });
    await sandbox.provider('AWS::ApiGatewayV2::Stage')!.remove(stage);
    expect(message(await request())).toEqual({ status: 404, message: 'Not Found' });
  });

  it.each<[string, Record<string, Json>]>([
    ['a proxy of a web address', { IntegrationType: 'HTTP_PROXY', IntegrationUri: 'https://example.com' }],
    ['payload format 1.0', { IntegrationType: 'AWS_PROXY', IntegrationUri: functionArn }],
  ])('from %s, which is not simulated', async (_what, properties) => {
    const { sandbox, ApiId, request } = await sandboxWith(() => null);
    const id = await sandbox.create('AWS::ApiGatewayV2::Integration', { ApiId, ...properties });
    await sandbox.create('AWS::ApiGatewayV2::Route', { ApiId, RouteKey: '$default', Target: `integrations/${id}` });
    expect(await request({ path: '/' })).toMatchObject({ status: 500 });
    expect(sandbox.journal).toMatchObject([{ line: expect.stringContaining('only AWS_PROXY') }]);
  });

  it('from a route without an integration', async () => {
    const { sandbox, ApiId, request } = await sandboxWith(() => null);
    await sandbox.create('AWS::ApiGatewayV2::Route', { ApiId, RouteKey: 'GET /bare' });
    expect(await request({ path: '/bare' })).toMatchObject({ status: 500 });
  });
});

describe('the resources', () => {
  it('Ref of an API is its id, its endpoint has AWS’s form, and it answers on loopback', async () => {
    const { sandbox, ApiId } = await sandboxWith(() => null);
    const type = 'AWS::ApiGatewayV2::Api';
    const request = sandbox.request(type, { Name: 'other', ProtocolType: 'HTTP' }, { physicalId: ApiId });
    expect(ApiId).toMatch(/^[a-z0-9]{10}$/);
    expect(await sandbox.provider(type)!.update(request)).toEqual({
      physicalId: ApiId,
      attributes: { ApiId, ApiEndpoint: `https://${ApiId}.execute-api.${region}.amazonaws.com` },
    });
    expect(sandbox.world.httpApi.apis[ApiId]?.name).toBe('other');
    expect(apiUrl(sandbox, ApiId)).toBe(`http://127.0.0.1:9/_api/${ApiId}`);
    await sandbox.provider(type)!.remove(request);
    expect(sandbox.world.httpApi.apis).toEqual({});
  });

  it('a route keeps its id when it is updated, and ends when it is removed', async () => {
    const { sandbox, routeId, properties, request } = await sandboxWith(() => null);
    const type = 'AWS::ApiGatewayV2::Route';
    const changed = sandbox.request(type, { ...properties, RouteKey: 'GET /v1/releases' }, { physicalId: routeId });
    expect(await sandbox.provider(type)!.update(changed)).toEqual({
      physicalId: routeId,
      attributes: { RouteId: routeId },
    });
    expect(message(await request({ path: '/v1/x' }))).toMatchObject({ status: 404 });
    await sandbox.provider(type)!.remove(changed);
    expect(message(await request())).toMatchObject({ status: 404 });
    sandbox.world.httpApi.apis = {};
    expect(() => sandbox.provider(type)!.remove(changed)).not.toThrow();
  });

  it('an authorizer and a second stage are data', async () => {
    const { sandbox, ApiId } = await sandboxWith(() => null);
    await sandbox.create('AWS::ApiGatewayV2::Stage', { ApiId, StageName: 'beta' });
    const id = await sandbox.create('AWS::ApiGatewayV2::Authorizer', { ApiId, AuthorizerType: 'JWT', Name: 'login' });
    const api = sandbox.world.httpApi.apis[ApiId];
    expect(api?.authorizers[id]).toEqual({ AuthorizerType: 'JWT', Name: 'login' });
    expect(Object.keys(api?.stages ?? {})).toEqual(['$default', 'beta']);
  });

  it.each<[string, string, Record<string, Json>, string]>([
    ['a WebSocket API', 'Api', { Name: 'x', ProtocolType: 'WEBSOCKET' }, '#/ProtocolType'],
    ['a route of no API', 'Route', { ApiId: 'other', RouteKey: 'GET /' }, 'Invalid API identifier'],
    ['a bad route key', 'Route', { RouteKey: 'FETCH /' }, '#/RouteKey'],
    ['a route twice', 'Route', { RouteKey: 'ANY /v1/{proxy+}' }, 'already exists for this API'],
    ['a stage twice', 'Stage', { StageName: '$default' }, 'Stage already exists'],
  ])('%s is refused', async (...[, kind, properties, refusal]) => {
    const { sandbox, ApiId } = await sandboxWith(() => null);
    const create = async () => sandbox.create(`AWS::ApiGatewayV2::${kind}`, { ApiId, ...properties });
    await expect(create).rejects.toThrow(refusal);
  });
});
