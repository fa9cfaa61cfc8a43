import { describe, expect, it } from 'vitest';
import type { DoctorFacts, LiveRule } from '#shared/domain/doctor/facts.ts';
import { forwardingCheck, forwardingRule } from '#shared/domain/doctor/forwarding.ts';
import { read as readTemplate } from '#test/infra/shipped.ts';
import { healthy, liveRule, read, refused } from './healthy.ts';

type Case = [string, Partial<DoctorFacts>, string, RegExp];
const ruleIs = (change: Partial<LiveRule>) => read({ ...liveRule, ...change });

describe('the rule that forwards stack events', () => {
  it.each<Case>([
    ['forwards to our bus', {}, 'ok', /forwards to arn/],
    [
      'among others',
      { rule: ruleIs({ targets: [{ arn: 'arn:other' }, ...liveRule.targets] }) },
      'ok',
      /forwards to arn/,
    ],
    ['is disabled', { rule: ruleIs({ enabled: false }) }, 'failed', /is disabled$/],
    ['forwards elsewhere', { rule: ruleIs({ targets: [{ arn: 'arn:other' }] }) }, 'failed', /to arn:other instead of/],
    ['forwards nowhere', { rule: ruleIs({ targets: [] }) }, 'failed', /forwards nowhere instead of/],
    [
      'forwards as another role',
      { rule: ruleIs({ targets: [{ ...liveRule.targets[0]!, role: 'arn:eve' }] }) },
      'failed',
      /forwards as arn:eve instead of .*drawbridge-event-forward$/,
    ],
    [
      'forwards as nobody',
      { rule: ruleIs({ targets: [{ arn: liveRule.targets[0]!.arn }] }) },
      'failed',
      /forwards as nobody instead of/,
    ],
    ...[
      '{"source":["aws.s3"],"detail-type":["CloudFormation Stack Status Change"]}',
      '{"source":["aws.cloudformation"],"detail-type":["CloudFormation Resource Status Change"]}',
      '{"source":["aws.cloudformation"],"detail-type":["CloudFormation Stack Status Change"],"region":["none"]}',
      'none',
      '',
    ].map(
      (pattern): Case => [
        `takes only ${pattern || 'nothing'}`,
        { rule: ruleIs({ pattern }) },
        'failed',
        /does not take every status change of a stack: its pattern is/,
      ],
    ),
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
    const { Name, EventPattern } = Resources['StackEvents']?.Properties ?? {};
    expect(Name).toBe(forwardingRule);
    expect(JSON.stringify(EventPattern)).toBe(liveRule.pattern);
  });
});
