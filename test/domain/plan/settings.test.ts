import { describe, expect, it } from 'vitest';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import { isNothing, type SettingsToMake, settingChanges, settingsToMake } from '#shared/domain/plan/settings.ts';
import { aDesiredStack, aLiveStack } from '#test/builders.ts';

const policy = '{"Statement":[{"Action":"Update:*","Effect":"Allow","Principal":"*","Resource":"*"}]}';
const spelled = JSON.stringify(JSON.parse(policy), undefined, 2);
const other = '{"Statement":[]}';
const shell = aLiveStack({ status: 'REVIEW_IN_PROGRESS' });
const on = { name: 'termination protection', before: 'off', after: 'on' };
const off = { name: 'termination protection', before: 'on', after: 'off' };
const stackPolicy = (before?: string) => ({ name: 'stack policy', ...(before ? { before } : {}), after: policy });

describe('the settings of a stack', () => {
  it.each<[string, Partial<DesiredStack>, LiveStack | undefined, SettingsToMake, object[]]>([
    ['that is as wanted stay', {}, aLiveStack(), {}, []],
    ['that is new and needs none stay', {}, undefined, {}, []],
    [
      'that is new: protection is switched on',
      { terminationProtection: true },
      undefined,
      { terminationProtection: true },
      [on],
    ],
    [
      'that is not protected: protection is switched on',
      { terminationProtection: true },
      aLiveStack(),
      { terminationProtection: true },
      [on],
    ],
    [
      'that is protected, and no longer wanted so: protection is switched off',
      {},
      aLiveStack({ terminationProtection: true }),
      { terminationProtection: false },
      [off],
    ],
    [
      'that has no policy: it gets one',
      { stackPolicy: policy },
      aLiveStack(),
      { stackPolicy: policy },
      [stackPolicy()],
    ],
    [
      'that has another policy: it gets the new one',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: other }),
      { stackPolicy: policy },
      [stackPolicy(other)],
    ],
    [
      'whose policy is only spelled in another way stay',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: spelled }),
      {},
      [],
    ],
    [
      'whose policy cannot be read: it gets the wanted one',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: 'no json' }),
      { stackPolicy: policy },
      [stackPolicy('no json')],
    ],
    ['about whose policy the release says nothing stay', {}, aLiveStack({ stackPolicy: other }), {}, []],
    ['that is new: its policy is foreseen, and set later', { stackPolicy: policy }, undefined, {}, [stackPolicy()]],
    ['that is only reviewed yet: likewise', { stackPolicy: policy }, shell, {}, [stackPolicy()]],
  ])('%s', (_, wanted, live, calls, shown) => {
    const desired = aDesiredStack(wanted);
    expect(settingsToMake(desired, live)).toEqual(calls);
    expect(settingChanges(desired, live)).toEqual(shown);
    expect(isNothing(settingsToMake(desired, live))).toBe(Object.keys(calls).length === 0);
  });
});
