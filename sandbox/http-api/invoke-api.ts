import type { InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { AwsError } from '../aws-error.ts';
import type { Call, Json, Operation, SigningCaller } from '../kernel.ts';
import { tellShown } from '../observers.ts';
import { judgeToken, jwtAuthorizerOf, type VerifiedToken } from './jwt-authorizer.ts';
import { type ApiRequest, type ProxyRequest, proxyEvent } from './proxy-event.ts';
import { type ApiResponse, gatewayMessage, internalError, proxyResponse, refusedToken } from './proxy-response.ts';
import { matchRoute, type RouteMatch } from './route-match.ts';
import type { HttpApi } from './state.ts';

type ApiCall = Call<ApiRequest>;

/** One request to an HTTP API. Everything that is refused is a response, not an error, so permissions are decided while it runs. */
export const invokeApi: Operation<ApiRequest, ApiResponse> = {
  permissions: () => [],
  run: async (call) => {
    const { sandbox, input, requestId } = call;
    const api = sandbox.world.httpApi.apis[input.apiId];
    const match = api?.stages['$default'] && matchRoute(Object.values(api.routes), input.method, input.path);
    if (!api || !match) return identified(gatewayMessage(404, 'Not Found'), requestId);
    const admitted = admit(call, api, match);
    if (admitted.kind === 'refused') return identified(admitted.response ?? forbidden, requestId);
    const organizationId = sandbox.world.organization.id;
    const proxied: ProxyRequest = {
      api,
      match,
      request: input,
      requestId,
      now: sandbox.now(),
      organizationId,
      ...(admitted.signer && { signer: admitted.signer }),
      ...(admitted.token && { token: admitted.token }),
    };
    const response = await integrate(call, proxied);
    tellShown(sandbox, {
      where: `answer ${input.method} ${input.path}`,
      text: `${JSON.stringify(response.headers)}\n${text(response.body)}`,
    });
    return identified(response, requestId);
  },
};

type Admission =
  | { readonly kind: 'refused'; readonly response?: ApiResponse }
  | { readonly kind: 'admitted'; readonly signer?: SigningCaller; readonly token?: VerifiedToken };

const forbidden = gatewayMessage(403, 'Forbidden');

/** AWS_IAM wants a signature of the API's account and region, since HTTP APIs have no resource policy, and `execute-api:Invoke`. */
function admit(call: ApiCall, api: HttpApi, match: RouteMatch): Admission {
  const { sandbox, caller, input } = call;
  const { route } = match;
  if (route.authorization === 'NONE') return { kind: 'admitted' };
  if (route.authorization === 'JWT') return admitToken(call, api, match);
  if (route.authorization !== 'AWS_IAM') {
    return notSimulated(call, api, route.key);
  }
  if (caller.kind === 'service' || caller.account !== api.account || call.region !== api.region)
    return { kind: 'refused' };
  const resource = `${apiArn(api)}/$default/${input.method}${input.path}`;
  try {
    sandbox.authorise(caller, { action: 'execute-api:Invoke', resource });
    return { kind: 'admitted', signer: caller };
  } catch (error) {
    if (error instanceof AwsError) return { kind: 'refused' };
    throw error;
  }
}

function admitToken(call: ApiCall, api: HttpApi, { route }: RouteMatch): Admission {
  const authorizer = jwtAuthorizerOf(api.authorizers[route.authorizerId ?? '']);
  if (authorizer === undefined) return notSimulated(call, api, route.key);
  const { authorization } = call.input.headers;
  const verdict = judgeToken(call.sandbox, { authorizer, authorization, scopes: route.scopes ?? [] });
  if (verdict.kind === 'refused') return { kind: 'refused', response: refusedToken(verdict.why) };
  return { kind: 'admitted', token: verdict.token };
}

function notSimulated({ sandbox }: ApiCall, api: HttpApi, routeKey: string): Admission {
  const line = `${routeKey}: its authorizer is not simulated, so the request is refused`;
  sandbox.record({ kind: 'log', at: sandbox.now(), source: api.name, line });
  return { kind: 'refused' };
}

function apiArn({ region, account, id }: HttpApi): string {
  return `arn:aws:execute-api:${region}:${account}:${id}`;
}

/** Invokes the route's function as API Gateway, which the function's policy must let in. */
async function integrate({ sandbox }: ApiCall, proxied: ProxyRequest): Promise<ApiResponse> {
  const { api, match, request } = proxied;
  const integration = api.integrations[match.route.integrationId ?? ''];
  const functionArn = /arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?/.exec(integration?.uri ?? '')?.[0];
  const failed = (line: string): ApiResponse => {
    sandbox.record({ kind: 'log', at: sandbox.now(), source: api.name, line: `${match.route.key}: ${line}` });
    return internalError;
  };
  if (integration?.type !== 'AWS_PROXY' || integration.payloadFormatVersion !== '2.0' || functionArn === undefined)
    return failed('only AWS_PROXY to a function, payload 2.0, is simulated');
  const routePath = match.route.key.split(' ')[1] ?? request.path;
  const sourceArn = `${apiArn(api)}/$default/${request.method}${routePath}`;
  try {
    const output = await sandbox.perform({
      service: 'lambda',
      operation: 'Invoke',
      input: { FunctionName: functionArn, Payload: bytes(proxyEvent(proxied) as unknown as Json) },
      caller: { kind: 'service', service: 'apigateway.amazonaws.com', account: api.account, sourceArn },
      region: api.region,
    });
    const { FunctionError, Payload = new Uint8Array() } = output as InvokeCommandOutput;
    return FunctionError === undefined ? proxyResponse(Payload) : failed(`the function failed: ${text(Payload)}`);
  } catch (error) {
    if (error instanceof AwsError) return failed(error.message);
    throw error;
  }
}

function bytes(value: Json): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function text(payload: Uint8Array): string {
  return new TextDecoder().decode(payload);
}

function identified(response: ApiResponse, requestId: string): ApiResponse {
  return { ...response, headers: { ...response.headers, 'apigw-requestid': requestId } };
}
