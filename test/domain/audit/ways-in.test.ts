import { describe, expect, it } from 'vitest';
import { auditFindings } from '#shared/domain/audit/account-audit.ts';
import { newWaysIn, waysIn } from '#shared/domain/audit/ways-in.ts';

const account = '333333333333';
const role = (trust: object | string, name = 'orders') => ({
  arn: `arn:aws:iam::${account}:role/${name}`,
  trust: typeof trust === 'string' ? trust : JSON.stringify(trust),
});
const trusting = (Principal: unknown, change: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...change }],
});
const waysOf = (trust: object | string, name?: string) =>
  waysIn({ roles: [role(trust, name)], providers: [] }).map(({ what }) => what);
const outside = 'arn:aws:iam::444444444444';

describe('a role is a way in', () => {
  it.each<[string, unknown, string]>([
    ['anyone', '*', 'anyone (*)'],
    ['another account', { AWS: '444444444444' }, '444444444444'],
    ['a role of another account', { AWS: `${outside}:role/eve` }, `${outside}:role/eve`],
    [
      'a session of another account',
      { AWS: 'arn:aws:sts::444444444444:assumed-role/eve/x1' },
      'arn:aws:sts::444444444444:assumed-role/eve/x1',
    ],
    ['a user of another account', { AWS: `${outside}:user/eve` }, `${outside}:user/eve`],
    ['a provider', { Federated: 'accounts.google.com' }, 'accounts.google.com'],
    ['certificates', { Service: 'rolesanywhere.amazonaws.com' }, 'rolesanywhere.amazonaws.com'],
    ['things', { Service: 'credentials.iot.amazonaws.com' }, 'credentials.iot.amazonaws.com'],
    [
      'several, each told once and in order',
      { AWS: ['444444444444', `arn:aws:iam::${account}:root`], Federated: 'accounts.google.com' },
      '444444444444, accounts.google.com',
    ],
  ])('for %s', (_, principal, text) => {
    expect(waysOf(trusting(principal))).toEqual([`role orders, which lets in ${text}`]);
  });

  it('where nobody can say whom it lets in', () => {
    expect(waysOf('{"Statement":[{"Effect":"Allow","NotPrincipal":"*"}]}')).toEqual([
      'role orders, which lets in somebody (its trust policy cannot be judged)',
    ]);
  });

  it.each<[string, unknown, object?, string?]>([
    ['a service', { Service: 'lambda.amazonaws.com' }],
    ['its own account', { AWS: account }],
    ['a role of its own account', { AWS: `arn:aws:iam::${account}:role/other` }],
    ['a user of its own account', { AWS: `arn:aws:iam::${account}:user/bob` }],
    ['a role that was deleted', { AWS: 'AROAEXAMPLEEXAMPLE001' }],
    ['a session that was deleted', { AWS: 'AROAEXAMPLEEXAMPLE001:x1' }],
    ['a user that was deleted', { AWS: 'AIDAEXAMPLEEXAMPLE001' }],
    ['somebody it denies', { AWS: '444444444444' }, { Effect: 'Deny' }],
    ['people, where AWS made it', { AWS: '444444444444' }, {}, 'aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0'],
  ])('not for %s', (_, principal, change = {}, name = 'orders') => {
    expect(waysOf(trusting(principal, change), name)).toEqual([]);
  });
});

describe('what is found after a rollout', () => {
  const none = { users: [], rootKeys: 0, rootCertificates: 0 };
  const partner = role(trusting({ AWS: '444444444444' }), 'partner');
  const open = role(trusting({ AWS: '444444444444' }, { Sid: 'Open' }), 'partner');
  const before = waysIn({ roles: [partner], providers: ['arn:okta'] });

  it('is what was not there before, or is open to other requests', () => {
    expect(newWaysIn(before, before)).toEqual([]);
    expect(newWaysIn(before, [])).toEqual([]);
    expect(newWaysIn([], before)).toEqual([
      'new: role partner, which lets in 444444444444',
      'new: identity provider arn:okta',
    ]);
    expect(newWaysIn(before, waysIn({ roles: [open], providers: [] }))).toEqual([
      'changed: role partner, which lets in 444444444444',
    ]);
  });

  it('is told beside static credentials', () => {
    const eve = { ...none, users: [{ name: 'eve', accessKeys: 1 }] };
    expect(auditFindings(eve, before, { waysIn: [] })).toHaveLength(3);
    expect(auditFindings(eve, before, { waysIn: before })).toEqual(['IAM user eve with 1 access key']);
  });

  it('is static credentials alone before a rollout, and where the audit before knows no ways in', () => {
    expect(auditFindings(none, before, undefined)).toEqual([]);
    expect(auditFindings(none, before, {})).toEqual([]);
  });
});
