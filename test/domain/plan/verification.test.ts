import { describe, expect, it } from 'vitest';
import type { LiveStack } from '#shared/domain/plan/comparison.ts';
import { verificationOf } from '#shared/domain/plan/verification.ts';
import { aDesiredStack, aLiveStack, promotionId } from '#test/builders.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1' };
const desired = aDesiredStack({ templateDigest: 'sha256:1' });
const live = aLiveStack({ templateDigest: 'sha256:1' });

const rolledBackTo = (change: Partial<LiveStack>) => ({ ...live, status: 'UPDATE_ROLLBACK_COMPLETE', ...change });
const ours = { changeSet: `drawbridge-${promotionId}-1` };
const clean = { account: '333333333333', target: 'production', moment: 'after' as const, findings: [] };

describe('verifying a target after its deployments', () => {
  it('is verified when every stack runs the release’s template in a deployed state', () => {
    expect(verificationOf(target, { promotion: promotionId, deployed: [desired], live: [live], audit: clean })).toEqual(
      { kind: 'verified' },
    );
  });

  it('is verified when a stack that rolled back is what the release says all the same, as one that got settings only', () => {
    expect(
      verificationOf(target, { promotion: promotionId, deployed: [desired], live: [rolledBackTo({})], audit: clean }),
    ).toEqual({
      kind: 'verified',
    });
  });

  it('does not doubt a value that CloudFormation hides', () => {
    const secret = { ...desired, parameters: { Size: '1', Secret: 's' }, opaqueParameters: ['Secret'] };
    const hidden = { ...live, parameters: { Size: '1', Secret: '****' } };
    expect(
      verificationOf(target, { promotion: promotionId, deployed: [secret], live: [hidden], audit: clean }),
    ).toEqual({ kind: 'verified' });
  });

  it.each<[string, Partial<LiveStack>]>([
    [
      'as its change set said them, in any order',
      { ...ours, rollback: { alarms: ['arn:b', 'arn:a'], monitorMinutes: 5 } },
    ],
    [
      'that were there before and no change set of ours could take away',
      { rollback: { alarms: [], monitorMinutes: 0 } },
    ],
    ['that nobody asked for', { ...ours, rollback: undefined }],
  ])('is verified with alarms %s', (_, more) => {
    const watched = { ...desired, rollback: { alarms: ['arn:a', 'arn:b'], monitorMinutes: 5 } };
    const seen = { promotion: promotionId, deployed: [watched], live: [{ ...live, ...more }], audit: clean };
    expect(verificationOf(target, seen)).toEqual({ kind: 'verified' });
  });

  it.each<[string, LiveStack | undefined, RegExp]>([
    ['a stack that is gone', undefined, /it does not exist/],
    ['a stack that fails', { ...live, status: 'UPDATE_ROLLBACK_FAILED' }, /it is in UPDATE_ROLLBACK_FAILED/],
    ['a stack that rolled back', rolledBackTo({ templateDigest: 'sha256:2' }), /digest sha256:2 instead of sha256:1/],
    ['another parameter', { ...live, parameters: { Size: '2' } }, /differs from the release in parameter Size/],
    ['another tag', { ...live, tags: {} }, /differs from the release in tag team/],
    [
      'protection it should not have',
      { ...live, terminationProtection: true },
      /differs from the release in termination protection/,
    ],
    [
      'other alarms than its change set said',
      { ...live, ...ours, rollback: { alarms: ['arn:theirs'], monitorMinutes: 0 } },
      /differs from the release in rollback alarms/,
    ],
    ['another role', { ...live, roleArn: undefined }, /differs from the release in execution role/],
    ['another template', { ...live, templateDigest: 'sha256:2' }, /digest sha256:2 instead of sha256:1/],
  ])('is not verified with %s, and says where', (_, found, text) => {
    const verification = verificationOf(target, {
      promotion: promotionId,
      deployed: [desired],
      live: [found],
      audit: clean,
    });
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
    expect(verificationOf(target, { promotion: promotionId, deployed: [desired], live: [live], audit })).toEqual({
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
