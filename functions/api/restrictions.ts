/** Freezes, emergency stops and holds: put, looked at, lifted. Each is on record with who and why, and so is its lifting. */
import type { Hono } from 'hono';
import type * as z from 'zod';
import { listPlaces } from '#shared/aws/ledger/places.ts';
import { demandPipeline } from '#shared/aws/ledger/releases.ts';
import {
  liftRestriction,
  listRestrictionsOf,
  pageRestrictions,
  putRestriction,
} from '#shared/aws/ledger/restrictions.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { tellRestriction } from '#shared/aws/tell-restrictions.ts';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { invalidBody } from '#shared/domain/http/body-faults.ts';
import { idempotencyKeyOf } from '#shared/domain/promotion/request.ts';
import { unknownPlace } from '#shared/domain/restriction/known-places.ts';
import {
  FreezeWish,
  freezeFaults,
  HoldWish,
  isOver,
  LiftWish,
  type RestrictionKind,
  type RestrictionWish,
  restrictionOf,
  StopWish,
} from '#shared/domain/restriction/restriction.ts';
import { actorIn, answerPage, arrivedAt, bodyIn, type HttpEnvironment } from '#shared/lambda/http.ts';
import { reportRestriction } from '#shared/lambda/report.ts';
import type { Resources } from '#shared/lambda/resources.ts';

export function restrictions(app: Hono<HttpEnvironment>, resources: Resources): void {
  declare(app, resources, { kind: 'freeze', list: 'freezes', wish: FreezeWish });
  declare(app, resources, { kind: 'stop', list: 'stops', wish: StopWish });
  declare(app, resources, { kind: 'hold', list: 'holds', wish: HoldWish });
}

interface Resource {
  readonly kind: RestrictionKind;
  readonly list: string;
  readonly wish: z.ZodType<RestrictionWish>;
}

function declare(app: Hono<HttpEnvironment>, resources: Resources, { kind, list, wish }: Resource): void {
  /** Those that hold or are to come; with `all=true` every one that ever was, page by page. */
  app.get(`/v1/${list}`, async (context) => {
    const now = arrivedAt(context);
    return answerPage(context, list, async (page) => {
      if (context.req.query('all') === 'true') return pageRestrictions(resources.ledger, kind, page);
      // What is in force is few enough to be one page.
      return { items: (await listRestrictionsOf(resources.ledger, kind)).filter((one) => !isOver(one, now)) };
    });
  });

  app.post(`/v1/${list}`, async (context) => {
    const wanted = await bodyIn(context, wish);
    const at = arrivedAt(context);
    const key = idempotencyKeyOf(context.req.header('idempotency-key'));
    await demandPlace(resources.ledger, wanted);
    const asked = restrictionOf(kind, wanted, { by: actorIn(context), key, at });
    if (kind === 'freeze') {
      // Asked for again it is the same one, and overlaps nothing.
      const others = (await listRestrictionsOf(resources.ledger, kind)).filter(({ id }) => id !== asked.id);
      const faults = freezeFaults(wanted, at, others);
      if (faults.length > 0) throw invalidBody(faults);
    }
    const { restriction, replayed } = await putRestriction(resources.ledger, asked);
    reportRestriction(await tellRestriction(resources, restriction.id));
    return context.json(restriction, replayed ? 200 : 201, replayed ? { 'Idempotency-Replayed': 'true' } : {});
  });

  /** Lifting again is the same lifting; what somebody else lifted is refused. */
  app.post(`/v1/${list}/:id/lifts`, async (context) => {
    const { reason } = await bodyIn(context, LiftWish);
    const lifting = { kind, id: context.req.param('id'), by: actorIn(context), at: arrivedAt(context), reason };
    const { restriction, repeated } = await liftRestriction(resources.ledger, lifting);
    reportRestriction(await tellRestriction(resources, restriction.id));
    return context.json(restriction, repeated ? 200 : 201);
  });
}

/** Whoever misspells a place would believe that it is stopped. Throws PIPELINE_UNKNOWN, PLACE_UNKNOWN. */
async function demandPlace(ledger: Ledger, { pipeline, environment }: RestrictionWish): Promise<void> {
  if (pipeline !== undefined) await demandPipeline(ledger, pipeline);
  if (environment === undefined) return;
  const unknown = unknownPlace({ environment, ...(pipeline !== undefined && { pipeline }) }, await listPlaces(ledger));
  if (unknown !== undefined) throw new DrawbridgeError(unknown);
}
