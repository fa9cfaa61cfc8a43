import { describe, expect, it } from 'vitest';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import { isNothing, type SettingsToMake, settingsToMake } from '#shared/domain/plan/settings.ts';
import { aDesiredStack, aLiveStack } from '#test/builders.ts';

const policy = '{"Statement":[{"Action":"Update:*","Effect":"Allow","Principal":"*","Resource":"*"}]}';
const spelled = JSON.stringify(JSON.parse(policy), undefined, 2);
const other = '{"Statement":[]}';
const shell = aLiveStack({ status: 'REVIEW_IN_PROGRESS' });

describe('the settings of a stack', () => {
  it.each<[string, Partial<DesiredStack>, LiveStack | undefined, SettingsToMake]>([
    ['that is as wanted stay', {}, aLiveStack(), {}],
    ['that is new and needs none stay', {}, undefined, {}],
    [
      'that is new: protection is switched on',
      { terminationProtection: true },
      undefined,
      { terminationProtection: true },
    ],
    [
      'that is not protected: protection is switched on',
      { terminationProtection: true },
      aLiveStack(),
      { terminationProtection: true },
    ],
    [
      'that is protected, and no longer wanted so: protection is switched off',
      {},
      aLiveStack({ terminationProtection: true }),
      { terminationProtection: false },
    ],
    ['that has no policy: it gets one', { stackPolicy: policy }, aLiveStack(), { stackPolicy: policy }],
    [
      'that has another policy: it gets the new one',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: other }),
      { stackPolicy: policy },
    ],
    [
      'whose policy is only spelled in another way stay',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: spelled }),
      {},
    ],
    [
      'whose policy cannot be read: it gets the wanted one',
      { stackPolicy: policy },
      aLiveStack({ stackPolicy: 'no json' }),
      { stackPolicy: policy },
    ],
    ['about whose policy the release says nothing stay', {}, aLiveStack({ stackPolicy: other }), {}],
    ['that is new: a policy can only be set later', { stackPolicy: policy }, undefined, {}],
    ['that is only reviewed yet: likewise', { stackPolicy: policy }, shell, {}],
  ])('%s', (_, wanted, live, calls) => {
    const desired = aDesiredStack(wanted);
    expect(settingsToMake(desired, live)).toEqual(calls);
    expect(isNothing(settingsToMake(desired, live))).toBe(Object.keys(calls).length === 0);
  });
});
