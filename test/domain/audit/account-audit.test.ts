import { describe, expect, it } from 'vitest';
import { AccountAudit, auditReason, credentialFindings } from '#shared/domain/audit/account-audit.ts';
import { anAudit } from './audit-builders.ts';

describe('what is found in an account', () => {
  const clean = { users: [], rootKeys: 0, rootCertificates: 0 };
  it.each<[string, Partial<Parameters<typeof credentialFindings>[0]>, string[]]>([
    ['nothing', {}, []],
    ['a user without keys', { users: [{ name: 'eve', accessKeys: 0 }] }, ['IAM user eve with no access key']],
    [
      'users with keys',
      {
        users: [
          { name: 'eve', accessKeys: 1 },
          { name: 'ci', accessKeys: 2 },
        ],
      },
      ['IAM user eve with 1 access key', 'IAM user ci with 2 access keys'],
    ],
    ['a key of the root user', { rootKeys: 1 }, ['1 access key of the root user']],
    ['certificates of the root user', { rootCertificates: 2 }, ['2 signing certificates of the root user']],
  ])('%s', (_, there, findings) => {
    expect(credentialFindings({ ...clean, ...there })).toEqual(findings);
  });
});

describe('an audit', () => {
  it('stops nothing when the account is clean', () => {
    expect(auditReason(anAudit())).toBeUndefined();
  });

  it('gives the reason with account, moment and every finding', () => {
    expect(auditReason(anAudit({ moment: 'after', findings: ['a', 'b'] }))).toEqual({
      code: 'ACCOUNT_NOT_CLEAN',
      text: 'Account 333333333333 is not clean after the rollout: a; b.',
      next: 'Remove them, find out in CloudTrail who made them, then promote again.',
      target: 'production',
    });
  });

  it('is kept with who looked and no more than its schema', () => {
    expect(AccountAudit.parse(anAudit())).toEqual(anAudit());
    expect(AccountAudit.safeParse({ ...anAudit(), accessKeyId: 'x' }).success).toBe(false);
  });
});
