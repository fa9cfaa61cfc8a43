/** What is where: the release that each target of a pipeline runs. */
import type { Hono } from 'hono';
import { demandPipeline } from '#shared/aws/ledger/releases.ts';
import { listRunning } from '#shared/aws/ledger/targets.ts';
import { type HttpEnvironment, nameAsked } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function environments(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/environments', async (context) => {
    const pipeline = nameAsked(context, 'pipeline');
    const items = await listRunning(resources.ledger, pipeline);
    if (items.length === 0) await demandPipeline(resources.ledger, pipeline);
    return context.json({ items });
  });
}
