import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProbeOutcome } from '#shared/domain/verification/attempt.ts';
import {
  askSeconds,
  hasTimeFor,
  lookAgainSeconds,
  nextStep,
  probeName,
  type Tried,
  timeoutSeconds,
} from '#shared/domain/verification/next-step.ts';
import { Probe } from '#shared/domain/verification/probe.ts';
import { monday } from '#test/builders.ts';

const smoke: Probe = { lambda: 'drawbridge-verify-orders' };
const machine: Probe = { stateMachine: 'drawbridge-verify-load', timeout: '10m' };
const page: Probe = { http: { output: { stack: 'api', name: 'Url' }, path: '/health' }, retries: 2 };
const later = (seconds: number) => new Date(Date.parse(monday) + seconds * 1000).toISOString();
const tried = (change: Partial<Tried> = {}): Tried => ({ index: 0, attempt: 1, startedAt: monday, ...change });
const ended = (outcome: ProbeOutcome, change: Partial<Tried> = {}) =>
  tried({ outcome, endedAt: monday, ...(outcome === 'passed' ? {} : { reason: 'no orders' }), ...change });

describe('the next step of a verification', () => {
  it.each<[string, readonly Probe[], readonly Tried[], number, object]>([
    ['nothing to do without probes', [], [], 0, { kind: 'passed' }],
    ['the first probe to begin with', [smoke, page], [], 0, { kind: 'ask', index: 0, attempt: 1, probe: smoke }],
    ['a function again that never answered', [smoke], [tried()], 500, { kind: 'ask', attempt: 1 }],
    ['a page again that never answered', [page], [tried()], 500, { kind: 'ask', attempt: 1 }],
    [
      'the next probe after one that passed',
      [smoke, page],
      [ended('passed')],
      0,
      { kind: 'ask', index: 1, attempt: 1 },
    ],
    [
      'the end once all have passed',
      [smoke, page],
      [ended('passed'), ended('passed', { index: 1 })],
      0,
      { kind: 'passed' },
    ],
    ['a no without retries', [smoke, page], [ended('failed')], 0, { kind: 'failed', index: 0, reason: 'no orders' }],
    ['an error without retries', [smoke], [ended('error')], 0, { kind: 'error', reason: 'no orders' }],
    ['a rest before the first retry', [page], [ended('failed')], 5, { kind: 'wait', seconds: 10 }],
    ['the retry once it is due', [page], [ended('failed')], 15, { kind: 'ask', attempt: 2 }],
    [
      'a longer rest before the second',
      [page],
      [ended('failed'), ended('error', { attempt: 2 })],
      0,
      { kind: 'wait', seconds: 30 },
    ],
    [
      'the last word when no retry is left, in whatever order attempts are read',
      [page],
      [ended('error', { attempt: 3 }), ended('failed'), ended('failed', { attempt: 2 })],
      0,
      { kind: 'error', attempt: 3 },
    ],
    [
      'a rest since the beginning where nobody knows the end',
      [page],
      [tried({ outcome: 'failed' })],
      5,
      { kind: 'wait' },
    ],
    ['no reason where none is kept', [smoke], [tried({ outcome: 'error' })], 0, { kind: 'error', reason: '' }],
    ['a look at a state machine that runs', [machine], [tried()], 599, { kind: 'look', attempt: 1 }],
    ['the end of one that runs for too long', [machine], [tried()], 600, { kind: 'overdue', attempt: 1 }],
  ])('is %s', (_, probes, attempts, seconds, expected) => {
    expect(nextStep(probes, attempts, later(seconds))).toMatchObject(expected);
  });

  it('comes to an end, whatever the probes answer: each is asked once and as often again as it may be', () => {
    const outcome = fc.constantFrom<ProbeOutcome>('passed', 'failed', 'error');
    fc.assert(
      fc.property(
        fc.array(fc.nat(5), { minLength: 1, maxLength: 5 }),
        fc.infiniteStream(outcome),
        (retries, answers) => {
          const probes = retries.map((count): Probe => ({ ...smoke, retries: count }));
          const attempts: Tried[] = [];
          let now = 0;
          for (let turns = 0; turns < 100; turns += 1) {
            const step = nextStep(probes, attempts, later(now));
            if (step.kind === 'wait') now += step.seconds;
            else if (step.kind === 'ask') {
              const { value } = answers.next();
              attempts.push(
                ended(value as ProbeOutcome, { index: step.index, attempt: step.attempt, endedAt: later(now) }),
              );
            } else {
              const last = attempts.filter(({ index }) => index === attempts.at(-1)?.index);
              expect(step.kind).toBe(last.at(-1)?.outcome);
              expect(last.length).toBeLessThanOrEqual(1 + (retries[last[0]!.index] ?? 0));
              expect(step.kind === 'passed' ? attempts.filter((one) => one.outcome === 'passed').length : 0).toBe(
                step.kind === 'passed' ? probes.length : 0,
              );
              return;
            }
          }
          throw new Error('no end');
        },
      ),
    );
  });
});

describe('the time of a probe', () => {
  it.each<[Probe, number, number]>([
    [smoke, 60, 60],
    [{ ...smoke, timeout: '4m' }, 240, 240],
    [page, 10, 10],
    [machine, 600, 10],
    [{ stateMachine: 'drawbridge-verify-load' }, 900, 10],
  ])('of %j is %d seconds for an attempt and %d for a call', (probe, attempt, call) => {
    expect([timeoutSeconds(probe), askSeconds(probe)]).toEqual([attempt, call]);
  });

  it('is there for the first attempt of a call, and for others as long as Verify lasts', () => {
    const slow: Probe = { ...smoke, timeout: '4m' };
    expect([hasTimeFor(slow, 0), hasTimeFor(slow, 10), hasTimeFor(smoke, 180), hasTimeFor(smoke, 181)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('between two looks grows to five minutes, and after a day of them to half an hour', () => {
    expect([0, 1, 2, 5, 299, 300].map(lookAgainSeconds)).toEqual([10, 20, 40, 300, 300, 1800]);
  });
});

it.each<[Probe, string]>([
  [smoke, 'drawbridge-verify-orders'],
  [machine, 'drawbridge-verify-load'],
  [page, 'GET api.Url/health'],
  [{ http: { output: { stack: 'api', name: 'Url' } } }, 'GET api.Url'],
])('%j is called %s', (probe, name) => {
  expect(probeName(Probe.parse(probe))).toBe(name);
});
