import { describe, expect, it } from 'vitest';
import { decodingSession } from '#shared/domain/broker/decoded-messages.ts';
import { type LiveRole, targetRoles } from '#shared/domain/doctor/facts.ts';
import { needsOf } from '#shared/domain/doctor/needs.ts';
import { permissionCheck } from '#shared/domain/doctor/permissions.ts';
import { matchesWildcard } from '#shared/domain/iam/wildcard.ts';
import type { TargetRole } from '#shared/domain/names.ts';
import { sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import { target as values } from '#test/infra/shipped.ts';
import { healthy, liveRole, read, refused } from './healthy.ts';

type Document = { Version: string; Statement: { Effect: string; Action: string | string[]; Resource: string }[] };
const where = {
  account: '222222222222',
  region: 'eu-west-1',
  orchestratorAccount: '111111111111',
  stack: 'orders-1/0',
};
const check = (role: TargetRole, live: Partial<LiveRole>) =>
  permissionCheck(healthy({ roles: { ...healthy().roles, [role]: read({ ...liveRole(role), ...live }) } }), role);
const changed = (role: TargetRole, change: (document: Document) => void) => {
  const document = JSON.parse(liveRole(role).policies[0]!.document) as Document;
  change(document);
  return check(role, { policies: [{ name: role, document: JSON.stringify(document) }] });
};

describe.each(targetRoles)('the %s role as it is shipped', (role) => {
  it('grants every call of the steps, for the stacks it is limited to', () => {
    const found = check(role, {});
    expect(found).toMatchObject({ verdict: 'ok' });
    expect(found.says).toMatch(role === 'audit' ? /are granted$/ : /for stacks called orders-\*$/);
  });

  const actions = [...new Set(needsOf(role, where).map(({ action }) => action))];
  it.each(actions)('is missed by name when it no longer grants %s', (action) => {
    const found = changed(role, ({ Statement }) => {
      for (const statement of Statement) {
        const kept = [statement.Action].flat().filter((granted) => granted !== action);
        statement.Action = kept.length > 0 ? kept : ['sts:GetCallerIdentity'];
      }
    });
    expect(found).toMatchObject({ verdict: 'failed', next: expect.stringMatching(/^Deploy accounts\/account\.yml/) });
    expect(
      found.says
        .replace('missing: ', '')
        .split(', ')
        .every((one) => one.startsWith(action)),
    ).toBe(true);
  });
});

describe('the needs of a role', () => {
  const kinds = {
    preview: ['preview', 'read'],
    deploy: ['execute', 'recover'],
    audit: ['audit', 'invoke', 'run', 'watch', 'drift'],
  } as const;
  const promotion = 'prm-0123456789abcdef';
  const allowedTo = (role: TargetRole) =>
    kinds[role].flatMap((kind) => {
      const artifacts = { prefix: 'drawbridge-artifacts-111111111111' };
      const scope = { target: where, promotion, stacks: ['orders-1'], artifacts, probe: 'drawbridge-verify-any' };
      const { text } = sessionPolicy(kind, scope);
      return (JSON.parse(text) as Document).Statement.flatMap(({ Action = [] }) => Action);
    });
  const needed = (role: TargetRole) => needsOf(role, where).map(({ action }) => action);

  it.each(targetRoles)('of %s are all that the session policies of its steps allow by name', (role) => {
    expect(allowedTo(role).filter((action) => !action.includes('*') && !needed(role).includes(action))).toEqual([]);
  });

  it.each(targetRoles)('of %s are nothing that those leave out', (role) => {
    // Messages are decoded in a session of its own.
    const decoding = JSON.parse(
      `${decodingSession({ name: 'production', ...where, externalId: 'x-1' }, 'alice').policy}`,
    ) as Document;
    const decoded = role === 'audit' ? decoding.Statement.flatMap(({ Action }) => Action) : [];
    const patterns = [...allowedTo(role), ...decoded];
    const asked = needsOf(role, where).filter(({ step }) => step !== 'doctor');
    const outside = asked.filter(({ action }) => !patterns.some((pattern) => matchesWildcard(pattern, action)));
    expect(outside).toEqual([]);
  });
});

describe('what else grants, limits or denies', () => {
  const everything = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  });

  it('a managed policy grants as well, for stacks of any name', () => {
    const found = check('preview', { policies: [{ name: 'arn:aws:iam::aws:policy/All', document: everything }] });
    expect(found.says).toMatch(/all 18 calls .* for stacks called \*$/);
  });

  it('a boundary limits', () => {
    const none = everything.replace('"*"', '"s3:*"');
    expect(check('preview', { boundary: { name: 'limit', document: none } }).says).toMatch(/^missing: cloudformation:/);
    expect(check('preview', { boundary: { name: 'limit', document: everything } })).toMatchObject({ verdict: 'ok' });
  });

  it('a denial is seen', () => {
    const found = changed('deploy', ({ Statement }) => {
      Statement.push({ Effect: 'Deny', Action: 'cloudformation:ExecuteChangeSet', Resource: '*' });
    });
    expect(found.says).toBe('missing: cloudformation:ExecuteChangeSet (execute)');
  });

  it('artifacts of another account’s bucket are not enough', () => {
    const elsewhere = { ...values, OrchestratorRoleArn: 'arn:aws:iam::999999999999:role/drawbridge-orchestrator' };
    expect(check('preview', { policies: liveRole('preview', elsewhere).policies }).says).toBe(
      'missing: s3:GetObject (plan), kms:Decrypt (plan)',
    );
  });

  it('nothing at all grants nothing', () => {
    expect(check('deploy', { policies: [] }).says.match(/cloudformation:|iam:|s3:/g)).toHaveLength(
      needsOf('deploy', where).length,
    );
  });
});

describe('what cannot be judged', () => {
  const odd = { name: 'odd', document: '{"Statement":[{"Effect":"Allow","Action":"*","NotPrincipal":"*"}]}' };
  it.each<[string, Partial<LiveRole>]>([
    ['a policy', { policies: [odd] }],
    ['a boundary', { boundary: odd }],
  ])('%s that is not understood', (_, live) => {
    expect(check('preview', live)).toMatchObject({
      ...{ verdict: 'unknown', says: expect.stringMatching(/^the policy odd cannot be judged: /) },
      next: 'Look at it, or deploy accounts/account.yml again in account 222222222222.',
    });
  });

  it.each([
    ['the role', { roles: { ...healthy().roles, preview: refused('AccessDenied') } }],
    ['the orchestrator', { orchestrator: refused('ExpiredToken') }],
  ])('without %s', (_, change) => {
    expect(permissionCheck(healthy(change), 'preview')).toMatchObject({ verdict: 'unknown' });
  });
});
