import { describe, expect, it } from 'vitest';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { type AlarmFacts, type SoakLook, soakAnswer } from '#shared/domain/verification/soak.ts';
import { soakAfter } from '#shared/domain/verification/soak-settings.ts';
import { monday } from '#test/builders.ts';

const later = (minutes: number) => new Date(Date.parse(monday) + minutes * 60_000).toISOString();
const alarm = (change: Partial<AlarmFacts> = {}): AlarmFacts => ({
  name: 'orders-5xx',
  state: 'OK',
  reason: 'Threshold Crossed: 1 datapoint',
  configuredAt: later(-600),
  ...change,
});
const look = (change: Partial<SoakLook> = {}) =>
  soakAnswer({
    settings: { seconds: 1800, alarms: ['orders-5xx'], insufficientData: 'fail' },
    seen: [alarm()],
    endsAt: later(30),
    at: monday,
    first: false,
    linkOf: (name) => `https://console/${name}`,
    target: { name: 'production', account: '333333333333', region: 'eu-west-1' },
    ...change,
  });
const lax = { seconds: 1800, alarms: ['orders-5xx'], insufficientData: 'pass' } as const;
const noData = alarm({ state: 'INSUFFICIENT_DATA', reason: 'no data' });

describe('a look at a soak', () => {
  it.each<[string, Partial<SoakLook>, object]>([
    ['goes on in five minutes', {}, { kind: 'pending', until: later(5) }],
    ['goes on at the end, if that is sooner', { at: later(27) }, { kind: 'pending', until: later(30) }],
    ['ends it at its end', { at: later(30) }, { kind: 'soaked' }],
    ['ends it when it comes late', { at: later(31) }, { kind: 'soaked' }],
    [
      'knows the end however it is written',
      { at: later(30), endsAt: later(30).replace('.000', '') },
      { kind: 'soaked' },
    ],
    ['watches nothing where there are no alarms', { settings: { ...lax, alarms: [] }, seen: [] }, { kind: 'pending' }],
    [
      'lets an alarm without data pass where the pipeline says so',
      { settings: lax, seen: [noData] },
      { kind: 'pending' },
    ],
    ['waits for the data of a new alarm', { seen: [{ ...noData, configuredAt: later(-9) }] }, { kind: 'pending' }],
  ])('%s', (_, change, expected) => {
    expect(look(change)).toMatchObject(expected);
  });

  it.each<[string, Partial<SoakLook>, string, RegExp]>([
    ['an alarm that is off now', { seen: [alarm({ state: 'ALARM' })] }, 'SOAK_FAILED', /ALARM\. Threshold Crossed/],
    [
      'an alarm that was off meanwhile and came back',
      { seen: [alarm({ fired: { at: later(3), reason: '12 errors' } })] },
      'SOAK_FAILED',
      /ALARM at 2026-01-05T09:03:00\.000Z\. 12 errors/,
    ],
    ['an alarm that is gone', { seen: [] }, 'SOAK_FAILED', /missing\. there is no alarm of this name/],
    ['an alarm without data', { seen: [noData] }, 'SOAK_FAILED', /INSUFFICIENT_DATA\. no data/],
    [
      'a new alarm without data in the end',
      { at: later(30), seen: [{ ...noData, configuredAt: later(25) }] },
      'SOAK_FAILED',
      /no data/,
    ],
    [
      'an alarm that was off before',
      { first: true, seen: [alarm({ state: 'ALARM' })] },
      'SOAK_NOT_READY',
      /cannot begin/,
    ],
    ['an alarm that never was', { first: true, settings: lax, seen: [] }, 'SOAK_NOT_READY', /missing/],
  ])('fails for %s', (_, change, code, text) => {
    expect(look(change)).toMatchObject({
      kind: 'failed',
      reason: { code, resource: 'orders-5xx', target: 'production', text: expect.stringMatching(text) },
    });
    expect(look(change)).toMatchObject({ reason: { text: expect.stringContaining('https://console/orders-5xx') } });
  });
});

const policy = (soak: Policy['soak']): Policy => ({
  apiVersion: 'drawbridge/v1',
  kind: 'Policy',
  metadata: { name: 'guard' },
  ...(soak && { soak }),
});
const soak = { for: '30m', alarms: ['orders-5xx'] };

describe('the soak after a wave', () => {
  it.each<[string, Parameters<typeof soakAfter>[0], Policy[], object | undefined]>([
    ['is none where nobody asks for it', { environment: {}, wave: 0, waves: 1 }, [policy(undefined)], undefined],
    [
      'is the environment’s after the last one, and strict',
      { environment: { soak }, wave: 0, waves: 1 },
      [],
      { seconds: 1800, alarms: ['orders-5xx'], insufficientData: 'fail' },
    ],
    [
      'is none after an earlier one that has none',
      { environment: { soak }, wave: 0, waves: 2 },
      [policy({ atLeast: '1h' })],
      undefined,
    ],
    [
      'is the wave’s own after an earlier one',
      { environment: { soak, waves: [{ soak: '10m' }, {}] }, wave: 0, waves: 2 },
      [policy({ atLeast: '1h' })],
      { seconds: 600 },
    ],
    [
      'is the longest after the last one',
      { environment: { soak, waves: [{}, { soak: '45m' }] }, wave: 1, waves: 2 },
      [],
      { seconds: 2700 },
    ],
    [
      'is what any policy wants at least',
      { environment: { soak }, wave: 0, waves: 1 },
      [policy({ atLeast: '1h' }), policy({ atLeast: '40m' })],
      { seconds: 3600 },
    ],
    [
      'is a time without alarms where only a policy wants it',
      { environment: {}, wave: 0, waves: 1 },
      [policy({ atLeast: '1h' })],
      { seconds: 3600, alarms: [], insufficientData: 'fail' },
    ],
    [
      'passes alarms without data if the pipeline says so',
      { environment: { soak: { ...soak, insufficientData: 'pass' } }, wave: 0, waves: 1 },
      [policy({ atLeast: '10m' })],
      { seconds: 1800, insufficientData: 'pass' },
    ],
    [
      'does not, if any policy says otherwise',
      { environment: { soak: { ...soak, insufficientData: 'pass' } }, wave: 0, waves: 1 },
      [policy({}), policy({ insufficientData: 'fail' })],
      { insufficientData: 'fail' },
    ],
  ])('%s', (_, soaked, policies, expected) => {
    const found = soakAfter(soaked, policies);
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });
});
