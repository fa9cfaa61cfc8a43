import { describe, expect, it } from 'vitest';
import { type CheckedPart, DriftRecord, driftedText, driftRecordOf, driftText } from '#shared/domain/drift/drift.ts';
import { monday, promotionId } from '#test/builders.ts';
import { aDriftedResource } from './drift-builders.ts';

const where = {
  ...{ pipeline: 'orders', environment: 'production', target: 'production', stack: 'api', stackName: 'orders-api' },
  promotion: promotionId,
};
const later = '2026-01-05T09:05:00.000Z';
const recorded = (...parts: CheckedPart[]) => DriftRecord.parse(driftRecordOf(where, parts, later));
const part = (change: Partial<CheckedPart> = {}): CheckedPart => ({ checkedAt: monday, resources: [], ...change });

describe('what is known of a stack', () => {
  it.each<[string, CheckedPart[], string]>([
    ['nothing differs', [part(), part({ within: 'Nested' })], 'IN_SYNC'],
    ['something differs in it', [part({ resources: [aDriftedResource()] })], 'DRIFTED'],
    [
      'something differs in a nested stack',
      [part(), part({ within: 'N', resources: [aDriftedResource()] })],
      'DRIFTED',
    ],
    ['a part could not be checked', [part(), part({ within: 'N', reason: 'busy' })], 'NOT_CHECKED'],
    [
      'a part differs and another could not be checked',
      [part({ resources: [aDriftedResource()], reason: 'no' })],
      'DRIFTED',
    ],
  ])('where %s', (_, parts, status) => {
    expect(recorded(...parts).status).toBe(status);
  });

  it('is from when the first of its detections began, or from now where none did', () => {
    expect(recorded(part({ checkedAt: later, within: 'N' }), part()).checkedAt).toBe(monday);
    expect(recorded(part({ checkedAt: undefined, reason: 'x' })).checkedAt).toBe(later);
  });

  it('names resources with the nested stacks they are in, in order, and what was not checked and why', () => {
    const found = recorded(
      part({ within: 'N', resources: [aDriftedResource({ paths: ['/B', '/A'] })], reason: 'rate exceeded' }),
      part({ resources: [aDriftedResource({ logicalId: 'Alerts' })], reason: 'no right' }),
    );
    expect(found.resources).toEqual([
      aDriftedResource({ logicalId: 'Alerts' }),
      aDriftedResource({ within: 'N', paths: ['/A', '/B'] }),
    ]);
    expect(found.reasons).toEqual(['N: rate exceeded', 'no right']);
  });

  it('stays small, and says how much more there is', () => {
    const paths = Array.from({ length: 30 }, (_, index) => `/P${index}`);
    const resources = Array.from({ length: 60 }, (_, index) => aDriftedResource({ logicalId: `R${index}`, paths }));
    const reasons = Array.from({ length: 15 }, () => part({ reason: 'x'.repeat(1000) }));
    const found = recorded(part({ resources }), ...reasons);
    expect([found.resources.length, found.more, found.resources[0]?.paths.length]).toEqual([20, 40, 20]);
    expect(found.reasons.map(({ length }) => length)).toEqual(Array(10).fill(300));
  });
});

describe('drift in words', () => {
  it.each([
    ['Jobs (/VisibilityTimeout)', aDriftedResource()],
    ['N/Jobs (/A, /B)', aDriftedResource({ within: 'N', paths: ['/A', '/B'] })],
    ['Jobs (deleted)', aDriftedResource({ status: 'DELETED', paths: [] })],
    ['Jobs', aDriftedResource({ paths: [] })],
  ])('%s', (text, resource) => {
    expect(driftText(resource)).toBe(text);
  });

  it('is cut after five resources, and says so where CloudFormation names none', () => {
    const many = Array.from({ length: 7 }, (_, index) => aDriftedResource({ logicalId: `R${index}`, paths: [] }));
    expect(driftedText(many, 3)).toBe('R0; R1; R2; R3; R4 and 5 more');
    expect(driftedText(many.slice(0, 2))).toBe('R0; R1');
    expect(driftedText([])).toBe('CloudFormation does not say in what');
  });
});
