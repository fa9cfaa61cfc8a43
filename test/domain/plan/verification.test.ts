import { describe, expect, it } from 'vitest';
import type { LiveStack } from '#shared/domain/plan/comparison.ts';
import { verificationOf } from '#shared/domain/plan/verification.ts';
import { aDesiredStack, aLiveStack } from '#test/builders.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1' };
const desired = aDesiredStack({ templateDigest: 'sha256:1' });
const live = aLiveStack({ templateDigest: 'sha256:1' });

const rolledBackTo = (change: Partial<LiveStack>) => ({ ...live, status: 'UPDATE_ROLLBACK_COMPLETE', ...change });
const clean = { account: '333333333333', target: 'production', moment: 'after' as const, findings: [] };

describe('verifying a target after its deployments', () => {
  it('is verified when every stack runs the release’s template in a deployed state', () => {
    expect(verificationOf(target, { deployed: [desired], live: [live], audit: clean })).toEqual({ kind: 'verified' });
  });

  it('is verified when a stack that rolled back is what the release says all the same, as one that got settings only', () => {
    expect(verificationOf(target, { deployed: [desired], live: [rolledBackTo({})], audit: clean })).toEqual({
      kind: 'verified',
    });
  });

  it('does not doubt a value that CloudFormation hides', () => {
    const secret = { ...desired, parameters: { Size: '1', Secret: 's' }, opaqueParameters: ['Secret'] };
    const hidden = { ...live, parameters: { Size: '1', Secret: '****' } };
    expect(verificationOf(target, { deployed: [secret], live: [hidden], audit: clean })).toEqual({ kind: 'verified' });
  });

  it.each<[string, LiveStack | undefined, RegExp]>([
    ['a stack that is gone', undefined, /it does not exist/],
    ['a stack that fails', { ...live, status: 'UPDATE_ROLLBACK_FAILED' }, /it is in UPDATE_ROLLBACK_FAILED/],
    ['a stack that rolled back', rolledBackTo({ templateDigest: 'sha256:2' }), /digest sha256:2 instead of sha256:1/],
    ['another parameter', { ...live, parameters: { Size: '2' } }, /differs from the release in parameter Size/],
    ['another tag', { ...live, tags: {} }, /differs from the release in tag team/],
    ['another role', { ...live, roleArn: undefined }, /differs from the release in execution role/],
    ['another template', { ...live, templateDigest: 'sha256:2' }, /digest sha256:2 instead of sha256:1/],
  ])('is not verified with %s, and says where', (_, found, text) => {
    const verification = verificationOf(target, { deployed: [desired], live: [found], audit: clean });
    expect(verification).toMatchObject({
      kind: 'not-verified',
      reason: { code: 'NOT_VERIFIED', target: 'production' },
    });
    const said = verification.kind === 'not-verified' ? verification.reason.text : '';
    expect(said).toMatch(text);
    expect(said).toContain('stack orders-api in 333333333333/eu-west-1');
  });

  it('is not verified when the account holds a static credential now, whatever the stacks say', () => {
    const audit = { ...clean, findings: ['IAM user mallory with 1 access key'] };
    expect(verificationOf(target, { deployed: [desired], live: [live], audit })).toEqual({
      kind: 'not-verified',
      reason: {
        code: 'ACCOUNT_NOT_CLEAN',
        text: 'Account 333333333333 is not clean after the rollout: IAM user mallory with 1 access key.',
        next: 'Remove them, find out in CloudTrail who made them, then promote again.',
        target: 'production',
      },
    });
  });
});
