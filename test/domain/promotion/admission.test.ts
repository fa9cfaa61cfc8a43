import { describe, expect, it } from 'vitest';
import { ineligibility, turn, withoutTargets } from '#shared/domain/promotion/admission.ts';

const facts = {
  environment: 'production',
  journey: ['pre-production', 'production'],
  releaseId: 'orders-1',
  verifiedIn: new Set(['pre-production']),
  targets: ['production'],
  allowEmpty: false,
};
const now = '2026-01-05T09:00:00.000Z';

describe('may a release enter an environment', () => {
  it.each<[string, Partial<typeof facts>, string | undefined]>([
    ['it may when it was verified in everything before', {}, undefined],
    [
      'it may enter the first without anything before',
      { environment: 'pre-production', verifiedIn: new Set() },
      undefined,
    ],
    ['not an environment it does not have', { environment: 'staging' }, 'ENVIRONMENT_UNKNOWN'],
    ['not without having been verified before', { verifiedIn: new Set() }, 'NOT_ELIGIBLE'],
    ['not without a target', { targets: [] }, 'NO_TARGETS'],
    ['it may without one where that is no error', { targets: [], allowEmpty: true }, undefined],
  ])('%s', (_, change, code) => {
    expect(ineligibility({ ...facts, ...change })?.code).toBe(code);
  });
});

describe('may a release be planned for an environment', () => {
  it.each<[string, Partial<typeof facts>, string | undefined]>([
    ['it may, wherever it was verified before: nothing is executed', { verifiedIn: new Set() }, undefined],
    ['not without a target', { targets: [] }, 'NO_TARGETS'],
    ['it may without one where that is no error', { targets: [], allowEmpty: true }, undefined],
  ])('%s', (_, change, code) => {
    expect(withoutTargets({ ...facts, ...change })?.code).toBe(code);
  });
});

describe('whose turn it is', () => {
  const held = { kind: 'held', holder: 'prm-a', until: now } as const;
  it('is admitted with the epoch of its lease', () => {
    expect(
      turn(
        { kind: 'granted', lease: { holder: 'prm-b', epoch: 3, expiresAt: now } },
        { environment: 'production', now, waits: 0 },
      ),
    ).toEqual({ kind: 'admitted', epoch: 3 });
  });
  it('waits a minute for another’s', () => {
    expect(turn(held, { environment: 'production', now, waits: 0 })).toEqual({
      kind: 'wait',
      until: '2026-01-05T09:01:00.000Z',
    });
  });
  it('gives up once no lease can last so long, naming the holder', () => {
    const answer = turn(held, { environment: 'production', now, waits: 1560 });
    expect(answer).toMatchObject({ kind: 'rejected', problem: { code: 'ENVIRONMENT_BUSY' } });
  });
});
