import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import type { HttpApi } from './state.ts';

const apiProperties = z.looseObject({ Name: z.string().min(1).max(128), ProtocolType: z.literal('HTTP') });
const child = z.looseObject({ ApiId: z.string() });
const stageProperties = z.looseObject({ ApiId: z.string(), StageName: z.string() });
const routeProperties = z.object({
  ApiId: z.string(),
  RouteKey: z
    .string()
    .regex(/^(\$default|(ANY|GET|PUT|POST|PATCH|DELETE|HEAD|OPTIONS) \/\S*)$/, 'The provided route key is not valid'),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM', 'JWT', 'CUSTOM']).default('NONE'),
  AuthorizerId: z.string().optional(),
  AuthorizationScopes: z.array(z.string()).optional(),
  Target: z.string().optional(),
});
const integrationProperties = z.object({
  ApiId: z.string(),
  IntegrationType: z.string(),
  IntegrationUri: z.string().default(''),
  PayloadFormatVersion: z.coerce.string().default('1.0'),
});

/**
 * AWS::ApiGatewayV2::Api of protocol HTTP. `Ref` is the id. ApiEndpoint has AWS's form: it is what a stack may put in its outputs, which must
 * not change with the port; `apiUrl` says where the API really answers.
 */
export const apiProvider: ResourceProvider = {
  create: (request) => {
    const { Name: name } = readProperties(apiProperties, request);
    const { account, region } = request;
    const id = request.sandbox.mint('http-api', 10, lowerCase);
    request.sandbox.world.httpApi.apis[id] = {
      id,
      account,
      region,
      name,
      stages: {},
      routes: {},
      integrations: {},
      authorizers: {},
    };
    return apiResult(request, id);
  },
  update: (request) => {
    const api = existingApi(request, request.physicalId ?? '');
    api.name = readProperties(apiProperties, request).Name;
    return apiResult(request, api.id);
  },
  remove: ({ sandbox, physicalId = '' }) => {
    delete sandbox.world.httpApi.apis[physicalId];
  },
};

/** AWS::ApiGatewayV2::Stage. `Ref` is the name. */
export const stageProvider = partProvider((api, request) => {
  const { ApiId: _api, StageName, ...rest } = readProperties(stageProperties, request);
  if (request.physicalId === undefined && api.stages[StageName])
    throw new AwsError('ConflictException', 'Stage already exists', 409);
  api.stages[StageName] = rest as Json;
  return StageName;
}, 'stages');

/** AWS::ApiGatewayV2::Route. */
export const routeProvider = partProvider((api, request) => {
  const read = readProperties(routeProperties, request);
  const others = Object.values(api.routes).filter(({ id }) => id !== request.physicalId);
  if (others.some(({ key }) => key === read.RouteKey))
    throw new AwsError('ConflictException', `Route with key ${read.RouteKey} already exists for this API`, 409);
  const integrationId = read.Target?.replace('integrations/', '');
  const id = request.physicalId ?? request.sandbox.mint('http-api-part', 7, lowerCase);
  api.routes[id] = {
    ...{ id, key: read.RouteKey, authorization: read.AuthorizationType },
    ...(integrationId !== undefined && { integrationId }),
    ...(read.AuthorizerId !== undefined && { authorizerId: read.AuthorizerId }),
    ...(read.AuthorizationScopes !== undefined && { scopes: read.AuthorizationScopes }),
  };
  return id;
}, 'routes');

/** AWS::ApiGatewayV2::Integration. */
export const integrationProvider = partProvider((api, request) => {
  const read = readProperties(integrationProperties, request);
  const id = request.physicalId ?? request.sandbox.mint('http-api-part', 7, lowerCase);
  const { IntegrationType: type, IntegrationUri: uri, PayloadFormatVersion: payloadFormatVersion } = read;
  api.integrations[id] = { id, type, uri, payloadFormatVersion };
  return id;
}, 'integrations');

/** AWS::ApiGatewayV2::Authorizer. What it says is read when a request comes: routes with one that is not simulated refuse all of them. */
export const authorizerProvider = partProvider((api, request) => {
  const { ApiId: _api, ...rest } = readProperties(child, request);
  const id = request.physicalId ?? request.sandbox.mint('http-api-part', 7, lowerCase);
  api.authorizers[id] = rest as Json;
  return id;
}, 'authorizers');

const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789';

type Part = 'stages' | 'routes' | 'integrations' | 'authorizers';

/** The provider of something that belongs to an API. `put` stores it and returns its physical id. */
function partProvider(put: (api: HttpApi, request: ResourceRequest) => string, part: Part): ResourceProvider {
  const stored = (request: ResourceRequest): ResourceResult => {
    const id = put(existingApi(request, readProperties(child, request).ApiId), request);
    return { physicalId: id, attributes: attributesOf(part, id) };
  };
  return {
    create: stored,
    update: stored,
    remove: (request) => {
      const api = request.sandbox.world.httpApi.apis[readProperties(child, request).ApiId];
      if (api && request.physicalId !== undefined) delete api[part][request.physicalId];
    },
  };
}

function attributesOf(part: Part, id: string): Record<string, Json> {
  const names = { stages: undefined, routes: 'RouteId', integrations: 'IntegrationId', authorizers: 'AuthorizerId' };
  const name = names[part];
  return name === undefined ? {} : { [name]: id };
}

function existingApi({ sandbox }: ResourceRequest, id: string): HttpApi {
  const api = sandbox.world.httpApi.apis[id];
  if (!api) throw new AwsError('NotFoundException', `Invalid API identifier specified ${id}`, 404);
  return api;
}

function apiResult({ region }: ResourceRequest, id: string): ResourceResult {
  return {
    physicalId: id,
    attributes: { ApiId: id, ApiEndpoint: `https://${id}.execute-api.${region}.amazonaws.com` },
  };
}
