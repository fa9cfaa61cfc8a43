/** Our event bus. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { eventSource, type PromotionEvent } from '#shared/domain/events/event.ts';
import type { RestrictionEvent } from '#shared/domain/events/restriction-event.ts';
import { asked } from './translate-error.ts';

export interface EventBus {
  readonly name: string;
}

type Published = PromotionEvent | RestrictionEvent;

const service = 'Amazon EventBridge';
/** EventBridge User Guide, PutEvents: ten entries in a request. */
const mostEntries = 10;
let client: EventBridgeClient | undefined;

/** Publishes events in order, ten at a time. Throws AWS_REFUSED when EventBridge took only some of them: then all are to be sent again. */
export async function publishEvents(bus: EventBus, events: readonly Published[]): Promise<void> {
  // News must not hold up what it is about: what takes longer is published by reconcile.
  client ??= new EventBridgeClient({
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 },
  });
  for (let first = 0; first < events.length; first += mostEntries) {
    const Entries = events.slice(first, first + mostEntries).map((event) => entryOf(bus, event));
    const answer = await asked(service, client.send(new PutEventsCommand({ Entries })));
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined)
      throw failure('AWS_REFUSED', {
        service,
        code: `${refused.ErrorCode}`,
        message: refused.ErrorMessage ?? 'it gave no reason',
      });
  }
}

function entryOf(bus: EventBus, { detailType, detail }: Published) {
  return {
    EventBusName: bus.name,
    Source: eventSource,
    DetailType: detailType,
    Time: new Date(detail.occurredAt),
    Detail: JSON.stringify(detail),
  };
}
