import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccessRequest, type ApplicablePolicies, evaluate } from '#shared/domain/iam/evaluate.ts';
import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import { orchestratorArn, policy, request, roleId, sessionArn } from './policy-builders.ts';

const parameters = { seed: 20_260_105, numRuns: 1500 };

const principal = fc.constantFrom<unknown>(
  '*',
  { AWS: orchestratorArn },
  { AWS: roleId },
  { AWS: sessionArn },
  { AWS: '111111111111' },
  { AWS: '222222222222' },
  { Service: 'events.amazonaws.com' },
);
const operator = fc.constantFrom(
  'StringEquals',
  'StringNotLike',
  'ForAllValues:StringLike',
  'StringEqualsIfExists',
  'Null',
  'NumericLessThan',
);
const condition = fc
  .record({ operator, key: fc.constantFrom('aws:userid', 'k:a', 'aws:TagKeys') })
  .map(({ operator, key }) => ({
    Condition: { [operator]: { [key]: operator === 'Null' ? 'true' : operator === 'NumericLessThan' ? '5' : 'a' } },
  }));
const statement = (withPrincipal: boolean) =>
  fc
    .record({
      Effect: fc.constantFrom('Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Allow', 'Deny'),
      what: fc.constantFrom(
        { Action: '*' },
        { Action: ['s3:*', 'sts:*'] },
        { Action: 's3:Get*' },
        { NotAction: 's3:PutObject' },
        { Action: ['sqs:*', 's3:GetObject'] },
      ),
      where: fc.constantFrom(
        { Resource: '*' },
        { Resource: ['*', 'arn:aws:s3:::logs'] },
        { Resource: 'arn:aws:s3:::artifacts/*' },
        { NotResource: 'arn:aws:s3:::artifacts/${aws:userid}' },
      ),
      condition: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, condition),
      who: principal,
    })
    .map(({ Effect, what, where, condition, who }) => ({
      Effect,
      ...what,
      ...where,
      ...condition,
      ...(withPrincipal ? { Principal: who } : {}),
    }));

const anyPolicy = (withPrincipal = false): fc.Arbitrary<NamedPolicy> =>
  fc.array(statement(withPrincipal), { minLength: 1, maxLength: 4 }).map((statements) => policy('p', ...statements));

const policies: fc.Arbitrary<ApplicablePolicies> = fc.record(
  {
    identity: fc.array(anyPolicy(), { minLength: 1, maxLength: 3 }),
    boundary: anyPolicy(),
    session: anyPolicy(),
    resource: anyPolicy(true),
    trust: anyPolicy(true),
    organization: fc.array(fc.array(anyPolicy(), { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
  },
  { requiredKeys: ['identity'] },
);
const requests: fc.Arbitrary<AccessRequest> = fc
  .record({
    resourceAccount: fc.constantFrom('111111111111', '222222222222'),
    action: fc.constantFrom('s3:GetObject', 's3:PutObject', 'sts:AssumeRole'),
    context: fc.record(
      {
        'aws:userid': fc.constantFrom('a', 'b', 'key'),
        'k:a': fc.constantFrom('a', 'b', '1', '9'),
        'aws:TagKeys': fc.constantFrom(['a'], ['a', 'b'], []),
      },
      { requiredKeys: [] },
    ),
  })
  .map((changes) => request(changes));

const isAllowed = (asked: AccessRequest, given: ApplicablePolicies) => evaluate(asked, given).kind === 'allowed';

/** The same policies with one policy of one layer put through `change`. */
function changed(
  given: ApplicablePolicies,
  pick: number,
  change: (policy: NamedPolicy) => NamedPolicy,
): ApplicablePolicies {
  const layers = ['boundary', 'session', 'resource', 'trust'] as const;
  const present = layers.filter((layer) => given[layer]);
  const at = pick % (present.length + given.identity.length || 1);
  const layer = present[at - given.identity.length];
  if (layer) return { ...given, [layer]: change(given[layer]!) };
  return { ...given, identity: given.identity.map((one, index) => (index === at ? change(one) : one)) };
}

const denyEverything = policy('deny', { Effect: 'Deny', Action: '*', Resource: '*' }).policy.statements[0]!;

describe('laws of evaluation', () => {
  it('the cases cover both outcomes', () => {
    const seen = fc.sample(fc.tuple(requests, policies), parameters).map(([asked, given]) => isAllowed(asked, given));
    expect(seen.filter(Boolean).length).toBeGreaterThan(100);
    expect(seen.filter((allowed) => !allowed).length).toBeGreaterThan(100);
  });

  it('adding a Deny never allows', () => {
    fc.assert(
      fc.property(requests, policies, fc.tuple(fc.nat(20), statement(false)), (asked, given, [pick, added]) => {
        const denial = policy('deny', { ...added, Effect: 'Deny' }).policy.statements;
        const denied = changed(given, pick, ({ name, policy: { version, statements } }) => ({
          name,
          policy: { version, statements: [...statements, ...denial] },
        }));
        expect(isAllowed(asked, denied) && !isAllowed(asked, given)).toBe(false);
      }),
      parameters,
    );
  });

  it('removing an Allow never allows', () => {
    fc.assert(
      fc.property(requests, policies, fc.tuple(fc.nat(20), fc.nat(3)), (asked, given, [pick, index]) => {
        const fewer = changed(given, pick, ({ name, policy: { version, statements } }) => ({
          name,
          policy: { version, statements: statements.filter((one, at) => one.effect === 'Deny' || at !== index) },
        }));
        expect(isAllowed(asked, fewer) && !isAllowed(asked, given)).toBe(false);
      }),
      parameters,
    );
  });

  it('a key policy allows nothing that it would not as the policy of another resource, and is never passed over', () => {
    fc.assert(
      fc.property(requests, policies, anyPolicy(true), (asked, { resource: _, trust: __, ...given }, document) => {
        const allowed = isAllowed(asked, { ...given, key: document });
        expect(allowed && !isAllowed(asked, { ...given, resource: document })).toBe(false);
        const silent = policy('key', { Effect: 'Allow', Action: 'kms:Sign', Resource: '*', Principal: '*' });
        expect(isAllowed(asked, { ...given, key: silent })).toBe(false);
      }),
      parameters,
    );
  });

  it('an explicit deny beats everything', () => {
    fc.assert(
      fc.property(requests, policies, (asked, given) => {
        const denied = [
          ...given.identity,
          { name: 'deny', policy: { version: '2012-10-17', statements: [denyEverything] } } as const,
        ];
        expect(evaluate(asked, { ...given, identity: denied })).toMatchObject({ kind: 'denied', explicit: true });
      }),
      parameters,
    );
  });

  it('a session policy, a boundary or another level of the organization never widens', () => {
    fc.assert(
      fc.property(requests, policies, anyPolicy(), (asked, given, added) => {
        const { session: _session, boundary: _boundary, ...open } = given;
        const limits = [
          { session: added },
          { boundary: added },
          { organization: [...(open.organization ?? []), [added]] },
        ];
        for (const limit of limits) {
          expect(isAllowed(asked, { ...open, ...limit }) && !isAllowed(asked, open)).toBe(false);
        }
      }),
      parameters,
    );
  });

  it('across accounts nothing is allowed by one side alone', () => {
    fc.assert(
      fc.property(requests, policies, (asked, given) => {
        const across = { ...asked, resourceAccount: '222222222222' };
        const { resource: _resource, trust: _trust, ...own } = given;
        expect(isAllowed(across, own)).toBe(false);
        expect(isAllowed(across, { ...given, identity: [] })).toBe(false);
      }),
      parameters,
    );
  });
});
