import { describe, expect, it } from 'vitest';
import { isPermitted, locksEverybodyOut, permissionFor } from '#shared/domain/policy/permissions.ts';
import { Permission, Policy } from '#shared/domain/policy/policy.ts';
import { policySetFaults } from '#shared/domain/policy/policy-set.ts';
import { aPolicy } from './policy-builders.ts';

const role = 'arn:aws:iam::111111111111:role/ci';
const policies = [
  aPolicy('people', { permissions: { viewer: ['*'], requester: ['rita', role], admin: ['ada'] } }),
  aPolicy('more', { permissions: { approver: ['paul'], operator: ['olga', 'github:42:production'] } }),
  aPolicy('guard', { approval: {} }),
];
const hadBy = (actor: string, of = policies) =>
  Permission.options.filter((permission) => isPermitted({ kind: 'iam', actor }, permission, of));

describe('permissions', () => {
  it.each<[string, Permission[]]>([
    ['anybody', ['viewer']],
    ['rita', ['viewer', 'requester']],
    [role, ['viewer', 'requester']],
    ['paul', ['viewer', 'approver']],
    ['olga', ['viewer', 'requester', 'operator']],
    ['github:42:production', ['viewer', 'requester', 'operator']],
    ['ada', ['viewer', 'requester', 'approver', 'operator', 'admin']],
    // Compared as a whole: neither a part, nor another spelling.
    ['ad', ['viewer']],
    ['Ada', ['viewer']],
    [`${role}2`, ['viewer']],
    ['github:42:production2', ['viewer']],
  ])('of %s are %j', (actor, expected) => {
    expect(hadBy(actor)).toEqual(expected);
  });

  it('are for nobody but who is named, where not everybody is', () => {
    expect(hadBy('rita', [aPolicy('a', { permissions: { admin: ['ada'] } })])).toEqual([]);
  });

  it('are all there, as long as no policy speaks of them, for whom IAM let in and for no token', () => {
    expect(hadBy('anybody', [aPolicy('guard', { approval: {} })])).toEqual(Permission.options);
    expect(isPermitted({ kind: 'token', actor: 'jwt:ada' }, 'viewer', [])).toBe(false);
  });

  it('of everybody are those of whom IAM let in: a token has to be named', () => {
    const token = (actor: string) => isPermitted({ kind: 'token', actor }, 'viewer', policies);
    expect([token('jwt:ada'), token('jwt:*'), token('github:42:production')]).toEqual([...[false, false, true]]);
    expect(isPermitted({ kind: 'iam', actor: 'anybody' }, 'viewer', policies)).toBe(true);
  });

  it.each<[string, Permission]>([
    ['GET /v1/promotions/:id', 'viewer'],
    ['POST /v1/promotions', 'requester'],
    ['POST /v1/promotions/:id/retries', 'requester'],
    ['POST /v1/promotions/:id/approvals', 'approver'],
    ['POST /v1/sessions', 'operator'],
    ['PUT /v1/policies/:name', 'admin'],
    ['POST /v1/something-new', 'admin'],
  ])('%s wants %s', (route, permission) => {
    expect(permissionFor(route)).toBe(permission);
  });
});

describe('an administrator', () => {
  const faults = (before: Policy[], after: Policy[], name: string) => policySetFaults({ before, after }, name);
  const viewers = aPolicy('viewers', { permissions: { viewer: ['*'] } });
  const admins = aPolicy('admins', { permissions: { admin: ['ada'] } });
  const alone = [expect.stringContaining('admin to nobody')];

  it.each<[string, Policy[], Policy[], string, unknown[]]>([
    ['is wanted with the first permissions', [], [viewers], 'viewers', alone],
    ['may be given by another policy', [admins], [admins, viewers], 'viewers', []],
    ['cannot be taken away last', [admins, viewers], [viewers], 'admins', alone],
    ['can be taken away with everything', [admins], [], 'admins', []],
    ['is not wanted where nothing is given', [], [aPolicy('guard', { approval: {} })], 'guard', []],
  ])('%s', (_name, before, after, name, expected) => {
    expect(faults(before, after, name)).toEqual(expected);
    expect(locksEverybodyOut(after)).toBe(expected.length > 0);
  });
});

it.each<[string, unknown, boolean]>([
  ['a user', 'ada', true],
  ['a role', role, true],
  ['everybody', '*', true],
  ['a job of GitHub', 'github:42:pre-production', true],
  ['a subject of an issuer', 'jwt:acme.eu.auth0.com#auth0|6123', true],
  ['a subject of any issuer', 'jwt:auth0|6123', false],
  ['half a wildcard', 'a*', false],
  ['a job of GitHub in any environment', 'github:42', false],
  ['a repository by its name', 'github:acme/orders:production', false],
  ['a session', 'arn:aws:sts::111111111111:assumed-role/ci/x', false],
  ['two lines', 'ada\nbob', false],
  ['nobody', '', false],
])('%s may hold a permission: %s, %s', (_name, holder, expected) => {
  const said = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'a' } };
  expect(Policy.safeParse({ ...said, permissions: { admin: [holder] } }).success).toBe(expected);
});
