import { describe, expect, it } from 'vitest';
import { type AccessRequest, type ApplicablePolicies, evaluate } from '#shared/domain/iam/evaluate.ts';
import { allow, deny, orchestratorArn, policy, request, roleId, sessionArn } from './policy-builders.ts';

const named = (principal: unknown, effect = allow) => policy('bucket', effect('s3:*', '*', { Principal: principal }));
const identity = [policy('reader', allow('s3:Get*', 'arn:aws:s3:::artifacts/*'))];
const nothing = [policy('other', allow('sqs:*'))];
const elsewhere = { resourceAccount: '222222222222' };

/** `allowed`, or the layer that denied: `identity` implicitly, `!identity` explicitly. */
function outcome(policies: Partial<ApplicablePolicies>, changes: Partial<AccessRequest> = {}): string {
  const decision = evaluate(request(changes), { identity: [], ...policies });
  if (decision.kind === 'allowed') return 'allowed';
  return `${decision.explicit ? '!' : ''}${decision.layer}`;
}

describe('a KMS key', () => {
  const key = (principal: unknown, effect = allow) => policy('key', effect('s3:*', '*', { Principal: principal }));
  const account = { AWS: 'arn:aws:iam::111111111111:root' };
  it.each<[string, Partial<ApplicablePolicies>, string, Partial<AccessRequest>?]>([
    ['whose policy names the role by its unique id', { key: key({ AWS: roleId }) }, 'allowed'],
    [
      'whose policy names another role, whatever the identity allows',
      { identity, key: key({ AWS: `${orchestratorArn}-2` }) },
      'key',
    ],
    ['that admits the account, and the identity allows', { identity, key: key(account) }, 'allowed'],
    ['that admits the account alone', { key: key(account) }, 'identity'],
    ['that admits the role', { key: key({ AWS: orchestratorArn }) }, 'allowed'],
    ['that denies', { identity, key: key('*', deny) }, '!key'],
    ['elsewhere, where both allow', { identity, key: key('*') }, 'allowed', elsewhere],
    ['elsewhere, where only the key policy allows', { key: key('*') }, 'identity', elsewhere],
    ['elsewhere, that denies', { identity, key: key(account, deny) }, '!key', elsewhere],
    ['elsewhere, that admits its own account', { identity, key: key({ AWS: '222222222222' }) }, 'key', elsewhere],
    ['where the session policy does not allow', { identity, key: key(account), session: nothing[0]! }, 'session'],
  ])('%s', (_, policies, expected, changes) => {
    expect(outcome(policies, changes)).toBe(expected);
  });
});

describe('in one account', () => {
  it.each<[string, Partial<ApplicablePolicies>, string]>([
    ['nothing allows', {}, 'identity'],
    ['the identity-based policy allows', { identity }, 'allowed'],
    ['another action is allowed', { identity: nothing }, 'identity'],
    ['one of several identity-based policies allows', { identity: [...nothing, ...identity] }, 'allowed'],
    ['only the resource allows the role', { resource: named({ AWS: orchestratorArn }) }, 'allowed'],
    ['only the resource allows the role by its unique id', { resource: named({ AWS: roleId }) }, 'allowed'],
    ['only the resource allows everyone', { resource: named('*') }, 'allowed'],
    ['the resource only delegates to the account', { resource: named({ AWS: '111111111111' }) }, 'identity'],
    [
      'the resource delegates and the identity allows',
      { identity, resource: named({ AWS: '111111111111' }) },
      'allowed',
    ],
    [
      'the resource allows another role of the account',
      { resource: named({ AWS: `${orchestratorArn}-2` }) },
      'identity',
    ],
    [
      'the resource names another role, the identity allows',
      { identity, resource: named({ AWS: `${orchestratorArn}-2` }) },
      'allowed',
    ],
    [
      'the resource names a user',
      { resource: named({ AWS: 'arn:aws:iam::111111111111:user/drawbridge' }) },
      'identity',
    ],
    ['the boundary does not allow', { identity, boundary: policy('boundary', allow('sqs:*')) }, 'boundary'],
    ['the boundary allows too', { identity, boundary: policy('boundary', allow('*')) }, 'allowed'],
    ['only the boundary allows', { boundary: policy('boundary', allow('*')) }, 'identity'],
    ['the session policy does not allow', { identity, session: policy('session', allow('sqs:*')) }, 'session'],
    ['the session policy allows too', { identity, session: policy('session', allow('s3:GetObject')) }, 'allowed'],
    ['only the session policy allows', { session: policy('session', allow('*')) }, 'identity'],
    [
      'the boundary limits what the resource grants a role',
      { resource: named({ AWS: orchestratorArn }), boundary: policy('boundary', allow('sqs:*')) },
      'boundary',
    ],
    [
      'the session policy limits what the resource grants a role',
      { resource: named({ AWS: orchestratorArn }), session: policy('session', allow('sqs:*')) },
      'session',
    ],
    [
      'the resource grants the session itself, whatever others leave out',
      {
        resource: named({ AWS: sessionArn }),
        session: policy('session', allow('sqs:*')),
        boundary: policy('boundary', allow('sqs:*')),
      },
      'allowed',
    ],
    [
      "the same by the session's unique id",
      { resource: named({ AWS: `${roleId}:prm-7` }), session: policy('session', allow('sqs:*')) },
      'allowed',
    ],
    [
      'every level of the organization allows',
      { identity, organization: [[policy('full', allow('*'))], [policy('full', allow('*'))]] },
      'allowed',
    ],
    [
      'one level of the organization does not',
      { identity, organization: [[policy('full', allow('*'))], nothing] },
      'organization',
    ],
    [
      'the organization limits what the resource grants the session',
      { resource: named({ AWS: sessionArn }), organization: [nothing] },
      'organization',
    ],
    [
      'the session policy limits what the resource grants everyone',
      { resource: named('*'), session: policy('session', allow('sqs:*')) },
      'session',
    ],
    [
      'the resource denies another role',
      { identity, resource: named({ AWS: `${orchestratorArn}-2` }, deny) },
      'allowed',
    ],
    ['the resource denies this role', { identity, resource: named({ AWS: orchestratorArn }, deny) }, '!resource'],
    ['a resource policy without principal grants nothing', { resource: policy('bucket', allow('*')) }, 'identity'],
  ])('%s: %o', (_name, policies, expected) => {
    expect(outcome(policies)).toBe(expected);
  });
});

describe('across accounts', () => {
  it.each<[string, Partial<ApplicablePolicies>, string]>([
    ['only the identity allows', { identity }, 'resource'],
    ['only the resource allows', { resource: named({ AWS: orchestratorArn }) }, 'identity'],
    ['only the resource allows, the session itself', { resource: named({ AWS: sessionArn }) }, 'identity'],
    ['both allow', { identity, resource: named({ AWS: orchestratorArn }) }, 'allowed'],
    [
      'both allow, the resource by the account',
      { identity, resource: named({ AWS: 'arn:aws:iam::111111111111:root' }) },
      'allowed',
    ],
    ['both allow, the resource by the session', { identity, resource: named({ AWS: sessionArn }) }, 'allowed'],
    ['both allow, the resource by everyone', { identity, resource: named('*') }, 'allowed'],
    ['the resource allows another account', { identity, resource: named({ AWS: '333333333333' }) }, 'resource'],
    [
      'both allow, the session policy does not',
      { identity, resource: named('*'), session: policy('session', allow('sqs:*')) },
      'session',
    ],
  ])('%s: %o', (_name, policies, expected) => {
    expect(outcome(policies, elsewhere)).toBe(expected);
  });
});

describe('an explicit deny beats every allow', () => {
  const everything: ApplicablePolicies = {
    identity: [policy('admin', allow('*'))],
    boundary: policy('boundary', allow('*')),
    session: policy('session', allow('*')),
    resource: named({ AWS: sessionArn }),
    organization: [[policy('full', allow('*'))]],
  };
  it.each<[string, Partial<ApplicablePolicies>]>([
    ['identity', { identity: [policy('admin', allow('*'), deny('s3:GetObject'))] }],
    ['boundary', { boundary: policy('boundary', allow('*'), deny('s3:*')) }],
    ['session', { session: policy('session', allow('*'), deny('*')) }],
    ['resource', { resource: named('*', deny) }],
    ['resource', { resource: policy('bucket', deny('*')) }],
    ['organization', { organization: [[policy('scp', allow('*'), deny('s3:Get*'))]] }],
  ])('in the %s layer: %o', (layer, policies) => {
    expect(outcome(everything)).toBe('allowed');
    expect(outcome({ ...everything, ...policies })).toBe(`!${layer}`);
  });

  it('when a condition of it cannot be decided', () => {
    const undecided = deny('*', '*', { Condition: { NumericLessThan: { 's3:max-keys': 10 } } });
    const policies = { identity: [policy('admin', allow('*'), undecided)] };
    expect(outcome(policies, { context: { 's3:max-keys': 'many' } })).toBe('!identity');
    expect(outcome(policies, { context: { 's3:max-keys': '11' } })).toBe('allowed');
  });
});

describe('statements', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['action names are not case-sensitive', allow('S3:getobject'), 'allowed'],
    ['resources are', allow('*', 'arn:aws:s3:::Artifacts/*'), 'identity'],
    ['NotAction allows the others', { Effect: 'Allow', NotAction: 'sqs:*', Resource: '*' }, 'allowed'],
    ['NotAction leaves out its own', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }, 'identity'],
    ['NotResource allows the others', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::logs/*' }, 'allowed'],
    [
      'NotResource leaves out its own',
      { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::artifacts/*' },
      'identity',
    ],
    ['a variable is filled in', allow('*', 'arn:aws:s3:::artifacts/${aws:PrincipalTag/name}'), 'allowed'],
    [
      'a variable without value allows nothing',
      allow('*', 'arn:aws:s3:::artifacts/${aws:PrincipalTag/none}*'),
      'identity',
    ],
    [
      'not even negated',
      { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::${aws:PrincipalTag/none}' },
      'identity',
    ],
    [
      'all conditions must be met',
      allow('*', '*', {
        Condition: { StringEquals: { 'aws:PrincipalTag/name': 'key', 'aws:PrincipalTag/none': 'x' } },
      }),
      'identity',
    ],
  ])('%s: %o', (_name, statement, expected) => {
    expect(outcome({ identity: [policy('p', statement)] }, { context: { 'aws:PrincipalTag/name': 'key' } })).toBe(
      expected,
    );
  });
});

describe('services and identity providers', () => {
  const events = { requester: { kind: 'service', service: 'events.amazonaws.com' } } as const;
  const google = { requester: { kind: 'federated', provider: 'accounts.google.com' } } as const;
  it.each<[string, Partial<AccessRequest>, Partial<ApplicablePolicies>, string]>([
    ['a service the resource names', events, { resource: named({ Service: 'events.amazonaws.com' }) }, 'allowed'],
    ['another service', events, { resource: named({ Service: 'sns.amazonaws.com' }) }, 'resource'],
    ['a service among everyone', events, { resource: named('*') }, 'allowed'],
    ['a service and no policy', events, {}, 'resource'],
    ['a service that is denied', events, { resource: named({ Service: 'events.amazonaws.com' }, deny) }, '!resource'],
    ['a provider the trust names', google, { trust: named({ Federated: 'accounts.google.com' }) }, 'allowed'],
    ['another provider', google, { trust: named({ Federated: 'www.amazon.com' }) }, 'trust'],
  ])('%s: %o', (...[, requester, policies, expected]) => {
    expect(outcome(policies, requester)).toBe(expected);
  });
});

describe('decisions explain themselves', () => {
  it('name the statements that allow', () => {
    expect(evaluate(request(elsewhere), { identity, resource: named({ AWS: '111111111111' }) })).toEqual({
      kind: 'allowed',
      by: 'statement 1 of reader and statement 1 of bucket',
    });
  });

  it('name the statement that denies', () => {
    const guarded = [policy('guard', allow('*'), { ...deny('s3:*'), Sid: 'NoBuckets' })];
    expect(evaluate(request(), { identity: guarded })).toEqual({
      kind: 'denied',
      explicit: true,
      layer: 'identity',
      because: 'NoBuckets of guard denies it',
    });
  });

  it('say what is missing', () => {
    expect(evaluate(request(), { identity: [] })).toMatchObject({ because: 'no identity-based policy allows it' });
  });
});
