/** docs/reference/events.md and the JSON Schema beside it, held to the schema that events are made by. */
import { describe, expect, it } from 'vitest';
import { PromotionEvent } from '#shared/domain/events/event.ts';
import { eventJsonSchema } from '#shared/domain/events/event-json-schema.ts';
import { codeBlocks, pageAt } from './pages.ts';

const page = pageAt('docs/reference/events.md');

describe('events.md', () => {
  it('has the JSON Schema of the events beside it', async () => {
    const text = `${JSON.stringify(eventJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/reference/events.schema.json');
  });

  it('shows an event that fits the schema, with nothing that is not in it', () => {
    const [block] = codeBlocks(page).filter(({ language }) => language === 'json');
    const { 'detail-type': detailType, source, detail } = JSON.parse(block?.text ?? '');
    expect(source).toBe('drawbridge');
    expect(detail).toEqual(PromotionEvent.parse({ detailType, detail }).detail);
  });
});
