import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { asFault } from '#shared/domain/http/body-faults.ts';
import { readBody } from '#shared/domain/http/read-body.ts';

const Step = z.union([z.strictObject({ run: z.string() }), z.strictObject({ wait: z.int().positive() })], 'a step');
const Thing = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, 'lower-case letters'),
  labels: z.record(z.string().regex(/^[a-z/]+$/), z.strictObject({ value: z.string() })).optional(),
  sizes: z.array(z.strictObject({ width: z.number(), height: z.number().exactOptional() })).exactOptional(),
  step: Step.optional(),
  choice: z
    .discriminatedUnion('kind', [z.strictObject({ kind: z.literal('one'), first: z.string().optional() })])
    .optional(),
});

const refusalOf = (body: unknown) => {
  try {
    readBody({ body: JSON.stringify(body), isBase64Encoded: false, contentType: 'application/json' }, Thing);
  } catch (error) {
    return (error as { problem: { code: string; cause: string; errors: { code: string; pointer: string }[] } }).problem;
  }
  throw new Error('it was taken');
};

describe('a body that is wrong is told every place', () => {
  it.each<[string, unknown, string, [code: string, pointer: string][]]>([
    ['nothing in it', {}, 'BODY_INVALID', [['FIELD_MISSING', '/name']]],
    ['no object', [], 'BODY_INVALID', [['FIELD_INVALID', '']]],
    [
      'several fields',
      { name: 'A', sizes: [{ width: '1' }, {}] },
      'BODY_INVALID',
      [
        ['FIELD_INVALID', '/name'],
        ['FIELD_INVALID', '/sizes/0/width'],
        ['FIELD_MISSING', '/sizes/1/width'],
      ],
    ],
    [
      'a field that is not there beside one that is wrong',
      { name: 'A', nmae: 'a' },
      'FIELD_UNKNOWN',
      [
        ['FIELD_UNKNOWN', '/nmae'],
        ['FIELD_INVALID', '/name'],
      ],
    ],
    [
      'a field unknown inside a list',
      { name: 'a', sizes: [{ width: 1, heigth: 1 }] },
      'FIELD_UNKNOWN',
      [['FIELD_UNKNOWN', '/sizes/0/heigth']],
    ],
    [
      'one inside a map',
      { name: 'a', labels: { 'a/b': { value: 'x', vlaue: 'y' } } },
      'FIELD_UNKNOWN',
      [['FIELD_UNKNOWN', '/labels/a~1b/vlaue']],
    ],
    [
      'one inside a choice',
      { name: 'a', choice: { kind: 'one', frist: '' } },
      'FIELD_UNKNOWN',
      [['FIELD_UNKNOWN', '/choice/frist']],
    ],
    [
      'a name that a map does not take',
      { name: 'a', labels: { B: { value: '' } } },
      'BODY_INVALID',
      [['FIELD_INVALID', '/labels/B']],
    ],
    ['no alternative', { name: 'a', step: { go: 1 } }, 'BODY_INVALID', [['FIELD_INVALID', '/step']]],
    [
      'what nobody may say, though something else is unknown too',
      { name: 'a', nmae: 'a', roleArn: 'arn' },
      'FIELD_NOT_ALLOWED',
      [
        ['FIELD_UNKNOWN', '/nmae'],
        ['FIELD_NOT_ALLOWED', '/roleArn'],
      ],
    ],
    ['a constructor', { name: 'a', constructor: {} }, 'FIELD_UNKNOWN', [['FIELD_UNKNOWN', '/constructor']]],
  ])('%s', (_name, body, code, errors) => {
    const refusal = refusalOf(body);
    expect(refusal.code).toBe(code);
    expect(refusal.errors.map((error) => [error.code, error.pointer])).toEqual(errors);
  });

  it.each([
    ['nmae', /Did you mean name\?/],
    ['lables', /Did you mean labels\?/],
    ['force', /^There is no field force here\.$/],
  ])('%s is compared with the fields there are', (key, cause) => {
    expect(refusalOf({ name: 'a', [key]: true }).cause).toMatch(cause);
  });

  it.each<[string, unknown]>([
    ['many unknown fields', Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, 1]))],
    ['many wrong ones', { name: 'a', sizes: Array.from({ length: 5000 }, () => ({ width: 'x' })) }],
    ['one with a very long name', { name: 'a', ['x'.repeat(500_000)]: 1 }],
  ])('but not without end: %s', (_name, body) => {
    const refusal = refusalOf(body);
    expect(refusal.errors.length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(refusal).length).toBeLessThan(8000);
  });
});

describe('a fault', () => {
  it('of a field is told with its place, and one of the whole body without', () => {
    const facts = { key: 'name', detail: 'too long' };
    const fault = { code: 'FIELD_INVALID', detail: 'The field name is not valid: too long' };
    expect(asFault(problem('FIELD_INVALID', facts, { pointer: '/name' }))).toEqual({ ...fault, pointer: '/name' });
    expect(asFault(problem('FIELD_INVALID', facts))).toEqual({ ...fault, pointer: '' });
  });
});

it.each(['!!!', 'e30', 'e=30', 'e30=='])('%s is not taken for base64', (body) => {
  const sent = { body, isBase64Encoded: true, contentType: 'application/json' };
  expect(() => readBody(sent, Thing)).toThrow(expect.objectContaining({ name: 'BODY_ENCODING' }));
});
