import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSessionOf, subjectOf, visitRequest } from '#shared/domain/trust/role-request.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1', externalId: 'x-1' };
const visit = { role: 'audit', subject: 'usr-alice', durationSeconds: 900, policy: '{}' } as const;

it('a visit asks for the target’s own role, by its subject, with both tags the trust requires and a session policy', () => {
  expect(visitRequest(target, visit)).toEqual({
    roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
    sessionName: 'usr-alice',
    durationSeconds: 900,
    externalId: 'x-1',
    sourceIdentity: 'usr-alice',
    tags: { 'drawbridge:promotion': 'none', 'drawbridge:environment': 'production' },
    policy: '{}',
  });
});

describe('the subject of a person', () => {
  it.each([
    ['alice', /^usr-alice$/],
    ['alice@example.com', /^usr-alice@example\.com$/],
    ['a'.repeat(60), /^usr-a{60}$/],
    ['a'.repeat(61), /^usr-a{51}-[0-9a-f]{8}$/],
    ['arn:aws:iam::111111111111:role/ci', /^usr-arn-aws-iam--111111111111-role-ci-[0-9a-f]{8}$/],
    ['zoë', /^usr-zo--[0-9a-f]{8}$/],
  ])('of %s is like %s', (actor, subject) => {
    expect(subjectOf('usr-', actor)).toMatch(subject);
  });

  it('is always one that STS takes, and never shared by two', () => {
    const actors = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90, unit: 'binary' }), {
      minLength: 2,
      maxLength: 2,
    });
    fc.assert(
      fc.property(actors, ([one = '', other = '']) => {
        const subject = subjectOf('usr-', one);
        expect(subject).toMatch(/^usr-[\w+=,.@-]{1,60}$/);
        expect(subject).not.toBe(subjectOf('usr-', other));
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it.each([
    ['a/b', 'a:b'],
    ['x'.repeat(61), `${'x'.repeat(60)}y`],
  ])('tells %s from %s', (one, other) => {
    expect(subjectOf('usr-', one)).not.toBe(subjectOf('usr-', other));
  });
});

describe('the guard of a visit', () => {
  const arn = 'arn:aws:sts::333333333333:assumed-role/drawbridge-audit/usr-alice';
  it.each([
    ['the session asked for', '333333333333', arn, true],
    ['another account', '222222222222', arn.replace('333333333333', '222222222222'), false],
    ['an account that is only claimed', '222222222222', arn, false],
    ['another role', '333333333333', arn.replace('audit', 'deploy'), false],
    ['another person', '333333333333', arn.replace('alice', 'bob'), false],
    ['nobody', '', '', false],
  ])('%s', (_, account, identity, expected) => {
    expect(isSessionOf(visitRequest(target, visit), { account, arn: identity })).toBe(expected);
  });
});
