import { describe, expect, it } from 'vitest';
import { rejection } from '#shared/domain/approval/rejection.ts';
import { ApprovalWish, reasonOf } from '#shared/domain/approval/wish.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday, promotionId } from '#test/builders.ts';

const wish = { environment: 'production', decision: 'approve', digest: digestOf('plan'), reason: 'reviewed' };

describe('a decision as it is asked for', () => {
  it.each<[string, object, boolean]>([
    ['names environment, decision, digest and reason', {}, true],
    ['is a yes or a no', { decision: 'maybe' }, false],
    ['is about a digest', { digest: 'the newest' }, false],
    ['never says who decides', { actor: 'mallory' }, false],
    ['has a reason', { reason: undefined }, false],
  ])('%s', (_, change, good) => {
    expect(ApprovalWish.safeParse({ ...wish, ...change }).success).toBe(good);
  });
});

describe('the reason of a decision', () => {
  it.each([
    ['reviewed with the team', 'reviewed with the team'],
    ['  reviewed \n', 'reviewed'],
    ['größer als 😀', 'größer als 😀'],
    ['x'.repeat(1000), 'x'.repeat(1000)],
  ])('%j is kept', (text, kept) => {
    expect(reasonOf(text)).toBe(kept);
  });

  it.each([
    ['', 'The reason is missing.'],
    [' \t ', 'The reason is missing.'],
    ['x'.repeat(1001), 'The reason is longer than 1000 characters.'],
    ['two\nlines', 'The reason has a control character in it.'],
    ['a bell \u0007 rings', 'The reason has a control character in it.'],
    ['an escape \u001b[31m', 'The reason has a control character in it.'],
    ['half a character \ud800b', 'The reason has a control character in it.'],
    ['written \u202ebackwards', 'The reason has a control character in it.'],
    ['nothing\u200bbetween', 'The reason has a control character in it.'],
    ['another\u2028line', 'The reason has a control character in it.'],
    ['another\u2029paragraph', 'The reason has a control character in it.'],
  ])('%j is refused', (text, cause) => {
    expect(() => reasonOf(text)).toThrow(
      expect.objectContaining({ name: 'APPROVAL_REASON', message: expect.stringContaining(cause) }),
    );
  });
});

describe('a rejection in the words of a rollout', () => {
  const at = { promotion: promotionId, environment: 'production', digest: digestOf('plan'), at: monday };

  it('names who rejected and why', () => {
    const no = { ...at, actor: 'bob', decision: 'reject', reason: 'not before the audit' } as const;
    expect(rejection('production', no)).toEqual({
      kind: 'rejected',
      code: 'APPROVAL_REJECTED',
      reason: 'bob rejected the plan for production: not before the audit.',
    });
  });

  it('says what it can when nobody is on record', () => {
    expect(rejection('production', undefined)).toMatchObject({
      reason: 'Somebody rejected the plan for production: no reason.',
    });
  });
});
