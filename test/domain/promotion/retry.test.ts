import { describe, expect, it } from 'vitest';
import type { Promotion, Rollout } from '#shared/domain/promotion/records.ts';
import { retryOf } from '#shared/domain/promotion/retry.ts';
import { aPromotion, aRollout } from '#test/builders.ts';

const rollouts = (...statuses: Rollout['status'][]) =>
  statuses.map((status, index) => aRollout({ environment: ['pre-production', 'production'][index] ?? '', status }));

describe('retrying a promotion', () => {
  it.each<[string, Promotion['status'], Rollout[], string[]]>([
    ['that failed in its second environment begins there', 'failed', rollouts('succeeded', 'failed'), ['production']],
    ['whose first environment had nothing to do', 'errored', rollouts('unchanged', 'errored'), ['production']],
    ['that a gate refused at once', 'rejected', rollouts('rejected'), ['pre-production', 'production']],
    ['that never got anywhere', 'aborted', [], ['pre-production', 'production']],
  ])('%s', (_, status, done, environments) => {
    const promotion = aPromotion({ status });
    expect(retryOf(promotion, done)).toEqual({
      kind: 'request',
      request: { release: promotion.release, environments },
    });
  });

  it.each<[string, Partial<Promotion>]>([
    ['that still runs', { status: 'running' }],
    ['that succeeded', { status: 'succeeded' }],
    ['that only planned', { status: 'rejected', mode: 'plan' }],
  ])('%s is refused', (_, change) => {
    expect(retryOf(aPromotion(change), [])).toMatchObject({ kind: 'refused', problem: { code: 'NOT_RETRIABLE' } });
  });
});
