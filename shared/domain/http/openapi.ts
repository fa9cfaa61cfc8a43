/** The HTTP API as an OpenAPI 3.1 document, made from the schemas that requests are read by. */
import * as z from 'zod';
import { permissionFor } from '../policy/permissions.ts';
import { type SchemaName, schemas } from './answers.ts';
import { type Operation, operations } from './operations.ts';

type Json = Readonly<Record<string, unknown>>;

/** The whole document. It is the same for every deployment. */
export function openApi(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    const item = path.replaceAll(/:(\w+)/g, '{$1}');
    paths[item] = { ...paths[item], [method.toLowerCase()]: operationObject(route, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Drawbridge',
      version: '1',
      description: 'Promotes CloudFormation releases from one AWS account to the next. See docs/reference/http-api.md.',
    },
    // Either, each at an API of its own.
    security: [{ sigv4: [] }, { token: [] }],
    paths,
    components: {
      securitySchemes: {
        sigv4: {
          ...{ type: 'apiKey', name: 'Authorization', in: 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' },
          description: 'AWS Signature Version 4 for execute-api.',
        },
        token: {
          ...{ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          description: 'Only at the API for tokens, which a deployment has that names an issuer and an audience.',
        },
      },
      responses: {
        Problem: {
          description: 'A problem, by its code',
          content: { 'application/problem+json': { schema: reference('Problem') } },
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, schemaObject(schema)])),
    },
  };
}

function operationObject(route: string, operation: Operation): Json {
  const { summary, body, answers, query = [], headers = [], gives = [] } = operation;
  const paged = Object.values(answers).some((answer) => typeof answer === 'object' && 'page' in answer);
  const parameters = [
    ...[...route.matchAll(/:(\w+)/g)].map(([, name]) => parameter({ name, in: 'path', required: true })),
    ...query.map((name) => parameter({ name: bare(name), in: 'query', ...(isSure(name) && { required: true }) })),
    ...(paged ? [{ name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 100 } }] : []),
    ...(paged ? [parameter({ name: 'cursor', in: 'query' })] : []),
    ...headers.map((name) => parameter({ name, in: 'header', ...(name === 'Idempotency-Key' && { required: true }) })),
  ];
  return {
    summary,
    operationId: operationId(route),
    'x-drawbridge-permission': permissionFor(route),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: reference(body) } } },
    }),
    responses: {
      ...Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, responseObject(answer, gives)])),
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function parameter(said: Json): Json {
  return { ...said, schema: { type: 'string' } };
}

/** `post-promotions-id-approvals`. */
function operationId(route: string): string {
  return route
    .replace('/v1/', '')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-');
}

function responseObject(answer: Operation['answers'][number], gives: readonly string[]): Json {
  const schema = typeof answer === 'string' ? reference(answer) : listObject(answer);
  const headers = gives.map((name) => [bare(name), { required: isSure(name), schema: { type: 'string' } }]);
  return {
    description: 'Done',
    ...(gives.length > 0 && { headers: Object.fromEntries(headers) }),
    content: { 'application/json': { schema } },
  };
}

function isSure(name: string): boolean {
  return !name.endsWith('?');
}

function bare(name: string): string {
  return name.replace('?', '');
}

function listObject(answer: { readonly list: SchemaName } | { readonly page: SchemaName }): Json {
  const paged = 'page' in answer;
  const items = { type: 'array', items: reference(paged ? answer.page : answer.list) };
  const properties = { items, ...(paged && { nextCursor: { type: 'string' } }) };
  return { type: 'object', properties, required: ['items'], additionalProperties: false };
}

function reference(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** As a request has to be written: what may be left out is not required. */
function schemaObject(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}
