import { expect, it } from 'vitest';
import { PromotionEvent } from '#shared/domain/events/event.ts';
import { eventJsonSchema } from '#shared/domain/events/event-json-schema.ts';

it('describes each kind of event as a target of a rule gets it, and leaves room for fields to come', () => {
  const { oneOf } = eventJsonSchema() as { oneOf: { title: string; properties: { detail: { required: string[] } } }[] };
  const kinds = PromotionEvent.options.map(({ shape }) => shape.detailType.value);
  expect(oneOf.map(({ title }) => title)).toEqual([...kinds, 'Drawbridge Restriction State Change']);
  expect(oneOf[0]).toMatchObject({
    properties: { source: { const: 'drawbridge' }, 'detail-type': { const: kinds[0] }, detail: { type: 'object' } },
    required: ['source', 'detail-type', 'detail'],
  });
  for (const { title, properties } of oneOf) {
    const place = title.includes('Restriction') ? 'restriction' : 'sequence';
    expect(properties.detail.required).toEqual(expect.arrayContaining(['version', place, 'summary']));
  }
  expect(JSON.stringify(oneOf)).not.toContain('additionalProperties');
});
