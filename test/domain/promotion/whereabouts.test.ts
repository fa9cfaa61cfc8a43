import { describe, expect, it } from 'vitest';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import type { Running } from '#shared/domain/promotion/running.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { type Bringer, bringersOf, whereabouts } from '#shared/domain/promotion/whereabouts.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, monday } from '#test/builders.ts';

const later = (minutes: number) => new Date(Date.parse(monday) + minutes * 60_000).toISOString();
const prm = (digit: number) => `prm-${`${digit}`.repeat(16)}`;
/** Promotion 1 brought the release a, promotion 2 the release b, and so on, each a minute later. */
const runs = (target: string, promotion: number, change: Partial<Running> = {}): Running => ({
  ...{ pipeline: 'orders', environment: 'production', target },
  ...{ release: `sha256:${promotion}`, releaseId: `orders-${promotion}` },
  ...{ promotion: prm(promotion), since: later(promotion), ...change },
});
const bringer = (
  promotion: number,
  change: Partial<Promotion> = {},
  progress: Pick<TargetProgress, 'target' | 'reasons'>[] = [],
): [string, Bringer] => [
  prm(promotion),
  {
    promotion: aPromotion({ id: prm(promotion), status: 'failed', ...change }),
    progress: progress.map((one) => ({ ...one, environment: 'production' }) as TargetProgress),
  },
];
const whys = (running: Running[], ...bringers: [string, Bringer][]) =>
  Object.fromEntries(
    whereabouts(running, { restrictions: [], bringers: new Map(bringers), at: monday }).flatMap(({ target, why }) =>
      why === undefined ? [] : [[target, why]],
    ),
  );
const reasons = (code: string) => [{ code, text: 'Injected' }];

describe('why a target runs something else than the rest', () => {
  const rest = [runs('eu', 1), runs('us', 1)];
  const ahead = [runs('canary', 2), ...rest];
  const behind = [runs('canary', 1), runs('eu', 2), runs('us', 2)];

  it.each<[string, Running[], [string, Bringer][], object]>([
    ['nothing is said where all run the same', rest, [], {}],
    [
      'a canary that stayed behind the failure of its promotion',
      ahead,
      [bringer(2, {}, [{ target: 'canary', reasons: reasons('PROBE_FAILED') }])],
      { canary: `${prm(2)} ended failed, PROBE_FAILED` },
    ],
    ['one that was first', ahead, [bringer(2, { status: 'running' })], { canary: `${prm(2)} is under way` }],
    [
      'one that was meant alone',
      ahead,
      [bringer(2, { status: 'succeeded', targets: ['canary'] })],
      { canary: `${prm(2)} was for some targets alone, and ended succeeded` },
    ],
    [
      'one that went back',
      ahead,
      [bringer(2, { rollback: { automatic: false, reason: 'customers cannot pay' } })],
      { canary: `rolled back by ${prm(2)}: customers cannot pay` },
    ],
    ['one of which nobody knows the promotion', ahead, [], {}],
    [
      'one that stopped before',
      behind,
      [bringer(2, {}, [{ target: 'canary', reasons: reasons('STACK_FAILED') }])],
      { canary: `${prm(2)} stopped there: STACK_FAILED` },
    ],
    [
      'one whose turn never came',
      behind,
      [bringer(2, {}, [{ target: 'canary', reasons: [] }])],
      { canary: `${prm(2)} ended failed before it was its turn` },
    ],
    ['one whose turn comes', behind, [bringer(2, { status: 'running' })], { canary: `${prm(2)} is under way` }],
    [
      'one that was left out',
      behind,
      [bringer(2, { targets: ['eu', 'us'] })],
      { canary: `${prm(2)} was for other targets` },
    ],
    ['one left behind by who knows what', behind, [], {}],
    [
      'of two, what came last counts',
      [runs('eu', 1), runs('us', 2)],
      [bringer(2)],
      { eu: `${prm(2)} ended failed before it was its turn` },
    ],
    [
      'in whatever order they are listed',
      [runs('us', 2), runs('eu', 1)],
      [bringer(2)],
      { eu: `${prm(2)} ended failed before it was its turn` },
    ],
    [
      'of those that run the same, the one that got it last',
      [runs('us', 1), runs('asia', 3, { release: 'sha256:1' }), runs('eu', 2, { release: 'sha256:1' }), runs('old', 0)],
      [bringer(3)],
      { old: `${prm(3)} ended failed before it was its turn` },
    ],
    [
      'one that runs parts of two releases',
      [runs('eu', 1, { mixed: { promotion: prm(3), releaseId: 'orders-3', at: monday } })],
      [],
      { eu: `${prm(3)} changed some of its stacks to orders-3 and did not finish` },
    ],
  ])('%s', (_, running, bringers, expected) => {
    expect(whys(running, ...bringers)).toEqual(expected);
  });

  it('needs to know who brought what differs, and what the rest got last', () => {
    expect(bringersOf(rest)).toEqual([]);
    expect(bringersOf(ahead)).toEqual([prm(2), prm(1)]);
    const others = behind.map((one) => ({ ...one, environment: 'staging', promotion: prm(4) }));
    expect(bringersOf([...rest, ...others])).toEqual([prm(4)]);
  });
});

describe('what is in the way of a target', () => {
  const put = (kind: 'freeze' | 'stop' | 'hold', wish: object, key = kind as string) =>
    restrictionOf(kind, { reason: 'a test', ...wish } as never, { by: 'carol', key, at: monday });
  it('is told by the kinds of restrictions, and only of those that hold there now', () => {
    const restrictions = [
      put('hold', { pipeline: 'orders', environment: 'production' }),
      put('freeze', { environment: 'production' }),
      put('freeze', {}, 'everything'),
      put('freeze', { from: later(60) }, 'later'),
      put('stop', { pipeline: 'stock' }),
    ];
    const [found] = whereabouts([runs('eu', 1)], { restrictions, bringers: new Map(), at: monday });
    const [hold, freeze, everything] = restrictions.map(({ id }) => id);
    expect(found).toEqual({ ...runs('eu', 1), held: [hold], frozen: [freeze, everything] });
  });
});

describe('what has drifted in a target', () => {
  const drift = (change: object = {}) => ({
    ...{ environment: 'production', target: 'eu', stack: 'api', status: 'DRIFTED' as const, checkedAt: later(2) },
    ...change,
  });

  it.each([
    ['names each of its stacks', [drift(), drift({ stack: 'web' })], ['api', 'web']],
    ['says nothing where all is in sync', [drift({ status: 'IN_SYNC' })], undefined],
    ['says nothing of other targets', [drift({ target: 'us' }), drift({ environment: 'staging' })], undefined],
    ['says nothing of before the release arrived', [drift({ checkedAt: monday })], undefined],
  ])('%s', (_, drifts, expected) => {
    const [found] = whereabouts([runs('eu', 1)], { restrictions: [], bringers: new Map(), at: monday, drifts });
    expect(found?.drifted).toEqual(expected);
  });
});
