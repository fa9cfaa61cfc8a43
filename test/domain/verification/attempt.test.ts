import { describe, expect, it } from 'vitest';
import { type AttemptSeen, newestAttempts } from '#shared/domain/verification/attempt.ts';
import { monday, promotionId } from '#test/builders.ts';

const seen = (change: Partial<AttemptSeen> = {}): AttemptSeen => ({
  ...{ promotion: promotionId, environment: 'production', target: 'eu', series: 0, index: 0, probe: 'smoke' },
  ...{ attempt: 1, startedAt: monday, outcome: 'passed' },
  ...change,
});

describe('the attempts that are told of a promotion', () => {
  it('are the newest of each probe in each target, those that did not pass first', () => {
    const newest = [
      seen({ target: 'us', attempt: 2, outcome: 'failed', reason: 'no' }),
      seen({ index: 1, probe: 'load', series: 1 }),
      seen({ target: 'us', index: 1, probe: 'load' }),
    ];
    const before = [seen({ target: 'us' }), seen({ index: 1, probe: 'load', attempt: 3, outcome: 'error' })];
    const told = newestAttempts([newest[1]!, ...before, newest[2]!, newest[0]!]);
    expect(told[0]).toEqual(newest[0]);
    expect(told).toHaveLength(3);
    expect(told).toEqual(expect.arrayContaining(newest));
  });

  it('are at most two hundred', () => {
    const many = Array.from({ length: 300 }, (_, index) => seen({ target: `t${index}` }));
    const bad = seen({ target: 'last', outcome: 'error' });
    const told = newestAttempts([...many, bad]);
    expect(told).toHaveLength(200);
    expect(told[0]).toEqual(bad);
  });
});
