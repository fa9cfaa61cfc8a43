/** Who gets in as a CI runner, and what a runner may do, decided by the policy evaluator from the very documents that are shipped. */
import { describe, expect, it } from 'vitest';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { holds, resolveProperties } from './intrinsics.ts';
import { ciJobs, policiesOf, read } from './shipped.ts';
import { anything, parsed, sessionOf } from './target-policies.ts';

const template = read('accounts/ci-oidc.yml');
const policies = policiesOf(template, ciJobs);
const [trust] = policies
  .filter(({ use }) => use === 'trust')
  .map(({ name, document, use }) => parsed(name, document, use));
const identity = policies
  .filter(({ use }) => use === 'identity')
  .map(({ name, document, use }) => parsed(name, document, use));

const home = '111111111111';
const role = `arn:aws:iam::${home}:role/drawbridge/drawbridge-ci`;
const issuer = 'token.actions.githubusercontent.com';
const gitHub: Requester = { kind: 'federated', provider: `arn:aws:iam::${home}:oidc-provider/${issuer}` };
const claims = {
  [`${issuer}:aud`]: 'sts.amazonaws.com',
  [`${issuer}:sub`]: 'repo:acme/orders:environment:production',
  [`${issuer}:repository_id`]: '424242',
  [`${issuer}:environment`]: 'production',
};
const but = (claim: string, value: string) => ({ ...claims, [`${issuer}:${claim}`]: value });
const without = (claim: string): RequestContext =>
  Object.fromEntries(Object.entries(claims).filter(([key]) => key !== `${issuer}:${claim}`));

function assume(context: RequestContext, requester: Requester = gitHub) {
  const request = { requester, resource: role, resourceAccount: home, context };
  const decisions = evaluateAssumeRole(
    request,
    { identity: anything, trust: trust! },
    requester.kind === 'federated' ? 'sts:AssumeRoleWithWebIdentity' : 'sts:AssumeRole',
  );
  return decisions.every(({ decision }) => decision.kind === 'allowed') ? 'allowed' : 'denied';
}

describe('the trust of the CI role', () => {
  it('admits a job of the repository in the environment', () => {
    expect(assume(claims)).toBe('allowed');
  });

  it('asks for the ids in the subject where it is given the id of the owner', () => {
    const { AssumeRolePolicyDocument } = resolveProperties(template, 'Role', { ...ciJobs, OwnerId: '1001' });
    expect(JSON.stringify(AssumeRolePolicyDocument)).toContain(
      `"${issuer}:sub":"repo:acme@1001/orders@424242:environment:production"`,
    );
  });

  it.each<[string, RequestContext]>([
    ['a pull request', but('sub', 'repo:acme/orders:pull_request')],
    [
      'a branch without environment',
      { ...without('environment'), [`${issuer}:sub`]: 'repo:acme/orders:ref:refs/heads/main' },
    ],
    [
      'another environment',
      { ...but('environment', 'staging'), [`${issuer}:sub`]: 'repo:acme/orders:environment:staging' },
    ],
    ['another environment in the subject alone', but('sub', 'repo:acme/orders:environment:staging')],
    ['the repository after it was renamed', but('sub', 'repo:acme/shop:environment:production')],
    ['another repository made under the old name', but('repository_id', '777777')],
    ['a repository whose name begins alike', but('sub', 'repo:acme/orders-evil:environment:production')],
    [
      'a fork of another owner',
      { ...but('repository_id', '777777'), [`${issuer}:sub`]: 'repo:mallory/orders:environment:production' },
    ],
    ['a subject in other letters', but('sub', 'repo:Acme/Orders:environment:production')],
    ['a wildcard for a subject', but('sub', 'repo:acme/*:environment:production')],
    ['a token for another audience', but('aud', 'https://github.com/acme')],
    ['no audience', without('aud')],
    ['no subject', without('sub')],
    ['no repository id', without('repository_id')],
    ['no environment', without('environment')],
    ['no claims at all', {}],
    ['tags for the session', { ...claims, 'aws:TagKeys': ['team'], 'aws:RequestTag/team': 'red' }],
    ['a source identity', { ...claims, 'sts:SourceIdentity': 'alice' }],
  ])('refuses %s', (_, context) => {
    expect(assume(context)).toBe('denied');
  });

  it.each<[string, Requester]>([
    [
      'the same provider in another account',
      { kind: 'federated', provider: `arn:aws:iam::222222222222:oidc-provider/${issuer}` },
    ],
    [
      'another provider of the account',
      { kind: 'federated', provider: `arn:aws:iam::${home}:oidc-provider/gitlab.com` },
    ],
    ['a SAML provider', { kind: 'federated', provider: `arn:aws:iam::${home}:saml-provider/corp` }],
    ['an administrator of the account', sessionOf(`arn:aws:iam::${home}:role/Administrator`)],
    ['a service', { kind: 'service', service: 'lambda.amazonaws.com' }],
  ])('refuses %s with all the right claims', (_, requester) => {
    expect(assume(claims, requester)).toBe('denied');
  });
});

describe('what a CI runner may do', () => {
  const api = (path: string, { id = 'a1b2c3d4e5', account = home, region = 'eu-west-1' } = {}) =>
    `arn:aws:execute-api:${region}:${account}:${id}/$default/${path}`;
  const may = (action: string, resource: string) =>
    evaluate({ requester: sessionOf(role), action, resource, resourceAccount: home, context: {} }, { identity }).kind;

  it.each([
    'POST/v1/releases',
    'POST/v1/releases/completions',
    'POST/v1/promotions',
    'GET/v1/promotions/prm-1',
    'GET/v1/environments',
  ])('call %s', (path) => {
    expect(may('execute-api:Invoke', api(path))).toBe('allowed');
  });

  it.each<[string, string, string]>([
    ['approve', 'execute-api:Invoke', api('POST/v1/promotions/prm-1/approvals')],
    ['abort', 'execute-api:Invoke', api('POST/v1/promotions/prm-1/abort')],
    ['change a policy', 'execute-api:Invoke', api('PUT/v1/policies/guard')],
    ['remove a policy', 'execute-api:Invoke', api('DELETE/v1/policies/guard')],
    ['use another method', 'execute-api:Invoke', api('DELETE/v1/promotions')],
    ['call another API', 'execute-api:Invoke', api('POST/v1/promotions', { id: 'zzzzzzzzzz' })],
    ['call it in another region', 'execute-api:Invoke', api('POST/v1/promotions', { region: 'us-east-1' })],
    ['call it in another account', 'execute-api:Invoke', api('POST/v1/promotions', { account: '222222222222' })],
    ['assume the orchestrator role', 'sts:AssumeRole', `arn:aws:iam::${home}:role/drawbridge-orchestrator`],
    ['assume a target role', 'sts:AssumeRole', 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy'],
    [
      'start the state machine',
      'states:StartExecution',
      `arn:aws:states:eu-west-1:${home}:stateMachine:drawbridge-promotion`,
    ],
    ['invoke a function', 'lambda:InvokeFunction', `arn:aws:lambda:eu-west-1:${home}:function:drawbridge-admission`],
    ['write the ledger', 'dynamodb:PutItem', `arn:aws:dynamodb:eu-west-1:${home}:table/drawbridge`],
  ])('not %s', (_, action, resource) => {
    expect(may(action, resource)).toBe('denied');
  });
});

describe('the identity provider', () => {
  it.each([
    ['true', true],
    ['false', false],
  ])('CreateProvider %s', (CreateProvider, made) => {
    expect(holds(template, template.Resources['Provider']?.Condition, { ...ciJobs, CreateProvider })).toBe(made);
  });

  it('accepts tokens for STS alone, and outlives the stack', () => {
    expect(template.Resources['Provider']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: { Url: `https://${issuer}`, ClientIdList: ['sts.amazonaws.com'] },
    });
  });
});
