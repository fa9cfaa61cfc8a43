import { describe, expect, it } from 'vitest';
import type { Promotion, Rollout } from '#shared/domain/promotion/records.ts';
import { retryOf } from '#shared/domain/promotion/retry.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, aRollout, otherPromotionId } from '#test/builders.ts';

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
    expect(retryOf(promotion, done, [])).toEqual({
      kind: 'request',
      request: { release: promotion.release, environments, mode: 'promote' },
    });
  });

  it.each<[string, Partial<Promotion>]>([
    ['what was to be verified again', { mode: 'verify' }],
    ['its targets', { targets: ['eu'] }],
    ['what it overrules', { override: { of: ['windows'], reason: 'hotfix' } }],
  ])('keeps %s', (_, change) => {
    const retry = retryOf(aPromotion({ status: 'failed', ...change }), [], []);
    expect(retry).toMatchObject({ kind: 'request', request: change });
  });

  it.each<[string, Partial<Promotion>]>([
    ['that still runs', { status: 'running' }],
    ['that succeeded', { status: 'succeeded' }],
    ['that only planned', { status: 'rejected', mode: 'plan' }],
    ['that only looked for drift', { status: 'failed', mode: 'drift' }],
  ])('%s is refused', (_, change) => {
    expect(retryOf(aPromotion(change), [], [])).toMatchObject({ kind: 'refused', problem: { code: 'NOT_RETRIABLE' } });
  });

  const arrived = {
    ...{ environment: 'production', release: digestOf('newer'), releaseId: 'orders-newer' },
    ...{ promotion: otherPromotionId, since: '2026-01-05T12:00:00.000Z' },
  };
  const stopped = (change: Partial<Promotion> = {}) =>
    aPromotion({ status: 'failed', settledAt: '2026-01-05T11:00:00.000Z', ...change });

  it('is refused where another release arrived since, and says which', () => {
    const retry = retryOf(stopped(), rollouts('succeeded', 'failed'), [arrived]);
    expect(retry).toMatchObject({ kind: 'refused', problem: { code: 'RETRY_SUPERSEDED', exit: 3 } });
    expect(retry.kind === 'refused' && retry.problem.cause).toContain(
      `Promotion ${otherPromotionId} brought orders-newer to production at 2026-01-05T12:00:00.000Z`,
    );
    expect(retry.kind === 'refused' && retry.problem.next).toContain('to production as a promotion of its own');
  });

  it('of a promotion whose end is not on record counts from when it was asked for', () => {
    const { settledAt: _, ...open } = stopped();
    expect(retryOf(open, rollouts('succeeded', 'failed'), [arrived]).kind).toBe('refused');
  });

  it.each([
    ['before it ended', { since: '2026-01-05T10:00:00.000Z' }],
    ['in an environment that is done', { environment: 'pre-production' }],
    ['with the same release', { release: aPromotion().release }],
    ['by itself', { promotion: aPromotion().id }],
  ])('goes on where something arrived %s', (_, change) => {
    const retry = retryOf(stopped(), rollouts('succeeded', 'failed'), [{ ...arrived, ...change }]);
    expect(retry).toMatchObject({ kind: 'request', request: { environments: ['production'] } });
  });
});
