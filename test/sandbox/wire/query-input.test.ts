import { CreateChangeSet$ } from '@aws-sdk/client-cloudformation';
import { QueryShapeSerializer } from '@aws-sdk/core/protocols';
import { NormalizedSchema } from '@smithy/core/schema';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueryInput } from '#sandbox/wire/query-input.ts';
import { structure, TEXT } from '#sandbox/wire/xml.ts';

const LIST = 1;
const MAP = 2;
const NUMBER = 1;
const TIME = 4;
const FLATTENED = { xmlFlattened: 1 };

const schema = NormalizedSchema.of(
  structure('Everything', {
    Text: TEXT,
    Count: NUMBER,
    At: TIME,
    Blob: 21 as never,
    Texts: [LIST, 'test', 'Texts', 0, TEXT] as never,
    FlatTexts: [[LIST, 'test', 'Texts', 0, TEXT], FLATTENED] as never,
    Labels: [MAP, 'test', 'Labels', 0, TEXT, TEXT] as never,
    FlatLabels: [[MAP, 'test', 'Labels', 0, TEXT, TEXT], FLATTENED] as never,
    Nested: [
      LIST,
      'test',
      'Nested',
      0,
      structure('Inner', { Name: TEXT, Inner: [LIST, 'test', 'Texts', 0, TEXT] as never }),
    ] as never,
  }),
);

const texts = fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 12 });
const labels = fc.dictionary(fc.stringMatching(/^[a-z.:/]{1,8}$/), fc.string(), {
  minKeys: 1,
  maxKeys: 11,
  noNullPrototype: true,
});

describe('reading a Query request', () => {
  it('gives back whatever the SDK serializes', () => {
    const input = fc.record(
      {
        Text: fc.string({ unit: 'grapheme' }),
        Count: fc.integer(),
        At: fc.integer({ min: 0, max: 4e9 }).map((seconds) => new Date(seconds * 1000)),
        Blob: fc.uint8Array({ maxLength: 20 }),
        Texts: texts,
        FlatTexts: texts,
        Labels: labels,
        FlatLabels: labels,
        Nested: fc.array(fc.record({ Name: fc.string(), Inner: texts }), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(input, (value) => {
        const serializer = new QueryShapeSerializer({ timestampFormat: { useTrait: true, default: 5 } });
        serializer.write(schema, value);
        const form = [...new URLSearchParams(String(serializer.flush()))];
        expect(readQueryInput(schema, form)).toEqual(value);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('reads list elements by their number, not in the order sent', () => {
    const form = [2, 10, 1].map((number) => [`Texts.member.${number}`, `t${number}`] as const);
    expect(readQueryInput(schema, form)).toEqual({ Texts: ['t1', 't2', 't10'] });
  });

  it('reads an empty list', () => {
    expect(readQueryInput(schema, [['Texts', '']])).toEqual({ Texts: [] });
  });

  it.each([
    ['a time that is none', 'At', 'yesterday'],
    ['a number that is none', 'Count', '12a'],
  ])('refuses %s', (_, name, value) => {
    expect(() => readQueryInput(schema, [[name, value]])).toThrow(`Value '${value}' at '${name}'`);
  });

  it('refuses any parameter of an operation without input', () => {
    expect(readQueryInput(NormalizedSchema.of('unit'), [])).toEqual({});
    expect(() => readQueryInput(NormalizedSchema.of('unit'), [['Text', 'a']])).toThrow('does not have: Text');
  });

  it('is not fooled by names every object has', () => {
    const input = NormalizedSchema.of(CreateChangeSet$[4]);
    expect(() => readQueryInput(input, [['constructor', 'a']])).toThrow('does not have: constructor');
    expect(() => readQueryInput(input, [['__proto__.x', 'a']])).toThrow('does not have: __proto__');
  });
});
