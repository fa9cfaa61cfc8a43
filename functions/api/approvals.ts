/** Approvals: what a promotion waits for, and people's decisions on it, bound to the digest of the plan they saw. */
import type { Hono } from 'hono';
import { decide } from '#shared/aws/approve.ts';
import { readPromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { tell } from '#shared/aws/tell.ts';
import { ApprovalWish } from '#shared/domain/approval/wish.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { etagOf, matchesTag } from '#shared/domain/http/etag.ts';
import { actorIn, arrivedAt, bodyIn, type HttpContext, type HttpEnvironment } from '#shared/lambda/http.ts';
import { report } from '#shared/lambda/report.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function approvals(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.get('/v1/promotions/:id/approvals', async (context) => {
    const id = context.req.param('id');
    const record = await readPromotionRecord(resources.ledger, id);
    if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
    return context.json({ items: record.approvals, decisions: record.decisions });
  });

  /** The same decision by the same actor again is the same decision; any other second one is refused. */
  app.post('/v1/promotions/:id/approvals', async (context) => {
    const wish = await bodyIn(context, ApprovalWish);
    await demandUnchanged(context, resources);
    const asked = { ...wish, promotion: context.req.param('id'), actor: actorIn(context), at: arrivedAt(context) };
    const { request, repeated } = await decide(resources.ledger, asked);
    report(await tell({ ledger: resources.ledger, bus: resources.bus }, asked.promotion));
    return context.json(request, repeated ? 200 : 201);
  });
}

/** `If-Match` with the ETag of the promotion that was looked at. Throws PROMOTION_VERSION, and PROMOTION_UNKNOWN. */
async function demandUnchanged(context: HttpContext, { ledger }: Resources): Promise<void> {
  const seen = context.req.header('if-match');
  if (seen === undefined) return;
  const promotion = context.req.param('id') ?? '';
  const record = await readPromotionRecord(ledger, promotion);
  if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion });
  if (!matchesTag(seen, etagOf(record))) throw failure('PROMOTION_VERSION', { promotion });
}
