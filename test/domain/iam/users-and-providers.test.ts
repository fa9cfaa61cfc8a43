/** Requesters that are no role sessions: IAM users, who have policies of their own, and identities a provider vouches for. */
import { describe, expect, it } from 'vitest';
import { type AssumeRoleOperation, evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { type ApplicablePolicies, evaluate } from '#shared/domain/iam/evaluate.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import { allow, deny, policy, request, type StatementDocument } from './policy-builders.ts';

const userArn = 'arn:aws:iam::111111111111:user/people/ann';
const userId = 'AIDAEXAMPLEEXAMPLE234';
const user: Requester = { kind: 'user', account: '111111111111', userArn, userId };
const everything = [policy('everything', allow('*'))];
const objects = (principal: unknown, more: StatementDocument = {}) =>
  policy('bucket', { Effect: 'Allow', Principal: principal, Action: 's3:*', Resource: '*', ...more });

describe('a user', () => {
  it.each<[string, Partial<ApplicablePolicies>, string, string?]>([
    ['has what its policies allow', { identity: everything }, 'allowed'],
    ['has nothing by itself', {}, 'denied'],
    ['is stopped by an explicit deny', { identity: [...everything, policy('no', deny('s3:*'))] }, 'denied'],
    [
      'is limited by its boundary',
      { identity: everything, boundary: policy('boundary', allow('sts:*')) },
      'denied',
      'boundary',
    ],
    [
      'is limited by a service control policy',
      { identity: everything, organization: [[policy('scp', allow('sts:*'))]] },
      'denied',
      'organization',
    ],
    ['is allowed by a resource that names it', { resource: objects({ AWS: userArn }) }, 'allowed'],
    ['is allowed by a resource that names its id', { resource: objects({ AWS: userId }) }, 'allowed'],
    ['is allowed by a resource that names everyone', { resource: objects('*') }, 'allowed'],
    [
      'named by the resource needs no boundary to allow it',
      { resource: objects({ AWS: userArn }), boundary: policy('boundary', allow('sts:*')) },
      'allowed',
    ],
    [
      'named as one of everyone does need it',
      { resource: objects('*'), boundary: policy('boundary', allow('sts:*')) },
      'denied',
      'boundary',
    ],
    [
      'is not allowed by a resource that only delegates to its account',
      { resource: objects({ AWS: '111111111111' }) },
      'denied',
    ],
    [
      'is not allowed by a resource that names another user',
      { resource: objects({ AWS: 'arn:aws:iam::111111111111:user/bob' }) },
      'denied',
    ],
    [
      'is denied by a resource that names it',
      { identity: everything, resource: objects({ AWS: userArn }, { Effect: 'Deny' }) },
      'denied',
      'resource',
    ],
  ])('%s', (_, policies, expected, layer) => {
    const decision = evaluate(request({ requester: user }), { identity: [], ...policies });
    expect(decision).toMatchObject({ kind: expected, ...(layer ? { layer } : {}) });
  });

  it.each<[string, Partial<ApplicablePolicies>, string]>([
    ['both sides allow', { identity: everything, resource: objects({ AWS: userArn }) }, 'allowed'],
    [
      'both allow, the resource by account',
      { identity: everything, resource: objects({ AWS: '111111111111' }) },
      'allowed',
    ],
    ['only the resource allows', { resource: objects({ AWS: userArn }) }, 'denied'],
    ['only the user’s policies allow', { identity: everything }, 'denied'],
  ])('in another account, when %s', (_, policies, expected) => {
    const asked = request({ requester: user, resourceAccount: '222222222222' });
    expect(evaluate(asked, { identity: [], ...policies }).kind).toBe(expected);
  });

  it('assumes a role that trusts it, when its own policies allow that too', () => {
    const trust = policy('trust', { Effect: 'Allow', Principal: { AWS: userArn }, Action: 'sts:AssumeRole' });
    const asked = request({
      requester: user,
      resource: 'arn:aws:iam::222222222222:role/x',
      resourceAccount: '222222222222',
    });
    const kinds = (identity: ApplicablePolicies['identity']) =>
      evaluateAssumeRole(asked, { identity, trust }).map(({ action, decision }) => [action, decision.kind]);
    expect(kinds(everything)).toEqual([['sts:AssumeRole', 'allowed']]);
    expect(kinds([])).toEqual([['sts:AssumeRole', 'denied']]);
  });
});

describe('an identity a provider vouches for', () => {
  const provider = 'arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com';
  const federated: Requester = { kind: 'federated', provider };
  const trusting = (action: string | string[], principal = provider) =>
    policy('trust', { Effect: 'Allow', Principal: { Federated: principal }, Action: action });
  const asked = request({
    requester: federated,
    resource: 'arn:aws:iam::111111111111:role/ci',
    context: { 'aws:TagKeys': ['team'], 'sts:SourceIdentity': 'ann' },
  });
  const web: AssumeRoleOperation = 'sts:AssumeRoleWithWebIdentity';

  it.each<[string, string[], AssumeRoleOperation, string[]]>([
    ['the operation, tags and source identity', [web, 'sts:TagSession', 'sts:SetSourceIdentity'], web, []],
    ['only the operation', [web], web, ['sts:SetSourceIdentity', 'sts:TagSession']],
    ['another operation', ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'], web, [web]],
    [
      'the operation of SAML',
      ['sts:AssumeRoleWithSAML'],
      'sts:AssumeRoleWithSAML',
      ['sts:SetSourceIdentity', 'sts:TagSession'],
    ],
  ])('needs each action in the trust policy: given %s', (_, trusted, operation, denied) => {
    const decisions = evaluateAssumeRole(asked, { identity: [], trust: trusting(trusted) }, operation);
    expect(decisions.map(({ action }) => action)).toEqual([operation, 'sts:SetSourceIdentity', 'sts:TagSession']);
    expect(decisions.flatMap(({ action, decision }) => (decision.kind === 'denied' ? [action] : []))).toEqual(denied);
  });

  it('is let in by its own provider alone', () => {
    const other = trusting([web, 'sts:TagSession', 'sts:SetSourceIdentity'], provider.replace('1111', '2222'));
    const [first] = evaluateAssumeRole(asked, { identity: [], trust: other }, web);
    expect(first?.decision).toMatchObject({ kind: 'denied', layer: 'trust' });
  });
});
