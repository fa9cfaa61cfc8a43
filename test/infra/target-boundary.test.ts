/** The outer limit of everything that is deployed into a target account. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { resolveProperties } from './intrinsics.ts';
import { target } from './shipped.ts';
import {
  account,
  administrator,
  anything,
  executionRole,
  policiesIn,
  sessionOf,
  targetAccount,
} from './target-policies.ts';

const boundary = `arn:aws:iam::${targetAccount}:policy/drawbridge/drawbridge-boundary`;

describe('the boundary', () => {
  const limit = policiesIn('Boundary', 'identity')[0]!;
  const applicationRole = `arn:aws:iam::${targetAccount}:role/orders-function`;
  const inside = { 'iam:PermissionsBoundary': boundary };

  const decide = (action: string, resource: string, context: RequestContext = {}) =>
    decideFor(executionRole, action, resource, context);

  function decideFor(role: string, action: string, resource: string, context: RequestContext = {}) {
    const request = {
      requester: sessionOf(role),
      action,
      resource,
      resourceAccount: targetAccount,
      context: { 'aws:PrincipalArn': role, ...context },
    };
    return evaluate(request, { identity: anything, boundary: limit }).kind;
  }

  it.each<[string, string, string, RequestContext?]>([
    ['ordinary resources', 'sqs:CreateQueue', `arn:aws:sqs:eu-west-1:${targetAccount}:orders`],
    ['a role inside the same boundary', 'iam:CreateRole', applicationRole, inside],
    ['changing the policies of such a role', 'iam:PutRolePolicy', applicationRole, inside],
    ['deleting an application role', 'iam:DeleteRole', applicationRole],
    ['passing an application role', 'iam:PassRole', applicationRole],
    ["an application's own managed policy", 'iam:CreatePolicyVersion', `arn:aws:iam::${targetAccount}:policy/orders`],
  ])('lets the execution role make %s', (...[, action, resource, context]) => {
    expect(decide(action, resource, context)).toBe('allowed');
  });

  it.each<[string, string, string, RequestContext?]>([
    ['a user', 'iam:CreateUser', `arn:aws:iam::${targetAccount}:user/eve`],
    ['an access key', 'iam:CreateAccessKey', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a login profile', 'iam:CreateLoginProfile', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a service-specific credential', 'iam:CreateServiceSpecificCredential', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a role without a boundary', 'iam:CreateRole', applicationRole],
    ['a role in another boundary', 'iam:CreateRole', applicationRole, { 'iam:PermissionsBoundary': `${boundary}-2` }],
    ['policies of an unbounded role', 'iam:AttachRolePolicy', administrator],
    ['a role out of its boundary', 'iam:DeleteRolePermissionsBoundary', applicationRole, inside],
    [
      'a role into another boundary',
      'iam:PutRolePermissionsBoundary',
      applicationRole,
      { 'iam:PermissionsBoundary': `${boundary}-2` },
    ],
    ['the boundary itself', 'iam:CreatePolicyVersion', boundary],
    ['the boundary go', 'iam:DeletePolicy', boundary],
    ["Drawbridge's own roles", 'iam:PutRolePolicy', executionRole, inside],
    [
      "the trust of Drawbridge's roles",
      'iam:UpdateAssumeRolePolicy',
      `arn:aws:iam::${targetAccount}:role/drawbridge/drawbridge-deploy`,
    ],
    [
      "the trust of the organization's role",
      'iam:UpdateAssumeRolePolicy',
      `arn:aws:iam::${targetAccount}:role/OrganizationAccountAccessRole`,
    ],
  ])('never lets it make or change %s', (...[, action, resource, context]) => {
    expect(decide(action, resource, context)).toBe('denied');
  });

  const ownRule = `arn:aws:events:eu-west-1:${targetAccount}:rule/drawbridge-stack-events`;
  const stack = `arn:aws:cloudformation:eu-west-1:${targetAccount}:stack/orders/0`;
  it.each<[string, string, string, RequestContext?]>([
    ['a SAML provider', 'iam:CreateSAMLProvider', `arn:aws:iam::${targetAccount}:saml-provider/eve`],
    ['another SAML provider in an old name', 'iam:UpdateSAMLProvider', `arn:aws:iam::${targetAccount}:saml-provider/a`],
    ['an OIDC provider', 'iam:CreateOpenIDConnectProvider', `arn:aws:iam::${targetAccount}:oidc-provider/eve.example`],
    [
      'more clients of an OIDC provider',
      'iam:AddClientIDToOpenIDConnectProvider',
      `arn:aws:iam::${targetAccount}:oidc-provider/a.example`,
    ],
    ['a trust anchor', 'rolesanywhere:CreateTrustAnchor', '*'],
    ['an IoT role alias', 'iot:CreateRoleAlias', `arn:aws:iot:eu-west-1:${targetAccount}:rolealias/eve`],
    ['an IoT certificate', 'iot:CreateKeysAndCertificate', '*'],
    ['a hybrid activation', 'ssm:CreateActivation', '*'],
    ...['PutRule', 'DisableRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'].map(
      (action): [string, string, string] => [`our event rule (${action})`, `events:${action}`, ownRule],
    ),
  ])('lets neither stacks nor their code make or change %s', (...[, action, resource, context]) => {
    for (const role of [executionRole, applicationRole])
      expect(decideFor(role, action, resource, context)).toBe('denied');
  });

  it.each<[string, string, string, RequestContext?]>([
    ['make a role, whatever it trusts', 'iam:CreateRole', applicationRole, inside],
    ['widen the trust of a role', 'iam:UpdateAssumeRolePolicy', applicationRole],
    ['change a stack, and so borrow its role', 'cloudformation:UpdateStack', stack],
    ['make a change set', 'cloudformation:CreateChangeSet', stack],
    ['execute one', 'cloudformation:ExecuteChangeSet', stack],
    ["pass one of Drawbridge's roles on", 'iam:PassRole', executionRole],
  ])('lets stacks %s, and never their code', (...[, action, resource, context]) => {
    expect(decideFor(executionRole, action, resource, context)).toBe('allowed');
    expect(decideFor(applicationRole, action, resource, context)).toBe('denied');
  });

  it.each([
    ['rules of its own', 'events:PutRule', `arn:aws:events:eu-west-1:${targetAccount}:rule/orders`],
    ['its own policies', 'iam:CreatePolicyVersion', `arn:aws:iam::${targetAccount}:policy/orders`],
    ['its roles passed on', 'iam:PassRole', applicationRole],
  ])('lets code have %s', (_, action, resource) => {
    expect(decideFor(applicationRole, action, resource)).toBe('allowed');
  });

  it('is on the execution role, and fits the quota of a managed policy', () => {
    expect(account.Resources['ExecutionRole']?.Properties?.['PermissionsBoundary']).toEqual({ Ref: 'Boundary' });
    const { PolicyDocument } = resolveProperties(account, 'Boundary', target);
    expect(JSON.stringify(PolicyDocument).length).toBeLessThanOrEqual(6144);
  });
});
