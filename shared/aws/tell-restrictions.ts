/** Telling the world of freezes, emergency stops and holds: on record first, published afterwards, at least once. */
import { restrictionEvents } from '#shared/domain/events/restriction-event.ts';
import type { ToldRestriction } from '#shared/domain/events/told.ts';
import { type EventBus, publishEvents } from './event-bus.ts';
import { listUntold, noteTold, readUntold } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';

interface World {
  readonly ledger: Ledger;
  readonly bus: EventBus;
}

/** Publishes what happened to a restriction and was not published yet. Never throws: it holds, or was lifted, whether it could be told or not. */
export async function tellRestriction({ ledger, bus }: World, id: string): Promise<ToldRestriction> {
  try {
    const found = await readUntold(ledger, id);
    if (found === undefined) return { restriction: id };
    const events = restrictionEvents(found.restriction);
    await publishEvents(bus, found.since === 'put' ? events : events.slice(1));
    await noteTold(ledger, found.restriction);
    return { restriction: id };
  } catch (trouble) {
    return { restriction: id, trouble };
  }
}

/** The same for all of them, `most` in a pass and while there is time: what promotions put and lifted, and what could not be told before. */
export async function tellRestrictions(world: World, most: number, hasTime: () => boolean): Promise<ToldRestriction[]> {
  const told: ToldRestriction[] = [];
  for (const id of await listUntold(world.ledger, most)) if (hasTime()) told.push(await tellRestriction(world, id));
  return told;
}
