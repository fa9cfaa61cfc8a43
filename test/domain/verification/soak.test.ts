import { describe, expect, it } from 'vitest';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { type AlarmFacts, type SoakLook, soakAnswer, unreadiness } from '#shared/domain/verification/soak.ts';
import { soakAtLeast, soakSettings, withoutSoak } from '#shared/domain/verification/soak-settings.ts';
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
    settings: { alarms: ['orders-5xx'], insufficientData: 'fail' },
    seen: [alarm()],
    targetStartedAt: later(-20),
    startedAt: monday,
    endsAt: later(30),
    at: monday,
    linkOf: (name) => `https://console/${name}`,
    target: { name: 'production' },
    ...change,
  });
const lax = { alarms: ['orders-5xx'], insufficientData: 'pass' } as const;
const noData = alarm({ state: 'INSUFFICIENT_DATA', reason: 'no data' });

describe('a look at a soak', () => {
  it.each<[string, Partial<SoakLook>, object]>([
    ['goes on in five minutes', {}, { kind: 'pending', until: later(5) }],
    ['looks more rarely during a long one', { endsAt: later(14 * 1440) }, { kind: 'pending', until: later(25.2) }],
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
    [
      'an alarm that is off since the target was deployed, also when it is looked at first',
      { seen: [alarm({ state: 'ALARM', since: later(-20) })] },
      'SOAK_FAILED',
      /ALARM\. Threshold Crossed/,
    ],
    [
      'an alarm that is off, where only its history says since when',
      { seen: [alarm({ state: 'ALARM', fired: { at: later(-5), reason: '12 errors' } })] },
      'SOAK_FAILED',
      /ALARM\. Threshold Crossed/,
    ],
    [
      'an alarm that is off in the end, where nobody looked before',
      { at: later(31), seen: [alarm({ state: 'ALARM', since: later(2) })] },
      'SOAK_FAILED',
      /ALARM/,
    ],
    [
      'an alarm that was off meanwhile and came back',
      { seen: [alarm({ fired: { at: later(3), reason: '12 errors' } })] },
      'SOAK_FAILED',
      /ALARM at 2026-01-05T09:03:00\.000Z\. 12 errors/,
    ],
    [
      'an alarm that lost its data since the target was deployed',
      { seen: [{ ...noData, since: later(-10) }] },
      'SOAK_FAILED',
      /INSUFFICIENT_DATA\. no data/,
    ],
    [
      'an alarm that had no data before',
      { seen: [{ ...noData, since: later(-21) }] },
      'SOAK_NOT_READY',
      /INSUFFICIENT_DATA\. no data/,
    ],
    ['an alarm without data since nobody knows when', { seen: [noData] }, 'SOAK_NOT_READY', /no data/],
    [
      'a new alarm without data in the end',
      { at: later(30), seen: [{ ...noData, configuredAt: later(25), since: later(25) }] },
      'SOAK_NOT_READY',
      /no data/,
    ],
    [
      'an alarm that was off before',
      { at: later(10), seen: [alarm({ state: 'ALARM', since: later(-21) })] },
      'SOAK_NOT_READY',
      /cannot be watched/,
    ],
    [
      'an alarm that is off since nobody knows when',
      { seen: [alarm({ state: 'ALARM' })] },
      'SOAK_NOT_READY',
      /cannot be watched/,
    ],
    ['an alarm that is not there', { settings: lax, seen: [] }, 'SOAK_NOT_READY', /there is no alarm of this name/],
  ])('fails for %s', (_, change, code, text) => {
    expect(look(change)).toMatchObject({
      kind: 'failed',
      reason: { code, resource: 'orders-5xx', target: 'production', text: expect.stringMatching(text) },
    });
    expect(look(change)).toMatchObject({ reason: { text: expect.stringContaining('https://console/orders-5xx') } });
  });
});

describe('a target whose alarms will be watched', () => {
  const about = { at: monday, linkOf: (name: string) => `https://console/${name}`, target: { name: 'production' } };
  const strict = { alarms: ['orders-5xx', 'orders-slow'], insufficientData: 'fail' } as const;
  const slow = (change: Partial<AlarmFacts>) => [alarm(), alarm({ name: 'orders-slow', ...change })];

  it.each<[string, readonly AlarmFacts[], object]>([
    ['while they are OK', slow({}), {}],
    ['where an alarm may come with the release', [], {}],
    ['while a new alarm has no data yet', slow({ ...noData, name: 'orders-slow', configuredAt: later(-9) }), {}],
    [
      'without data where that passes',
      slow({ ...noData, name: 'orders-slow' }),
      { settings: { ...strict, insufficientData: 'pass' } },
    ],
    ['whatever others do', [alarm({ name: 'theirs', state: 'ALARM' })], {}],
  ])('may be started %s', (_, seen, change) => {
    expect(unreadiness({ ...about, settings: strict, seen, ...change })).toBeUndefined();
  });

  it.each<[string, Partial<AlarmFacts>, RegExp]>([
    ['an alarm is off', { state: 'ALARM', reason: '12 errors' }, /orders-slow is not OK: ALARM\. 12 errors/],
    ['an alarm has no data', { ...noData, name: 'orders-slow' }, /orders-slow is not OK: INSUFFICIENT_DATA\. no data/],
  ])('may not be started while %s', (_, change, cause) => {
    const found = unreadiness({ ...about, settings: strict, seen: slow(change) });
    expect(found).toMatchObject({ code: 'SOAK_NOT_READY', cause: expect.stringMatching(cause) });
    expect(found?.cause).toContain('https://console/orders-slow');
  });
});

const policy = (soak: Policy['soak']): Policy => ({
  apiVersion: 'drawbridge/v1',
  kind: 'Policy',
  metadata: { name: 'guard' },
  ...(soak && { soak }),
});
const soak = { for: '30m', alarms: ['orders-5xx'] };

describe('what a soak watches', () => {
  it.each<[string, Parameters<typeof soakSettings>[0], Policy[], object]>([
    ['is nothing where the pipeline says nothing', {}, [], { alarms: [], insufficientData: 'fail' }],
    ['is strict where nothing is said', { soak }, [], { alarms: ['orders-5xx'], insufficientData: 'fail' }],
    [
      'passes alarms without data if the pipeline says so',
      { soak: { ...soak, insufficientData: 'pass' } },
      [policy(undefined), policy({ atLeast: '10m' })],
      { insufficientData: 'pass' },
    ],
    [
      'does not, if any policy says otherwise',
      { soak: { ...soak, insufficientData: 'pass' } },
      [policy({}), policy({ insufficientData: 'fail' })],
      { insufficientData: 'fail' },
    ],
  ])('%s', (_, environment, policies, expected) => {
    expect(soakSettings(environment, policies)).toMatchObject(expected);
  });

  it('takes as long as the policies want at least', () => {
    expect(soakAtLeast([])).toBe(0);
    expect(
      soakAtLeast([
        policy(undefined),
        policy({ insufficientData: 'fail' }),
        policy({ atLeast: '1h' }),
        policy({ atLeast: '40m' }),
      ]),
    ).toBe(3600);
  });
});

describe('a rollback', () => {
  const name = 'production';
  const targets = { matchLabels: { env: name } };
  const soak = { for: '30m', alarms: ['orders-5xx'] };

  it('watches no alarms, and is verified as ever', () => {
    const verify = [{ lambda: 'drawbridge-verify-orders' }];
    const waves = [{ matchLabels: { tier: 'canary' }, soak: '10m' }, {}];
    expect(withoutSoak({ name, targets, soak, verify, waves })).toEqual({
      ...{ name, targets, verify },
      waves: [{ matchLabels: { tier: 'canary' } }, {}],
    });
    expect(withoutSoak({ name, targets, soak })).toEqual({ name, targets });
  });
});
