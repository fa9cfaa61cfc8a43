/** Telling the world what happened to promotions: recorded first, published afterwards, at least once. */
import { type Measure, measuresOf, waitingOf } from '#shared/domain/events/metrics.ts';
import type { Told } from '#shared/domain/events/told.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type EventBus, publishEvents } from './event-bus.ts';
import { listUnpublished, recordEvents, recordPublished } from './ledger/events.ts';
import type { PromotionRecord } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';

interface World {
  readonly ledger: Ledger;
  readonly bus: EventBus;
}

/**
 * Publishes what happened to a promotion and was not published yet. Never throws: whoever did what is told has done it, whether it could
 * be told or not.
 */
export async function tell(
  { ledger, bus }: World,
  promotion: PromotionId,
  measured: (record: PromotionRecord) => readonly Measure[] = () => [],
): Promise<Told> {
  let told: Told = { promotion, events: [], measures: [] };
  try {
    const found = await recordEvents(ledger, promotion);
    if (found === undefined) return told;
    const { pipeline, executionArn } = found.record.promotion;
    const measures = [...found.fresh.flatMap(measuresOf), ...measured(found.record)];
    told = { promotion, pipeline, ...(executionArn && { executionArn }), events: found.fresh, measures };
    await publishEvents(bus, found.events.slice(found.published));
    await recordPublished(ledger, found);
    return told;
  } catch (trouble) {
    return { ...told, trouble };
  }
}

/** Minutes between two passes of reconcile, and how far on the next one begins. */
const passMilliseconds = 300_000;
const stride = 100;

/**
 * The same for every promotion that has not ended or was not told to its end, as long as `goOn` says; and how long people have been waited
 * for by `now`. Each pass begins at another place, so that none is left out for ever.
 */
export async function tellUnpublished(world: World, now: string, goOn = () => true): Promise<Told[]> {
  const told: Told[] = [];
  const listed = await listUnpublished(world.ledger);
  const first = (Math.floor(Date.parse(now) / passMilliseconds) * stride) % Math.max(listed.length, 1);
  for (const promotion of [...listed.slice(first), ...listed.slice(0, first)])
    if (goOn()) told.push(await tell(world, promotion, (record) => waitingOf(record, now)));
  return told;
}
