import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { effectsOf, policyActionOf } from '#shared/domain/policy/effects-of.ts';
import { aChange } from '#test/builders.ts';

const detail = (requiresRecreation?: string) => ({
  attribute: 'Properties',
  name: 'QueueName',
  ...(requiresRecreation === undefined ? {} : { requiresRecreation }),
});

const cases: [string, Partial<PlannedChange>, string[], string | undefined][] = [
  ['an addition', { action: 'Add' }, ['add'], undefined],
  ['an import', { action: 'Import' }, ['import'], undefined],
  ['a removal', { action: 'Remove', policyAction: 'Delete' }, ['delete'], 'Delete'],
  ['a removal that does not say what becomes of it', { action: 'Remove' }, ['delete'], 'Delete'],
  ['a removal that retains', { action: 'Remove', policyAction: 'Retain' }, ['retain'], 'Retain'],
  [
    'a removal that retains what was created before',
    { action: 'Remove', policyAction: 'RetainExceptOnCreate' },
    ['retain'],
    'RetainExceptOnCreate',
  ],
  ['a removal with a snapshot', { action: 'Remove', policyAction: 'Snapshot' }, ['snapshot'], 'Snapshot'],
  ['a modification', { action: 'Modify', replacement: 'False' }, ['modify'], undefined],
  ['a correction of drift', { action: 'SyncWithActual', replacement: 'False' }, ['modify'], undefined],
  ['a replacement', { action: 'Modify', replacement: 'True' }, ['replace'], 'ReplaceAndDelete'],
  [
    'a replacement that retains',
    { action: 'Modify', replacement: 'True', policyAction: 'ReplaceAndRetain' },
    ['replace'],
    'ReplaceAndRetain',
  ],
  ['a conditional replacement', { action: 'Modify', replacement: 'Conditional' }, ['may-replace'], 'ReplaceAndDelete'],
  ['drift that replaces', { action: 'SyncWithActual', replacement: 'True' }, ['replace'], 'ReplaceAndDelete'],
  [
    'a modification whose PolicyAction speaks of a replacement',
    { action: 'Modify', replacement: 'False', policyAction: 'ReplaceAndSnapshot' },
    ['may-replace'],
    'ReplaceAndSnapshot',
  ],
  [
    'a detail that recreates, without a word on the whole',
    { action: 'Modify', details: [detail('Never'), detail('Conditionally')] },
    ['may-replace'],
    'ReplaceAndDelete',
  ],
  ['details that never recreate', { action: 'Modify', details: [detail('Never'), detail()] }, ['modify'], undefined],
  [
    'a word on the whole, which stands for its details',
    { action: 'Modify', replacement: 'False', details: [detail('Conditionally')] },
    ['modify'],
    undefined,
  ],
  ['what CloudFormation cannot say yet', { action: 'Dynamic' }, ['unknown', 'may-replace'], undefined],
];

describe('the effects of', () => {
  it.each(cases)('%s', (_name, change, effects, policyAction) => {
    expect(effectsOf(aChange(change))).toEqual(effects);
    expect(policyActionOf(aChange(change))).toBe(policyAction);
  });
});
