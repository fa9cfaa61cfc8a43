/** What this API is, for machines. */
import type { Hono } from 'hono';
import { openApi } from '#shared/domain/http/openapi.ts';
import type { HttpEnvironment } from '#shared/lambda/http.ts';

export function openapi(app: Hono<HttpEnvironment>): void {
  app.get('/v1/openapi.json', (context) => context.json(openApi()));
}
