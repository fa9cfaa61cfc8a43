/** The events as JSON Schema, for whoever reads them elsewhere. */
import * as z from 'zod';
import { eventSource, PromotionEvent } from './event.ts';
import { RestrictionEvent } from './restriction-event.ts';

/** JSON Schema (2020-12) of an event as a rule's target gets it; what EventBridge adds of its own is left open. */
export function eventJsonSchema(): object {
  const all = z.discriminatedUnion('detailType', [...PromotionEvent.options, RestrictionEvent]);
  const { oneOf } = z.toJSONSchema(all, { io: 'input' }) as unknown as { oneOf: EventShape[] };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Events of Drawbridge',
    type: 'object',
    oneOf: oneOf.map(({ properties: { detailType, detail } }) => ({
      title: detailType.const,
      properties: { source: { const: eventSource }, 'detail-type': detailType, detail },
      required: ['source', 'detail-type', 'detail'],
    })),
  };
}

interface EventShape {
  readonly properties: { readonly detailType: { readonly const: string }; readonly detail: object };
}
