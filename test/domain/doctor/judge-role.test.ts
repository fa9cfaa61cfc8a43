import { describe, expect, it } from 'vitest';
import type { LiveRole } from '#shared/domain/doctor/facts.ts';
import { type Judging, judgedRoles, judgeRole } from '#shared/domain/doctor/judge-role.ts';
import type { AccountRole, TargetRole } from '#shared/domain/names.ts';
import { liveRole, read, refused, target } from './healthy.ts';

const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
const boundary = { name: 'arn:aws:iam::222222222222:policy/drawbridge/drawbridge-boundary', document: '{}' };
const administrator = {
  name: 'arn:aws:iam::aws:policy/AdministratorAccess',
  document: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
};
const roleOf = (role: AccountRole): LiveRole => ({
  ...liveRole(role as TargetRole),
  ...(role === 'execution' ? { boundary } : {}),
});
const judge = (role: AccountRole, live: Judging['live'] = read(roleOf(role))) =>
  judgeRole({ role, live, target, orchestrator });
const changed = (role: AccountRole, change: Partial<LiveRole>) => judge(role, read({ ...roleOf(role), ...change }));
const found = ({ findings }: ReturnType<typeof judge>) => findings.map(({ code, severity }) => [code, severity]);
const edited = (from: string | RegExp, to: string) =>
  changed('deploy', { trust: liveRole('deploy').trust.replaceAll(from, to) });

describe('a role as accounts/account.yml makes it', () => {
  it.each(judgedRoles)('%s lets in whom it should, and nothing is wrong with it', (role) => {
    const judged = judge(role);
    expect(judged).toMatchObject({ name: `drawbridge-${role}`, assumed: {}, findings: [] });
    expect(judged.admissions).toMatchObject([
      {
        principal: role === 'execution' ? 'cloudformation.amazonaws.com' : orchestrator,
        action: 'sts:AssumeRole',
        decision: { kind: 'allowed' },
      },
    ]);
  });
});

describe('what is wrong with a role', () => {
  it.each<[string, () => ReturnType<typeof judge>, string[][]]>([
    ['everyone', () => edited(orchestrator, '*'), [['TRUST_WILDCARD', 'error']]],
    ['the account', () => edited(orchestrator, 'arn:aws:iam::111111111111:root'), [['TRUST_ACCOUNT', 'error']]],
    [
      'a role that was deleted',
      () => edited(orchestrator, 'AROADELETEDDELETED001'),
      [['TRUST_DELETED_PRINCIPAL', 'error']],
    ],
    ['another role', () => edited(orchestrator, `${orchestrator}-2`), [['TRUST_FOREIGN_PRINCIPAL', 'error']]],
    [
      'a second one',
      () => edited(`"${orchestrator}"`, `["${orchestrator}","arn:aws:iam::999999999999:role/x"]`),
      [['TRUST_SECOND_PRINCIPAL', 'error']],
    ],
    ['no ExternalId', () => edited('sts:ExternalId', 'aws:userid'), [['TRUST_EXTERNAL_ID', 'error']]],
    ['long sessions', () => changed('deploy', { maxSessionDuration: 7200 }), [['TRUST_SESSION_DURATION', 'warning']]],
    [
      'iam:PassRole on every role',
      () => changed('deploy', { policies: [administrator] }),
      [['TRUST_PASS_ROLE', 'error']],
    ],
    [
      'the same within the boundary, which the owner of the account may choose',
      () => changed('execution', { policies: [administrator] }),
      [['TRUST_PASS_ROLE', 'warning']],
    ],
    [
      'the same within another boundary',
      () => changed('execution', { policies: [administrator], boundary: { name: 'arn:other', document: '{}' } }),
      [
        ['TRUST_BOUNDARY', 'error'],
        ['TRUST_PASS_ROLE', 'error'],
      ],
    ],
    [
      'no boundary',
      () => {
        const { boundary: _, ...without } = roleOf('execution');
        return judge('execution', read(without));
      },
      [['TRUST_BOUNDARY', 'error']],
    ],
    [
      'a role that is not there',
      () => judge('audit', refused('NoSuchEntityException')),
      [['TRUST_ROLE_MISSING', 'error']],
    ],
    ['a role nobody may read', () => judge('audit', refused('AccessDenied')), [['TRUST_UNREADABLE', 'error']]],
    ['a role nobody read', () => judge('audit', { kind: 'not-asked' }), [['TRUST_UNREADABLE', 'error']]],
  ])('%s', (_, judged, codes) => {
    const role = judged();
    expect(found(role)).toEqual(codes);
    for (const { place, next } of role.findings) {
      expect(place).toMatchObject({ resource: role.name, account: '222222222222', region: 'eu-west-1' });
      expect(next).not.toBe('');
    }
  });

  it('is said in words', () => {
    expect(judge('audit', refused('NoSuchEntity')).findings[0]?.cause).toBe(
      'There is no role drawbridge-audit in account 222222222222.',
    );
    expect(judge('audit', refused('AccessDenied', 'no')).findings[0]?.cause).toMatch(/IAM answered AccessDenied: no/);
    const [passing] = changed('execution', { policies: [administrator] }).findings;
    expect(passing?.cause).toMatch(/policy arn:aws:iam::aws:policy\/AdministratorAccess allows iam:PassRole/);
    expect(passing?.place.pointer).toBe('/Policies/0');
  });
});

describe('an external id', () => {
  it.each<[string, string, string]>([
    ['as it should be', 'f3b1c0de', 'f3b1c0de'],
    ['of another account', 'f3b1c0de', 'CANARY'],
    [
      'with a wildcard',
      '"StringEquals":{"sts:ExternalId":"f3b1c0de"',
      '"ForAnyValue:StringLike":{"sts:ExternalId":"CANARY*"',
    ],
    ['that is no ARN', '"StringEquals":{"sts:ExternalId":"f3b1c0de"', '"ArnLike":{"sts:ExternalId":"CANARY"'],
    ['where it does not belong', orchestrator, 'f3b1c0de'],
  ])('%s is said nowhere', (_, from, to) => {
    expect(liveRole('deploy').trust).toContain(from);
    expect(JSON.stringify(edited(from, to))).not.toMatch(/CANARY|f3b1c0de/);
  });

  it('that is too wide is told by its wildcards', () => {
    const judged = edited(
      '"StringEquals":{"sts:ExternalId":"f3b1c0de"',
      '"ForAnyValue:StringLike":{"sts:ExternalId":"CANARY*"',
    );
    expect(judged.findings.map(({ cause }) => cause)).toEqual([
      'Statement Assume lets sts:ExternalId be …*, which is wider than it may be.',
    ]);
  });
});
