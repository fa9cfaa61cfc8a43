/** The evidence of a promotion: one document, for whoever has to prove what was done and by whom. */
import type { Hono } from 'hono';
import { readEvidence } from '#shared/aws/evidence.ts';
import type { HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function evidence(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/promotions/:id/evidence', async (context) => {
    return context.json(await readEvidence(resources.ledger, context.req.param('id')));
  });
}
