/** Promotions: ask for one, look at one, list those of a pipeline. */
import type { Hono } from 'hono';
import { requestPromotion } from '#shared/aws/admission.ts';
import { getDocument } from '#shared/aws/documents.ts';
import { listPromotions, readPromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { idempotencyKeyOf, PromotionRequest } from '#shared/domain/promotion/request.ts';
import { actorIn, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function promotions(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.post('/v1/promotions', async (context) => {
    const answer = await requestPromotion(resources.admissionFunction, {
      request: await bodyIn(context, PromotionRequest),
      actor: actorIn(context),
      idempotencyKey: idempotencyKeyOf(context.req.header('idempotency-key')),
      trigger: { kind: 'api' },
      at: arrivedAt(context),
    });
    if (answer.kind === 'refused') throw new DrawbridgeError(answer.problem);
    const replayed = answer.replayed ? { 'Idempotency-Replayed': 'true' } : {};
    return context.json(answer.promotion, 202, { Location: `/v1/promotions/${answer.promotion.id}`, ...replayed });
  });

  app.get('/v1/promotions', async (context) => {
    const items = await listPromotions(resources.ledger, context.req.query('pipeline') ?? '');
    return context.json({ items });
  });

  app.get('/v1/promotions/:id', async (context) => {
    const id = context.req.param('id');
    const record = await readPromotionRecord(resources.ledger, id);
    if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
    return context.json(record);
  });

  /** The plan of one environment, as it was decided on: the document whose digest the rollout is bound to. */
  app.get('/v1/promotions/:id/plans/:environment', async (context) => {
    const { id, environment } = context.req.param();
    const record = await readPromotionRecord(resources.ledger, id);
    const digest = record?.rollouts.find((rollout) => rollout.environment === environment)?.planDigest;
    if (digest === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: `${id} with a plan for ${environment}` });
    return context.json({ digest, plan: await getDocument(resources.documents, 'plans', digest) });
  });
}
