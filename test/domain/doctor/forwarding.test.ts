import { describe, expect, it } from 'vitest';
import type { DoctorFacts } from '#shared/domain/doctor/facts.ts';
import { forwardingCheck, forwardingRule } from '#shared/domain/doctor/forwarding.ts';
import { read as readTemplate } from '#test/infra/shipped.ts';
import { healthy, read, refused } from './healthy.ts';

const bus = 'arn:aws:events:eu-west-1:111111111111:event-bus/drawbridge';

describe('the rule that forwards stack events', () => {
  it.each<[string, Partial<DoctorFacts>, string, RegExp]>([
    ['forwards to our bus', {}, 'ok', /forwards to arn/],
    ['among others', { rule: read({ enabled: true, targets: ['arn:other', bus] }) }, 'ok', /forwards to arn/],
    ['is disabled', { rule: read({ enabled: false, targets: [bus] }) }, 'failed', /is disabled$/],
    [
      'forwards elsewhere',
      { rule: read({ enabled: true, targets: ['arn:other'] }) },
      'failed',
      /to arn:other instead of/,
    ],
    ['forwards nowhere', { rule: read({ enabled: true, targets: [] }) }, 'failed', /forwards nowhere instead of/],
    [
      'does not exist',
      { rule: refused('ResourceNotFoundException') },
      'failed',
      /no rule .* in 222222222222\/eu-west-1/,
    ],
    ['cannot be read', { rule: refused('AccessDeniedException') }, 'unknown', /AccessDeniedException happened/],
    ['was not asked for', { rule: { kind: 'not-asked' } }, 'unknown', /could not be read/],
    ['is for nobody knows whom', { orchestrator: refused('ExpiredToken') }, 'unknown', /could not be read/],
  ])('%s', (_, change, verdict, says) => {
    expect(forwardingCheck(healthy(change))).toMatchObject({ verdict, says: expect.stringMatching(says) });
  });

  it('has the name it has in accounts/region.yml', () => {
    const { Resources } = readTemplate('accounts/region.yml');
    expect(Resources['StackEvents']?.Properties?.['Name']).toBe(forwardingRule);
  });
});
