import { describe, expect, it } from 'vitest';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import type { AccessRequest, ApplicablePolicies } from '#shared/domain/iam/evaluate.ts';
import { allow, deny, orchestrator, orchestratorArn, policy } from './policy-builders.ts';

const roleArn = 'arn:aws:iam::222222222222:role/drawbridge/drawbridge-deploy';
const externalId = 'external-id-of-222222222222';
const condition = {
  StringEquals: { 'sts:ExternalId': externalId },
  StringLike: {
    'sts:SourceIdentity': 'prm-*',
    'aws:RequestTag/drawbridge:promotion': '?*',
    'aws:RequestTag/drawbridge:environment': '?*',
  },
};
const trusting = (principal: unknown, actions: string[]) =>
  policy(
    'trust',
    ...actions.map((action) => ({ Effect: 'Allow', Principal: principal, Action: action, Condition: condition })),
  );
const all = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
const trust = trusting({ AWS: orchestratorArn }, all);
const identity = [policy('orchestrator', ...all.map((action) => allow(action, roleArn)))];

const context = {
  'sts:ExternalId': externalId,
  'sts:RoleSessionName': 'prm-7',
  'sts:SourceIdentity': 'prm-7',
  'aws:RequestTag/drawbridge:promotion': 'prm-7',
  'aws:RequestTag/drawbridge:environment': 'production',
  'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment'],
};
const without = (key: string) => Object.fromEntries(Object.entries(context).filter(([name]) => name !== key));

type Attempt = Partial<Omit<AccessRequest, 'action'>> & { readonly policies?: Partial<ApplicablePolicies> };

/** `allowed`, or the first action refused and the layer that refuses it. */
function outcome({ policies, ...changes }: Attempt): string {
  const request = { requester: orchestrator, resource: roleArn, resourceAccount: '222222222222', context, ...changes };
  for (const { action, decision } of evaluateAssumeRole(request, { identity, trust, ...policies })) {
    if (decision.kind === 'denied') return `${action} ${decision.layer}`;
  }
  return 'allowed';
}

describe('the trust policy of a deploy role', () => {
  it('lets the orchestrator in with external id, source identity and both tags', () => {
    expect(outcome({})).toBe('allowed');
  });

  it.each<[string, Attempt, string]>([
    [
      'another role of the same account',
      { requester: { ...orchestrator, roleArn: `${orchestratorArn}-2`, roleId: 'AROAANOTHERROLE234567' } },
      'sts:AssumeRole trust',
    ],
    [
      'a role of that name in another account',
      {
        requester: {
          ...orchestrator,
          account: '333333333333',
          roleArn: orchestratorArn.replace('111111111111', '333333333333'),
        },
      },
      'sts:AssumeRole trust',
    ],
    [
      'a role of that name under a path',
      { requester: { ...orchestrator, roleArn: orchestratorArn.replace('role/', 'role/x/') } },
      'sts:AssumeRole trust',
    ],
    ['a service', { requester: { kind: 'service', service: 'lambda.amazonaws.com' } }, 'sts:AssumeRole trust'],
    ['no external id', { context: without('sts:ExternalId') }, 'sts:AssumeRole trust'],
    [
      'another external id',
      { context: { ...context, 'sts:ExternalId': 'external-id-of-333333333333' } },
      'sts:AssumeRole trust',
    ],
    ['no source identity', { context: without('sts:SourceIdentity') }, 'sts:AssumeRole trust'],
    [
      'a source identity of a person',
      { context: { ...context, 'sts:SourceIdentity': 'usr-alice' } },
      'sts:AssumeRole trust',
    ],
    ['no promotion tag', { context: without('aws:RequestTag/drawbridge:promotion') }, 'sts:AssumeRole trust'],
    [
      'an empty environment tag',
      { context: { ...context, 'aws:RequestTag/drawbridge:environment': '' } },
      'sts:AssumeRole trust',
    ],
    ['a caller without any permission', { policies: { identity: [] } }, 'sts:AssumeRole identity'],
    [
      'a caller that may assume other roles',
      { policies: { identity: [policy('p', allow('sts:*', `${roleArn}-2`))] } },
      'sts:AssumeRole identity',
    ],
    [
      'a caller that may not set the source identity',
      { policies: { identity: [policy('p', allow('sts:AssumeRole'), allow('sts:TagSession'))] } },
      'sts:SetSourceIdentity identity',
    ],
    [
      'a caller that may not pass tags',
      { policies: { identity: [policy('p', allow('sts:AssumeRole'), allow('sts:SetSourceIdentity'))] } },
      'sts:TagSession identity',
    ],
    [
      'a trust that does not speak of the source identity',
      { policies: { trust: trusting({ AWS: orchestratorArn }, ['sts:AssumeRole', 'sts:TagSession']) } },
      'sts:SetSourceIdentity trust',
    ],
    [
      'a trust that does not speak of tags',
      { policies: { trust: trusting({ AWS: orchestratorArn }, ['sts:AssumeRole', 'sts:SetSourceIdentity']) } },
      'sts:TagSession trust',
    ],
    [
      'a trust in the unique id of a role that was deleted',
      { policies: { trust: trusting({ AWS: 'AROADELETEDROLE234567' }, all) } },
      'sts:AssumeRole trust',
    ],
    [
      'a session policy that leaves it out',
      { policies: { session: policy('s', allow('s3:*')) } },
      'sts:AssumeRole session',
    ],
    [
      'an explicit deny on the caller',
      { policies: { identity: [...identity, policy('d', deny('sts:*'))] } },
      'sts:AssumeRole identity',
    ],
  ])('keeps out %s', (_name, attempt, refused) => {
    expect(outcome(attempt)).toBe(refused);
  });
});

describe('assuming a role of the same account', () => {
  const here = { resourceAccount: '111111111111', context: {} };
  const open = (principal: unknown) =>
    policy('trust', { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' });
  it.each<[string, Partial<ApplicablePolicies>, string]>([
    ['a trust naming the role suffices', { identity: [], trust: open({ AWS: orchestratorArn }) }, 'allowed'],
    [
      'a trust naming the account delegates',
      { identity: [], trust: open({ AWS: '111111111111' }) },
      'sts:AssumeRole identity',
    ],
    ['and allows with the identity', { trust: open({ AWS: '111111111111' }) }, 'allowed'],
    [
      'an identity alone does not suffice',
      { trust: open({ Service: 'lambda.amazonaws.com' }) },
      'sts:AssumeRole trust',
    ],
  ])('%s', (_name, policies, expected) => {
    expect(outcome({ ...here, policies })).toBe(expected);
  });
});

describe('what has to be allowed', () => {
  it.each<[string, Record<string, string | string[]>, string[]]>([
    ['a plain request', {}, ['sts:AssumeRole']],
    ['with a source identity', { 'sts:SourceIdentity': 'prm-7' }, ['sts:AssumeRole', 'sts:SetSourceIdentity']],
    ['with tags', { 'aws:TagKeys': ['a'] }, ['sts:AssumeRole', 'sts:TagSession']],
    ['with inherited tags', { 'sts:TransitiveTagKeys': ['a'] }, ['sts:AssumeRole', 'sts:TagSession']],
  ])('%s', (_name, given, actions) => {
    const request = { requester: orchestrator, resource: roleArn, resourceAccount: '222222222222', context: given };
    expect(evaluateAssumeRole(request, { identity: [] }).map(({ action }) => action)).toEqual(actions);
  });
});
