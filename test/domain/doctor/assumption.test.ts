import { describe, expect, it } from 'vitest';
import { assumptionCheck } from '#shared/domain/doctor/assumption.ts';
import type { DoctorFacts } from '#shared/domain/doctor/facts.ts';
import { healthy, liveRole, read, refused } from './healthy.ts';

const denial =
  'User: arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/x is not authorized to perform: sts:AssumeRole on resource: r';
const denied = refused('AccessDenied', denial);
const { sessions, roles } = healthy();
const deployRefused = (answer: DoctorFacts['sessions']['deploy'], change: Partial<DoctorFacts> = {}) =>
  assumptionCheck(healthy({ sessions: { ...sessions, deploy: answer }, ...change }), 'deploy');
const allRefused = (answer: DoctorFacts['sessions']['deploy']) => {
  const none = { preview: answer, deploy: answer, audit: answer };
  const unread = { kind: 'not-asked' } as const;
  const facts = { sessions: none, roles: { preview: unread, deploy: unread, audit: unread } };
  return assumptionCheck(healthy(facts), 'deploy');
};

describe('each error of STS means one thing', () => {
  it.each([
    ['ExpiredTokenException', /own session is over or was revoked: ExpiredTokenException/, /denies older sessions/],
    ['InvalidClientTokenId', /own session is over/, /denies older sessions/],
    ['RequestTimeTooSkewed', /refused the signature for its time/, /Set the clock/],
    ['SignatureDoesNotMatch', /refused the signature: SignatureDoesNotMatch happened/, /secret key/],
    ['ValidationError', /refuses the request itself/, /target record/],
    ['PackedPolicyTooLarge', /too large together/, /shorter stack names/],
    ['MalformedPolicyDocument', /cannot read the session policy/, /defect/],
    ['Throttling', /is throttling/, /later/],
    ['SomethingNew', /^SomethingNew: SomethingNew happened$/, /STS API reference/],
  ])('%s', (code, says, next) => {
    expect(deployRefused(refused(code))).toEqual({
      ...{ check: 'assume deploy', verdict: 'failed' },
      ...{ says: expect.stringMatching(says), next: expect.stringMatching(next) },
    });
  });

  it('a region that is not active is the finding of another check', () => {
    expect(deployRefused(refused('RegionDisabledException'))).toMatchObject({ verdict: 'unknown' });
  });

  it('a role that was not tried is not judged', () => {
    expect(deployRefused({ kind: 'not-asked' })).toMatchObject({ verdict: 'unknown', says: 'not tried' });
  });
});

describe('a denial, of which AWS tells no reason', () => {
  it.each([
    ['with an explicit deny in a service control policy', 'a service control policy denies it', /AWS Organizations/],
    ['with an explicit deny in a resource control policy', 'a resource control policy denies it', /AWS Organizations/],
    ['with an explicit deny in an identity-based policy', 'an identity-based policy denies it', /TargetAccounts/],
    [
      'because no permissions boundary allows the sts:AssumeRole action',
      'no permissions boundary allows it',
      /TargetA/,
    ],
    ['because no role trust policy allows the sts:AssumeRole action', 'no role trust policy allows it', /trust check/],
  ])('is said where AWS says it: %s', (words, says, next) => {
    const answer = deployRefused(refused('AccessDenied', `${denial} ${words}`));
    expect(answer.says).toContain(says);
    expect(answer.next).toMatch(next);
  });

  it('means that the role is missing where IAM knows of none', () => {
    const answer = deployRefused(denied, { roles: { ...roles, deploy: refused('NoSuchEntityException') } });
    expect(answer.says).toBe('the role drawbridge-deploy does not exist in 222222222222');
    expect(answer.next).toBe('Deploy accounts/account.yml again in account 222222222222.');
  });

  it('is explained by the trust policy where that can be read', () => {
    const other = liveRole('deploy').trust.replaceAll('drawbridge-orchestrator', 'somebody');
    const answer = deployRefused(denied, {
      roles: { ...roles, deploy: read({ ...liveRole('deploy'), trust: other }) },
    });
    expect(answer.says).toMatch(/sts:AssumeRole: its trust policy names arn:aws:iam::111111111111:role\/somebody/);
    expect(answer.next).toMatch(/account\.yml again/);
  });

  it('comes from our side where the trust policy lets us in', () => {
    const answer = deployRefused(refused('AccessDeniedException', denial));
    expect(answer.says).toMatch(/its trust policy lets us in/);
    expect(answer.next).toMatch(/role\/drawbridge\/\* \(parameter TargetAccounts .* service control policy/);
  });

  it('is about the role itself where others let us in', () => {
    const answer = deployRefused(denied, { roles: { ...roles, deploy: refused('AccessDenied') } });
    expect(answer.says).toBe(
      'sts:AssumeRole is denied, while other roles let us in: it is missing, or its trust differs',
    );
  });

  it('is about what the roles share where none lets us in', () => {
    const answer = allRefused(denied);
    expect(answer.says).toBe('sts:AssumeRole is denied, and AWS does not say why');
    expect(answer.next).toMatch(/account on record \(222222222222\), the ExternalId .* the organization\. Or: Let the/);
  });

  it.each([
    [denial.replace('AssumeRole', 'TagSession'), 'sts:TagSession'],
    ['Access denied', 'sts:AssumeRole'],
  ])('of %s names the action', (message, action) => {
    expect(allRefused(refused('AccessDenied', message)).says).toContain(`${action} is denied`);
  });

  it('stays unexplained while nobody knows who we are', () => {
    const answer = deployRefused(denied, { orchestrator: refused('ExpiredToken') });
    expect(answer.says).toMatch(/while other roles let us in/);
  });
});
