/** The one stack for HTTP endpoints: hono under API Gateway, actor from the authenticated context, problems as RFC 9457 documents. */
import middy from '@middy/core';
import type {
  APIGatewayEventRequestContextV2WithAuthorizer,
  APIGatewayProxyEventV2WithRequestContext,
} from 'aws-lambda';
import { type Context, Hono } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import type * as z from 'zod';
import { failure, problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { invalidBody } from '#shared/domain/http/body-faults.ts';
import { methodsAt } from '#shared/domain/http/methods-at.ts';
import { cursorAfter, type Page, type Part, pageAsked } from '#shared/domain/http/page.ts';
import { problemDocument } from '#shared/domain/http/problem-document.ts';
import { isBase64, readBody } from '#shared/domain/http/read-body.ts';
import { isServedAsAsked } from '#shared/domain/http/served-path.ts';
import { Name } from '#shared/domain/identifiers.ts';
import { type Authorizer, type Caller, callerOf } from '#shared/domain/promotion/actor.ts';
import { log, logFailure } from './log.ts';
import { type Resources, resources } from './resources.ts';
import { shownOf } from './shown-problem.ts';

type HttpEvent = APIGatewayProxyEventV2WithRequestContext<APIGatewayEventRequestContextV2WithAuthorizer<Authorizer>>;
export interface HttpEnvironment {
  readonly Bindings: { readonly event: HttpEvent };
}
export type HttpContext = Context<HttpEnvironment>;
export type Declare = (app: Hono<HttpEnvironment>, resources: Resources) => void;

/** A Lambda handler for the routes that `declare` puts on the app. */
export function http(declare: Declare) {
  const app = new Hono<HttpEnvironment>();
  declare(app, resources);
  app.notFound((context) => answerProblem(context, nothingAt(app, context)));
  app.onError((error, context) => answerProblem(context, noted(error, context)));
  const respond = handle(app);
  return middy().handler(async (event: unknown) => {
    const request = event as HttpEvent;
    const refused = turnedAway(request);
    if (refused !== undefined)
      return { statusCode: refused.status, ...problemDocument(refused, request.rawPath.slice(0, longestShown)) };
    return respond(withMeaning(request) as unknown as LambdaEvent);
  });
}

/** Who is calling, as API Gateway authenticated them; nothing in the request can change it. Throws ACTOR_UNKNOWN. */
export function callerIn(context: HttpContext): Caller {
  return callerOf(context.env.event.requestContext.authorizer);
}

/** As `callerIn`, only the name. */
export function actorIn(context: HttpContext): string {
  return callerIn(context).actor;
}

/** When the request arrived, by API Gateway's clock. */
export function arrivedAt(context: HttpContext): string {
  return new Date(context.env.event.requestContext.timeEpoch).toISOString();
}

/** The request's body by a strict schema. Throws what `readBody` does. */
export async function bodyIn<Schema extends z.ZodType>(context: HttpContext, schema: Schema): Promise<z.infer<Schema>> {
  const { body, isBase64Encoded } = context.env.event;
  return readBody({ body, isBase64Encoded, contentType: context.req.header('content-type') }, schema);
}

/** A name that the query has to say. Throws QUERY_INVALID. */
export function nameAsked(context: HttpContext, parameter: string): string {
  const name = Name.safeParse(context.req.query(parameter));
  if (!name.success) throw failure('QUERY_INVALID', { parameter });
  return name.data;
}

/** A page of a list, as the query asks for it: `items`, and `nextCursor` and a `Link` (RFC 8288) where there are more. Throws PAGE_LIMIT, PAGE_CURSOR. */
export async function answerPage<Item>(
  context: HttpContext,
  list: string,
  read: (page: Page) => Promise<Part<Item>>,
): Promise<Response> {
  const { items, last } = await read(pageAsked(context.req.query(), list));
  if (last === undefined) return context.json({ items });
  const nextCursor = cursorAfter(last, list);
  const query = new URLSearchParams({ ...context.req.query(), cursor: nextCursor });
  return context.json({ items, nextCursor }, 200, { Link: `<${context.req.path}?${query}>; rel="next"` });
}

/** Throws BODY_INVALID where a document names itself otherwise than its path does. */
export function demandNamed(name: string, { metadata }: { readonly metadata: { readonly name: string } }): void {
  if (metadata.name === name) return;
  const detail = `is ${metadata.name}, but the path says ${name}`;
  throw invalidBody([{ code: 'FIELD_INVALID', pointer: '/metadata/name', detail }]);
}

/** Content of a GET request has no meaning (RFC 9110, section 9.3.1), and a Request would not take it. */
function withMeaning(event: HttpEvent): HttpEvent {
  const { body, ...rest } = event;
  return body === undefined || ['GET', 'HEAD'].includes(event.requestContext.http.method) ? rest : event;
}

/** Of a path in answers and in the log. */
const longestShown = 200;

/** What hono would read otherwise than IAM judged it, or would fail on in words of its own. */
function turnedAway({ rawPath, requestContext, isBase64Encoded, body = '' }: HttpEvent): Problem | undefined {
  const { method } = requestContext.http;
  const path = rawPath.slice(0, longestShown);
  // A Request takes no other method that is not a token of HTTP (Fetch Standard, "forbidden method").
  if (!isServedAsAsked(rawPath) || ['CONNECT', 'TRACE', 'TRACK'].includes(method))
    return problem('ROUTE_UNKNOWN', { method, path });
  return isBase64Encoded && !isBase64(body) ? problem('BODY_ENCODING', {}) : undefined;
}

function nothingAt(app: Hono<HttpEnvironment>, context: HttpContext): Problem {
  const { method, path } = context.req;
  const allowed = methodsAt(app.routes, path);
  if (allowed.length === 0) return problem('ROUTE_UNKNOWN', { method, path: path.slice(0, longestShown) });
  context.header('Allow', allowed.join(', '));
  return problem('METHOD_NOT_ALLOWED', { method, path, allowed });
}
/** Answers `application/problem+json` with the catalogue's code, cause, place and next step. */
function answerProblem(context: HttpContext, reported: Problem): Response {
  const { headers, body } = problemDocument(reported, context.req.path.slice(0, longestShown));
  return context.body(body, { status: reported.status as 400, headers });
}

/** What the caller is told. What broke, and who was turned away, is in the log too. */
function noted(error: unknown, context: HttpContext): Problem {
  const { requestId: request, http: asked } = context.env.event.requestContext;
  const reported = shownOf(error, request);
  const facts = { request, actor: actorOrNobody(context), route: `${asked.method} ${context.req.path}` };
  if (reported.status >= 500) logFailure('request broke', error, facts);
  else if ([401, 403].includes(reported.status)) log.warn('request refused', { ...facts, code: reported.code });
  return reported;
}

function actorOrNobody(context: HttpContext): string {
  try {
    return actorIn(context);
  } catch {
    return 'nobody';
  }
}
