import { describe, expect, it } from 'vitest';
import {
  decidedBySoak,
  isSoakStopped,
  isWaveStopped,
  leftOut,
  stoppedBefore,
  type TargetProgress,
  throughTargets,
  waveOf,
} from '#shared/domain/promotion/target-progress.ts';
import { foundIn, isVerificationFailure, wasJudged } from '#shared/domain/promotion/verified-targets.ts';
import { aTargetProgress } from '#test/builders.ts';

const target = (name: string, status: TargetProgress['status'], more: Partial<TargetProgress> = {}) =>
  aTargetProgress({ target: name, status, ...more });
const names = (all: readonly { target: string }[]) => all.map((one) => one.target);

it('a wave is one of one round', () => {
  const all = [
    target('a', 'done'),
    target('b', 'done', { wave: 1 }),
    target('c', 'done', { round: 2 }),
    target('d', 'stopped'),
  ];
  expect(names(waveOf(all, { round: 1, number: 0 }))).toEqual(['a', 'd']);
});

describe('a target of a wave', () => {
  const own = { target: 'own' };
  const two = [target('b', 'stopped'), target('a', 'stopped'), target('c', 'done'), target('d', 'open')];

  it('may be started while no more stopped than are tolerated', () => {
    expect(stoppedBefore(own, two, 2)).toBeUndefined();
    expect(stoppedBefore(own, [target('own', 'stopped')], 0)).toBeUndefined();
  });

  it('may not be started any more afterwards, and is told because of whom', () => {
    expect(stoppedBefore(own, two, 1)).toEqual({
      code: 'TARGET_NOT_STARTED',
      text: 'own was not started: of its wave a, b stopped, and 1 may.',
      next: 'Mend what failed there, then retry the promotion.',
      target: 'own',
    });
  });
});

it.each<[string, TargetProgress['status'][], number, boolean]>([
  ['all are done', ['done', 'done'], 0, false],
  ['one stopped and none may', ['done', 'stopped'], 0, true],
  ['one stopped and one may', ['done', 'stopped'], 1, false],
  ['one never ended', ['done', 'open'], 0, true],
  ['one never began', ['done', 'assigned'], 0, true],
])('a wave of which %s', (_, statuses, tolerated, stopped) => {
  const wave = statuses.map((status, index) => target(`t${index}`, status));
  expect(isWaveStopped(wave, tolerated)).toBe(stopped);
});

it('a round leaves out what stopped in an earlier one, and nothing else', () => {
  const all = [
    target('done', 'done'),
    target('stopped', 'stopped'),
    target('lost', 'open'),
    target('stopped now', 'stopped', { round: 2 }),
    target('under way', 'open', { round: 2 }),
  ];
  expect([...leftOut(all, { round: 1 })]).toEqual([]);
  expect([...leftOut(all, { round: 2 })]).toEqual(['stopped']);
  expect([...leftOut(all, { round: 3 })]).toEqual(['stopped', 'stopped now']);
});

it('a soak decides on its wave, and after the last one on all that were watched with it', () => {
  const all = [
    target('of the wave', 'stopped', { wave: 1 }),
    target('watched', 'stopped', { soaked: false }),
    target('failed in its own soak', 'stopped', { soaked: false, soakDue: true }),
    target('failed before', 'stopped', { soakDue: true }),
    target('of another round', 'done', { round: 2, wave: 1 }),
  ];
  expect(names(decidedBySoak(all, { round: 1, number: 1, last: false }))).toEqual(['of the wave']);
  expect(names(decidedBySoak(all, { round: 1, number: 1, last: true }))).toEqual(['of the wave', 'watched']);
});

describe('after a soak', () => {
  const good = target('good', 'done', { soaked: true });
  const because = (code: string) => ({ soaked: false, reasons: [{ code, text: 'x' }] });
  it.each<[string, TargetProgress[], number, boolean]>([
    ['all soaked', [good], 0, false],
    ['an alarm went off, and none may', [good, target('a', 'stopped', because('SOAK_FAILED'))], 0, true],
    ['an alarm went off, and one may', [good, target('a', 'stopped', because('SOAK_FAILED'))], 1, false],
    ['an alarm could not tell, and one may', [good, target('a', 'stopped', because('SOAK_NOT_READY'))], 1, false],
    ['one stopped before it, and one may', [good, target('a', 'stopped')], 1, false],
    ['one was not watched to the end', [good, target('a', 'stopped', because('STOPPED'))], 5, true],
    ['one never said how it ended', [good, target('a', 'done', { soaked: false })], 5, true],
  ])('a wave of which %s', (_, watched, tolerated, stopped) => {
    expect(isSoakStopped(watched, tolerated)).toBe(stopped);
  });
});

it('through is what is done as a whole, and watched for as long as was asked', () => {
  const all = [
    target('done', 'done'),
    target('soaked', 'done', { soaked: true }),
    target('soaking', 'done', { soaked: false }),
    target('to be watched', 'done', { soakDue: true }),
    target('to be watched again', 'done', { soaked: true, soakDue: true }),
    target('half', 'done', { complete: false }),
    target('open', 'open'),
    target('stopped', 'stopped'),
  ];
  expect(throughTargets(all)).toEqual(['done', 'soaked']);
});

describe('what a rollout found', () => {
  const because = (code: string) => ({ reasons: [{ code, text: 'x' }] });
  const all = [
    target('through', 'done'),
    target('broken', 'stopped', because('THROTTLED')),
    target('probed', 'stopped', because('PROBE_FAILED')),
    target('half', 'done', { complete: false }),
  ];

  it('good is what is through; what only broke is neither good nor bad', () => {
    expect(foundIn({ outcome: 'failed' }, all, ['through', 'broken', 'half', 'idle'])).toEqual({
      good: ['through'],
      bad: ['probed'],
    });
  });

  it('where it went well, all that runs the release is good as well, but never what stopped', () => {
    expect(foundIn({ outcome: 'succeeded' }, all, ['idle', 'half', 'broken', 'probed'])).toEqual({
      good: ['half', 'idle', 'through'],
      bad: ['probed'],
    });
  });

  it.each([
    ['NOT_VERIFIED', true],
    ['PROBE_FAILED', true],
    ['SOAK_FAILED', true],
    ['ACCOUNT_NOT_CLEAN', true],
    ['PROBE_ERROR', false],
    ['STACK_FAILED', false],
  ])('%s says no: %s', (code, expected) => {
    expect(isVerificationFailure({ code })).toBe(expected);
  });
});

it.each<[string, boolean, [TargetProgress['status'], 'deployed' | 'failed' | 'pending'][]]>([
  ['all are done', true, [['done', 'deployed']]],
  ['none was given work', true, []],
  [
    'a stack of one failed',
    true,
    [
      ['done', 'deployed'],
      ['stopped', 'failed'],
    ],
  ],
  [
    'one was kept from starting',
    false,
    [
      ['done', 'deployed'],
      ['stopped', 'pending'],
    ],
  ],
  [
    'one could not be asked',
    false,
    [
      ['done', 'deployed'],
      ['stopped', 'deployed'],
    ],
  ],
  ['one never ended', false, [['open', 'pending']]],
])('where %s, targets say what the release is worth: %s', (_, judged, targets) => {
  const progress = targets.map(([status], index) => target(`t${index}`, status));
  const deployments = targets.map(([, outcome], index) => ({ target: `t${index}`, outcome }));
  expect(wasJudged(progress, deployments)).toBe(judged);
});
