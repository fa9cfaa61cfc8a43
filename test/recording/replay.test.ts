/** The replay itself, on a role with one policy: which actions it finds needed, and which not. */
import { describe, expect, it } from 'vitest';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { Policy } from '#shared/domain/iam/policy.ts';
import { PromotionId } from '#shared/domain/identifiers.ts';
import { sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import {
  allow,
  deny,
  document,
  orchestratorArn,
  policy,
  request,
  type StatementDocument,
} from '#test/domain/iam/policy-builders.ts';
import { namesOfGrants } from '#test/replay/grants.ts';
import { replay } from '#test/replay/replay.ts';
import type { ShippedPolicies, ShippedPolicy } from '#test/replay/shipped-policies.ts';
import type { RecordedRequest } from './recorded.ts';

const named = (name: string, ...statements: StatementDocument[]): ShippedPolicy => ({
  name,
  policy: policy(name, ...statements).policy,
});
const trust = { Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole', Effect: 'Allow' };

function shipped(identity: StatementDocument[], resources: Record<string, ShippedPolicy> = {}): ShippedPolicies {
  const role = {
    id: 'AROATHEOTHERWORLD12',
    identity: [named('role: own', ...identity)],
    trust: named('role: trust', trust),
  };
  return { roles: new Map([[orchestratorArn, role]]), resources: new Map(Object.entries(resources)) };
}
const asked = (changes: Partial<RecordedRequest> = {}): RecordedRequest => ({
  kind: 'request',
  assumes: false,
  ...request(changes),
});
const needed = (policies: ShippedPolicies, requests: RecordedRequest[], more = new Map<string, Policy>()) => [
  ...replay({ requests, policies: more }, [policies]).needed,
];

describe('an action is needed', () => {
  it('when a request is denied without it', () => {
    const policies = shipped([{ ...allow('', '*'), Action: ['s3:GetObject', 's3:PutObject'] }]);
    expect(needed(policies, [asked()])).toEqual(['role: own, statement 1: s3:GetObject']);
  });

  it('as a whole, when it is a wildcard', () => {
    expect(needed(shipped([allow('s3:Get*'), allow('s3:Put*')]), [asked()])).toEqual([
      'role: own, statement 1: s3:Get*',
    ]);
  });

  it('not when another statement grants it as well', () => {
    expect(needed(shipped([allow('s3:GetObject'), allow('s3:*')]), [asked()])).toEqual([]);
  });

  it('not when it is asked for elsewhere only', () => {
    expect(needed(shipped([allow('s3:GetObject', 'arn:aws:s3:::artifacts/other')]), [asked()])).toEqual([]);
  });

  it('in a trust policy, by the service that assumes the role', () => {
    const assumption = asked({
      ...{ requester: { kind: 'service', service: 'lambda.amazonaws.com' }, action: 'sts:AssumeRole', assumes: true },
      resource: orchestratorArn,
    });
    expect(needed(shipped([allow('s3:GetObject')]), [assumption])).toEqual([
      'role: trust, statement 1: sts:AssumeRole',
    ]);
  });

  it('in the policy of a bucket, by a role of another account', () => {
    const bucket = named('bucket', allow('s3:GetObject', '*', { Principal: { AWS: '111111111111' } }));
    const policies = shipped([allow('s3:GetObject')], { 'arn:aws:s3:::artifacts': bucket });
    expect(needed(policies, [asked({ resourceAccount: '222222222222' })])).toEqual([
      'role: own, statement 1: s3:GetObject',
      'bucket, statement 1: s3:GetObject',
    ]);
  });

  it('in the session policy of a step, whichever statements the session has', () => {
    const scope = { target: { account: '222222222222', region: 'eu-west-1' }, stacks: [] };
    const { text } = sessionPolicy('preview', { ...scope, promotion: PromotionId.parse('prm-0123456789abcdef') });
    const parsed = parsePolicy(text, 'identity');
    const session = parsed.kind === 'policy' ? parsed.policy : expect.unreachable();
    const policies = shipped([allow('cloudformation:ListHookResults')]);
    const listing = asked({ action: 'cloudformation:ListHookResults', resource: '*', session: 'one' });
    expect(needed(policies, [listing], new Map([['one', session]]))).toEqual([
      'role: own, statement 1: cloudformation:ListHookResults',
      'session of preview, statement 5: cloudformation:ListHookResults',
    ]);
  });
});

it('what the shipped policies refuse proves nothing', () => {
  const found = replay({ requests: [asked()], policies: new Map() }, [shipped([allow('s3:GetObject'), deny('s3:*')])]);
  expect(found).toMatchObject({ needed: new Set(), replayed: new Map(), refused: 1 });
});

it('what is denied is no grant, and the rest is listed action by action', () => {
  const policies = shipped([{ ...allow('', '*'), Action: ['s3:GetObject', 's3:Put*'] }, deny('s3:DeleteObject')]);
  expect(namesOfGrants([policies])).toEqual([
    'role: own, statement 1: s3:GetObject',
    'role: own, statement 1: s3:Put*',
    'role: trust, statement 1: sts:AssumeRole',
  ]);
});

it('NotAction cannot be taken away action by action', () => {
  const except = document({ Effect: 'Allow', NotAction: 's3:GetObject', Resource: '*' });
  const parsed = parsePolicy(except);
  const open = { name: 'open', policy: parsed.kind === 'policy' ? parsed.policy : expect.unreachable() };
  const role = { id: 'AROA', identity: [open], trust: named('role: trust', trust) };
  expect(() => namesOfGrants([{ roles: new Map([['role', role]]), resources: new Map() }])).toThrow(/NotAction/);
});
