/** Promotions: ask for one, look at one, list those of a pipeline. */
import type { Hono } from 'hono';
import { getDocument } from '#shared/aws/documents.ts';
import {
  listPromotions,
  type PromotionRecord,
  readPromotion,
  readPromotionRecord,
} from '#shared/aws/ledger/promotions.ts';
import { demandPipeline } from '#shared/aws/ledger/releases.ts';
import { listRunning } from '#shared/aws/ledger/targets.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import { etagOf } from '#shared/domain/http/etag.ts';
import {
  type AdmissionAnswer,
  idempotencyKeyOf,
  PromotionRequest,
  promotionIdOf,
  RetryRequest,
  retryReplayOf,
} from '#shared/domain/promotion/request.ts';
import { retryOf } from '#shared/domain/promotion/retry.ts';
import { actorIn, answerPage, bodyIn, type HttpContext, type HttpEnvironment, nameAsked } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { accepted, admitted } from './admitted.ts';
import { demandPermission } from './permissions.ts';

export function promotions(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.post('/v1/promotions', async (context) => {
    return admitted(context, resources, { request: await bodyIn(context, PromotionRequest) });
  });

  /** A promotion of its own, from the environment in which the other one stopped. */
  app.post('/v1/promotions/:id/retries', async (context) => {
    const id = context.req.param('id');
    const { recovery } = await bodyIn(context, RetryRequest);
    const before = await readPromotion(resources.ledger, promotionIdOf(keyIn(context)));
    if (before !== undefined)
      return answerWith(context, retryReplayOf(before, { retryOf: id, ...(recovery && { recovery }) }));
    const record = await readPromotionRecord(resources.ledger, id);
    if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
    const { rollback } = record.promotion;
    // A rollback passes freezes: whoever takes one up may ask for one.
    if (rollback !== undefined) await demandPermission(context, resources, 'operator');
    await demandStacks(resources, record.promotion.release, Object.keys(recovery?.skip ?? {}));
    const running = await listRunning(resources.ledger, record.promotion.pipeline);
    const retry = retryOf(record.promotion, record.rollouts, running);
    if (retry.kind === 'refused') throw new DrawbridgeError(retry.problem);
    return admitted(context, resources, {
      ...{ request: retry.request, retryOf: id, ...(recovery && { recovery }) },
      ...(rollback && { rollback: { ...rollback, automatic: false } }),
    });
  });

  app.get('/v1/promotions', async (context) => {
    const pipeline = nameAsked(context, 'pipeline');
    return answerPage(context, `promotions of ${pipeline}`, async (page) => {
      const part = await listPromotions(resources.ledger, pipeline, page);
      if (part.items.length === 0) await demandPipeline(resources.ledger, pipeline);
      return part;
    });
  });

  app.get('/v1/promotions/:id', async (context) => {
    const id = context.req.param('id');
    const record = await readPromotionRecord(resources.ledger, id);
    if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
    return context.json(record, 200, { ETag: etagOf(record) });
  });

  /** A plan of one environment, as it was decided on: the rollout's newest, or with `digest` that of any of its rounds. */
  app.get('/v1/promotions/:id/plans/:environment', async (context) => {
    const { id, environment } = context.req.param();
    const record = await readPromotionRecord(resources.ledger, id);
    const digest = record && planDigestOf(record, environment, context.req.query('digest'));
    if (digest === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: `${id} with a plan for ${environment}` });
    return context.json({ digest, plan: await getDocument(resources.documents, 'plans', digest) });
  });
}

/** Under which the request is known: the same again is the same promotion. Throws IDEMPOTENCY_KEY. */
function keyIn(context: HttpContext) {
  return { actor: actorIn(context), idempotencyKey: idempotencyKeyOf(context.req.header('idempotency-key')) };
}

/** What a repeated request answers. Throws what it is refused with. */
function answerWith(context: HttpContext, answer: AdmissionAnswer): Response {
  if (answer.kind === 'refused') throw new DrawbridgeError(answer.problem);
  return accepted(context, answer.promotion, answer.replayed);
}

/** Throws BODY_INVALID for a stack that the release does not have: it would be skipped nowhere, and nobody would be told. */
async function demandStacks({ documents }: Resources, release: string, named: readonly string[]): Promise<void> {
  if (named.length === 0) return;
  const stacks = (await readRelease(documents, release)).stacks.map(({ name }) => name);
  const unknown = named.filter((name) => !stacks.includes(name));
  if (unknown.length === 0) return;
  const detail = `/recovery/skip names ${unknown.join(', ')}, but the stacks of the release are ${stacks.join(', ')}`;
  throw failure('BODY_INVALID', { detail });
}

/** Only plans of this very rollout: digests of others are answered as if there were none. */
function planDigestOf({ rollouts, rounds }: PromotionRecord, environment: string, wanted?: string): string | undefined {
  const newest = rollouts.find((rollout) => rollout.environment === environment)?.planDigest;
  if (wanted === undefined || wanted === newest) return newest;
  return rounds.find((round) => round.environment === environment && round.digest === wanted)?.digest;
}
