/** What is where: the release that each target of a pipeline runs. */
import type { Hono } from 'hono';
import { listRunning } from '#shared/aws/ledger/targets.ts';
import { type HttpEnvironment, nameAsked } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function environments(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/environments', async (context) => {
    return context.json({ items: await listRunning(resources.ledger, nameAsked(context, 'pipeline')) });
  });
}
