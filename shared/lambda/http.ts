/** The one stack for HTTP endpoints: hono under API Gateway, actor from the authenticated context, problems as RFC 9457 documents. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2WithIAMAuthorizer } from 'aws-lambda';
import { type Context, Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import type * as z from 'zod';
import { DrawbridgeError, failure, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { actorOf } from '#shared/domain/promotion/actor.ts';
import { log } from './log.ts';
import { type Resources, resources } from './resources.ts';

export interface HttpEnvironment {
  readonly Bindings: { readonly event: APIGatewayProxyEventV2WithIAMAuthorizer };
}
export type HttpContext = Context<HttpEnvironment>;

/** A Lambda handler for the routes that `declare` puts on the app. */
export function http(declare: (app: Hono<HttpEnvironment>, resources: Resources) => void) {
  const app = new Hono<HttpEnvironment>();
  declare(app, resources);
  app.notFound((context) =>
    answerProblem(context, problem('ROUTE_UNKNOWN', { method: context.req.method, path: context.req.path })),
  );
  app.onError((error, context) => answerProblem(context, problemOf(error)));
  const respond = handle(app);
  return middy().handler(async (event: unknown) => respond(event as LambdaEvent));
}

/** Who is calling, as API Gateway authenticated them; nothing in the request can change it. */
export function actorIn(context: HttpContext): string {
  return actorOf(context.env.event.requestContext.authorizer.iam.userArn);
}

/** When the request arrived, by API Gateway's clock. */
export function arrivedAt(context: HttpContext): string {
  return new Date(context.env.event.requestContext.timeEpoch).toISOString();
}

/** The request's body by a strict schema. Throws BODY_INVALID with every place that is wrong. */
export async function bodyIn<Schema extends z.ZodType>(context: HttpContext, schema: Schema): Promise<z.infer<Schema>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  if (body === undefined) throw failure('BODY_INVALID', { detail: 'it is not JSON' });
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const detail = result.error.issues.map((issue) => `/${issue.path.join('/')} ${issue.message}`).join('; ');
  throw failure('BODY_INVALID', { detail });
}

/** Throws BODY_INVALID where a document names itself otherwise than its path does. */
export function demandNamed(name: string, { metadata }: { readonly metadata: { readonly name: string } }): void {
  if (metadata.name !== name)
    throw failure('BODY_INVALID', { detail: `/metadata/name is ${metadata.name}, but the path says ${name}` });
}

/** Answers `application/problem+json` with the catalogue's code, cause, place and next step. */
function answerProblem(context: HttpContext, reported: Problem): Response {
  const { code, status, cause, next, place } = reported;
  const body = {
    type: 'about:blank',
    title: code,
    status,
    detail: cause,
    code,
    next,
    place,
    instance: context.req.path,
  };
  return context.body(JSON.stringify(body), {
    status: status as 400,
    headers: { 'content-type': 'application/problem+json' },
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof DrawbridgeError) return error.problem;
  log.error('request broke', { error: error as Error });
  return problem('INTERNAL', {});
}
