import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome, Promotion } from '#shared/domain/promotion/records.ts';
import {
  arriving,
  isSameRollback,
  overtaken,
  rollbackOf,
  type Settling,
  type TargetHistory,
  targetsToRollBack,
  waysBack,
} from '#shared/domain/promotion/rollback.ts';
import { aPromotion } from '#test/builders.ts';

type Verified = TargetHistory['verified'][number];
const found = (release: string, revoked?: true): Verified => ({
  ...{ release, releaseId: `orders-${release}` },
  ...(revoked && { revoked }),
});
const history = (target: string, runs: string | undefined, verified: Verified[], mixed?: object): TargetHistory => ({
  ...{ target, verified },
  runs: runs === undefined ? undefined : { release: runs, releaseId: `orders-${runs}`, ...(mixed && { mixed }) },
});
const backOf = (one: TargetHistory) => waysBack([one]).back[0]?.release;

describe('a target goes back', () => {
  it.each<[string, TargetHistory, string | undefined]>([
    ['to what was verified before what it runs', history('eu', 'b', [found('a'), found('b')]), 'a'],
    ['to what was verified last, where what it runs was not', history('eu', 'c', [found('a'), found('b')]), 'b'],
    ['past what was found bad since', history('eu', 'c', [found('a'), found('b'), found('b', true)]), 'a'],
    ['to what was found good again', history('eu', 'c', [found('a'), found('b', true), found('b')]), 'b'],
    ['to what was verified again later', history('eu', 'c', [found('a'), found('b'), found('a')]), 'a'],
    ['to what it ran, where parts of it were changed since', history('eu', 'a', [found('a')], {}), 'a'],
    ['nowhere, where only what it runs is verified', history('eu', 'a', [found('a')]), undefined],
    ['nowhere, where nothing is', history('eu', undefined, []), undefined],
  ])('%s', (_, one, expected) => {
    expect(backOf(one)).toBe(expected);
    expect(waysBack([one]).nowhere).toEqual(expected === undefined ? ['eu'] : []);
  });

  const events = fc.array(
    fc
      .record({ release: fc.constantFrom('a', 'b', 'c', 'd'), revoked: fc.boolean() })
      .map(({ release, revoked }) => found(release, revoked || undefined)),
    { maxLength: 12 },
  );
  const runs = fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: undefined });

  it('to nothing but what was verified there and was not found bad since', () => {
    fc.assert(
      fc.property(events, runs, (verified, running) => {
        const release = backOf(history('eu', running, verified));
        const words = verified.filter((one) => one.release === release);
        if (release === undefined) {
          const last = new Map(verified.map((one) => [one.release, one.revoked]));
          return [...last].every(([known, revoked]) => revoked === true || known === running);
        }
        return words.length > 0 && words.at(-1)?.revoked !== true && release !== running;
      }),
    );
  });

  it('every target in one way or nowhere, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(events, runs), { maxLength: 6 }), (all) => {
        const targets = all.map(([verified, running], index) => history(`t${index}`, running, verified));
        const ways = waysBack(targets);
        expect(waysBack(targets.toReversed())).toEqual(ways);
        const named = [...ways.back.flatMap((way) => way.targets), ...ways.nowhere];
        expect(named.toSorted()).toEqual(targets.map(({ target }) => target));
        expect(new Set(ways.back.map(({ release }) => release)).size).toBe(ways.back.length);
      }),
    );
  });
});

describe('a rollback of several targets', () => {
  const eu = history('eu', 'b', [found('a'), found('b')]);
  const us = history('us', 'c', [found('b'), found('c')]);

  it('is one where they go back to one release', () => {
    expect(rollbackOf('production', [eu, { ...eu, target: 'ap' }])).toEqual({
      kind: 'back',
      way: {
        ...{ release: 'a', releaseId: 'orders-a', targets: ['ap', 'eu'] },
        from: [{ release: 'b', releaseId: 'orders-b', targets: ['ap', 'eu'] }],
      },
    });
  });

  it('says what each of them runs, as far as it runs anything', () => {
    const verified = [found('a')];
    const targets = [
      history('us', 'c', verified),
      eu,
      history('ap', 'c', verified),
      history('af', undefined, verified),
    ];
    expect(waysBack(targets).back[0]?.from).toEqual([
      { release: 'c', releaseId: 'orders-c', targets: ['ap', 'us'] },
      { release: 'b', releaseId: 'orders-b', targets: ['eu'] },
    ]);
  });

  it.each<[string, TargetHistory[], string, string]>([
    ['nothing runs', [], 'ROLLBACK_NOWHERE', 'No target of production runs anything'],
    ['one has nowhere to go', [eu, history('us', 'c', [found('c')])], 'ROLLBACK_NOWHERE', 'in production on us,'],
    ['they go to several', [us, eu], 'ROLLBACK_MIXED', 'eu to orders-a; us to orders-b.'],
    [
      'many have nowhere to go',
      Array.from({ length: 7 }, (_, index) => history(`t${index}`, undefined, [])),
      'ROLLBACK_NOWHERE',
      't0, t1, t2, t3, t4 and 2 more',
    ],
  ])('is refused where %s', (_, targets, code, cause) => {
    const choice = rollbackOf('production', targets);
    expect(choice).toMatchObject({ kind: 'refused', problem: { code, cause: expect.stringContaining(cause) } });
  });

  it('names the targets to choose', () => {
    const choice = rollbackOf('production', [us, eu]);
    expect(choice.kind === 'refused' && choice.problem.next).toContain('--targets eu.');
  });
});

describe('a rollback that is asked for during a rollout', () => {
  const verified = [found('a'), found('b')];
  const [eu, us] = [history('eu', 'b', verified), history('us', 'b', verified, {})];
  const underWay = { release: 'c', releaseId: 'orders-c', targets: new Set(['eu', 'us']) };

  it('is for what the rollout brings, and so goes back to what ran before it', () => {
    expect(backOf(eu)).toBe('a');
    expect(waysBack(arriving([eu, us], underWay)).back).toMatchObject([
      { release: 'b', targets: ['eu', 'us'], from: [{ release: 'c', targets: ['eu', 'us'] }] },
    ]);
  });

  const bad = [...verified, found('b', true)];
  const asked = waysBack(arriving([history('eu', 'b', bad), history('us', 'b', bad)], underWay)).back;

  it('keeps what its targets ran before as well, where they go further back than that', () => {
    expect(asked).toEqual([
      {
        ...{ release: 'a', releaseId: 'orders-a', targets: ['eu', 'us'] },
        from: ['c', 'b'].map((ran) => ({ release: ran, releaseId: `orders-${ran}`, targets: ['eu', 'us'] })),
      },
    ]);
  });

  it('names a target once where the rollout brings what it ran in part, and where it ran nothing', () => {
    const targets = [history('eu', 'c', [found('a')], {}), history('us', undefined, [found('a')])];
    expect(waysBack(arriving(targets, underWay)).back[0]?.from).toMatchObject([
      { release: 'c', targets: ['eu', 'us'] },
    ]);
  });

  it.each<[string, [string, string], string | undefined]>([
    ['may start while nothing of it is on record', ['b', 'b'], undefined],
    ['may start where it reached all of them', ['c', 'c'], undefined],
    ['may start where it never reached one', ['c', 'b'], undefined],
    ['may not where somebody brought something else', ['c', 'd'], 'ROLLBACK_OVERTAKEN'],
  ])('%s', (_, [onEu, onUs], expected) => {
    const rollback = { automatic: false, reason: 'bad', from: [...(asked[0]?.from ?? [])] };
    const promotion = aPromotion({ release: 'a', targets: ['eu', 'us'], rollback });
    const runs = Object.entries({ eu: onEu, us: onUs }).map(([target, release]) => {
      return { target, release, releaseId: `orders-${release}` };
    });
    expect(overtaken(promotion, runs)?.code).toBe(expected);
  });

  it('takes the others as they are, and all of them where nothing is under way', () => {
    const others = [history('ap', 'b', verified), history('af', 'b', verified)];
    expect(arriving(others, underWay)).toEqual(others);
    expect(arriving([eu, us], undefined)).toEqual([eu, us]);
  });
});

describe('what goes back by itself', () => {
  const reasons = (code: string) => [{ code, text: 'Injected' }];
  const settling = (change: Partial<Settling> = {}): Settling => ({
    promotion: { mode: 'promote' },
    environment: { onFailedVerification: 'rollback' },
    outcome: 'failed',
    progress: [
      { target: 'us', reasons: [] },
      { target: 'eu', reasons: reasons('PROBE_FAILED') },
      { target: 'ap', reasons: reasons('SOAK_NOT_READY') },
      { target: 'af', reasons: reasons('STACK_FAILED') },
    ],
    running: ['us', 'eu', 'ap'],
    ...change,
  });

  it.each<[string, Partial<Settling>, string[]]>([
    ['a target that said no', {}, ['eu']],
    ['also where it is tolerated', { outcome: 'succeeded' }, ['eu']],
    ['a soak that failed', { progress: [{ target: 'us', reasons: reasons('SOAK_FAILED') }] }, ['us']],
    ['nothing where a stop ended the soak', { progress: [{ target: 'us', reasons: reasons('STOPPED') }] }, []],
    ['nothing where the environment only stops', { environment: { onFailedVerification: 'stop' } }, []],
    ['nothing where it says nothing', { environment: {} }, []],
    ['also where our machinery broke in another target', { outcome: 'errored' }, ['eu']],
    ['nothing where a person stopped the promotion', { outcome: 'aborted' }, []],
    ['nothing of what is only verified again', { promotion: { mode: 'verify' } }, []],
    ['nothing where it does not run the release', { running: ['us'] }, []],
  ])('%s', (_, change, expected) => {
    expect(targetsToRollBack(settling(change))).toEqual(expected);
  });

  it('nothing of a rollback, whatever happens to it', () => {
    const outcomes = fc.constantFrom<Outcome>('succeeded', 'unchanged', 'failed', 'errored', 'rejected', 'aborted');
    const rollback = fc.record({ automatic: fc.boolean(), reason: fc.string() });
    fc.assert(
      fc.property(outcomes, rollback, (outcome, own) => {
        const promotion: Settling['promotion'] = { mode: 'promote', rollback: own };
        return targetsToRollBack(settling({ outcome, promotion })).length === 0;
      }),
    );
  });
});

describe('a rollback that comes late', () => {
  const from = [
    { release: 'b', releaseId: 'orders-b', targets: ['us', 'eu'] },
    { release: 'c', releaseId: 'orders-c', targets: ['ap'] },
  ];
  const rollback = { of: 'prm-fedcba9876543210', automatic: true, reason: 'bad', from };
  const of = (change: Partial<Promotion> = {}) => aPromotion({ release: 'a', targets: ['eu'], rollback, ...change });
  const running = (release: string, target = 'eu') => [{ target, release, releaseId: `orders-${release}` }];

  it.each<[string, Promotion, ReturnType<typeof running>, string | undefined]>([
    ['goes on where what ran then runs still', of(), running('b'), undefined],
    ['goes on where it arrived already', of(), running('a'), undefined],
    ['goes on whatever other targets run', of(), running('c', 'us'), undefined],
    ['stops where somebody was quicker', of(), running('c'), 'ROLLBACK_OVERTAKEN'],
    ['stops where another target ran that', of({ targets: ['eu', 'ap'] }), running('c'), 'ROLLBACK_OVERTAKEN'],
    ['goes on where each runs its own', of({ targets: ['eu', 'ap'] }), running('c', 'ap'), undefined],
    ['stops where nothing ran then', of({ targets: ['af'] }), running('c', 'af'), 'ROLLBACK_OVERTAKEN'],
    [
      'stops just as well where a person asked',
      of({ rollback: { automatic: false, reason: 'bad', from } }),
      running('c'),
      'ROLLBACK_OVERTAKEN',
    ],
    [
      'goes on where nobody kept what ran',
      of({ rollback: { automatic: true, reason: 'bad' } }),
      running('c'),
      undefined,
    ],
    ['goes on where it is none', aPromotion({ release: 'a', targets: ['eu'] }), running('c'), undefined],
  ])('%s', (_, promotion, runs, expected) => {
    expect(overtaken(promotion, runs)?.code).toBe(expected);
  });

  it('is about nothing where it names no target', () => {
    const { targets: _, ...all } = of();
    expect(overtaken(all, running('c'))).toBeUndefined();
  });
});

describe('a rollback that is asked for again', () => {
  const wish = { pipeline: 'orders', environment: 'production', reason: 'bad' };
  const promotion = aPromotion({
    ...{ pipeline: 'orders', environments: ['production'], targets: ['eu', 'us'] },
    rollback: { automatic: false, reason: 'bad' },
  });
  it.each([
    ['the same without targets', promotion, wish, true],
    ['the same targets in another order', promotion, { ...wish, targets: ['us', 'eu', 'us'] }, true],
    ['other targets', promotion, { ...wish, targets: ['eu'] }, false],
    ['another reason', promotion, { ...wish, reason: 'worse' }, false],
    ['another environment', promotion, { ...wish, environment: 'staging' }, false],
    ['another pipeline', promotion, { ...wish, pipeline: 'stock' }, false],
    ['a promotion that is none', aPromotion({ environments: ['production'] }), { ...wish, targets: ['eu'] }, false],
  ])('%s', (_, before, again, expected) => {
    expect(isSameRollback(before, again)).toBe(expected);
  });
});
