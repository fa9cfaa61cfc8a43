/** What is where: the release that each target of a pipeline runs, what is in the way there, and why targets differ. */
import type { Hono } from 'hono';
import { demandPipeline } from '#shared/aws/ledger/releases.ts';
import { readWhereabouts } from '#shared/aws/whereabouts.ts';
import { arrivedAt, type HttpEnvironment, nameAsked } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function environments(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/environments', async (context) => {
    const pipeline = nameAsked(context, 'pipeline');
    const items = await readWhereabouts(resources.ledger, pipeline, arrivedAt(context));
    if (items.length === 0) await demandPipeline(resources.ledger, pipeline);
    return context.json({ items });
  });
}
