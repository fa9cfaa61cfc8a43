/** Rollbacks by command: targets go back to what was last verified on them, as a promotion of its own. */
import type { Hono } from 'hono';
import { readPromotion } from '#shared/aws/ledger/promotions.ts';
import { listMembers, readHistories } from '#shared/aws/roll-back.ts';
import { readUnderWay } from '#shared/aws/under-way.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { idempotencyKeyOf, promotionIdOf, RollbackRequest } from '#shared/domain/promotion/request.ts';
import { arriving, isSameRollback, rollbackOf } from '#shared/domain/promotion/rollback.ts';
import { actorIn, bodyIn, type HttpContext, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';
import { accepted, admitted } from './admitted.ts';

export function rollbacks(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.post('/v1/rollbacks', async (context) => {
    const wish = await bodyIn(context, RollbackRequest);
    const before = await askedBefore(context, resources, wish);
    if (before !== undefined) return accepted(context, before, true);
    const { pipeline, environment, reason } = wish;
    const underWay = await readUnderWay(resources.ledger, wish);
    const targets = wish.targets ?? (await listMembers(resources, wish));
    const histories = await readHistories(resources.ledger, { pipeline, environment, targets });
    const choice = rollbackOf(environment, arriving(histories, underWay));
    if (choice.kind === 'refused') throw new DrawbridgeError(choice.problem);
    const { release, from } = choice.way;
    return admitted(context, resources, {
      request: { release, environments: [environment], targets: choice.way.targets },
      rollback: { automatic: false, reason, from },
      pipeline,
    });
  });
}

/** What a request goes back to changes with what runs: one that came before is answered as it was. Throws IDEMPOTENCY_CONFLICT. */
async function askedBefore(
  context: HttpContext,
  { ledger }: Resources,
  wish: RollbackRequest,
): Promise<Promotion | undefined> {
  const idempotencyKey = idempotencyKeyOf(context.req.header('idempotency-key'));
  const before = await readPromotion(ledger, promotionIdOf({ actor: actorIn(context), idempotencyKey }));
  if (before === undefined || isSameRollback(before, wish)) return before;
  throw failure('IDEMPOTENCY_CONFLICT', { earlier: `promotion ${before.id}` });
}
