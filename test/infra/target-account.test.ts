/** The roles of a target account, decided by the policy evaluator from the very documents that are shipped. */
import { describe, expect, it } from 'vitest';
import { evaluateAssumeRole } from '#shared/domain/iam/assume-role.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { NamedPolicy } from '#shared/domain/iam/policy.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { resolveProperties } from './intrinsics.ts';
import { orchestratorRole, policiesOf, read, target } from './shipped.ts';

const account = read('accounts/account.yml');
const targetAccount = '222222222222';
const executionRole = `arn:aws:iam::${targetAccount}:role/drawbridge/drawbridge-execution`;
const boundary = `arn:aws:iam::${targetAccount}:policy/drawbridge/drawbridge-boundary`;

const policies = (logicalId: string, use: 'trust' | 'identity'): NamedPolicy[] =>
  policiesOf(account, target)
    .filter((policy) => policy.logicalId === logicalId && policy.use === use)
    .map(({ name, document }) => {
      const parsed = parsePolicy(document, use);
      if (parsed.kind === 'unsupported') throw new Error(`${name}: ${JSON.stringify(parsed.problems)}`);
      return { name, policy: parsed.policy };
    });

const roleSession = (roleArn: string, sessionName = 'prm-1-plan'): Requester => ({
  kind: 'session',
  account: roleArn.split(':')[4]!,
  roleArn,
  roleId: 'AROAEXAMPLEEXAMPLE001',
  sessionArn: `arn:aws:sts::${roleArn.split(':')[4]}:assumed-role/${roleArn.split('/').at(-1)}/${sessionName}`,
  sessionName,
});
const mayAssumeAnything: NamedPolicy[] = [anyAction()];

function anyAction(): NamedPolicy {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
  if (parsed.kind === 'unsupported') throw new Error('cannot happen');
  return { name: 'anything', policy: parsed.policy };
}

describe('the trust of preview, deploy and audit', () => {
  const asked: Record<string, string | readonly string[]> = {
    'sts:ExternalId': 'f3b1c0de',
    'sts:SourceIdentity': 'prm-1',
    'aws:RequestTag/drawbridge:promotion': 'prm-1',
    'aws:RequestTag/drawbridge:environment': 'production',
    'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment'],
  };
  const without = (...keys: string[]) =>
    Object.fromEntries(Object.entries(asked).filter(([key]) => !keys.includes(key)));

  function assume(role: string, context: RequestContext, requester: Requester = roleSession(orchestratorRole)) {
    const [trust] = policies(role, 'trust');
    const request = {
      requester,
      resource: `arn:aws:iam::${targetAccount}:role/x`,
      resourceAccount: targetAccount,
      context,
    };
    const decisions = evaluateAssumeRole(request, { identity: mayAssumeAnything, trust: trust! });
    return decisions.every(({ decision }) => decision.kind === 'allowed') ? 'allowed' : 'denied';
  }

  describe.each(['PreviewRole', 'DeployRole', 'AuditRole'])('%s', (role) => {
    it('admits the orchestrator role with external id, source identity and both tags', () => {
      expect(assume(role, asked)).toBe('allowed');
    });

    it.each<[string, RequestContext]>([
      ['no external id', without('sts:ExternalId')],
      ['another external id', { ...asked, 'sts:ExternalId': 'other' }],
      ['a wildcard for an external id', { ...asked, 'sts:ExternalId': '*' }],
      ['no source identity', without('sts:SourceIdentity')],
      ['a source identity that is no promotion', { ...asked, 'sts:SourceIdentity': 'someone' }],
      [
        'no tags',
        without('aws:RequestTag/drawbridge:promotion', 'aws:RequestTag/drawbridge:environment', 'aws:TagKeys'),
      ],
      ['no promotion tag', without('aws:RequestTag/drawbridge:promotion')],
      ['no environment tag', without('aws:RequestTag/drawbridge:environment')],
      ['an empty tag', { ...asked, 'aws:RequestTag/drawbridge:promotion': '' }],
      ['a third tag', { ...asked, 'aws:TagKeys': ['drawbridge:promotion', 'drawbridge:environment', 'team'] }],
    ])('refuses %s', (_, context) => {
      expect(assume(role, context)).toBe('denied');
    });

    it.each([
      ['another role of the orchestrator account', 'arn:aws:iam::111111111111:role/drawbridge-api'],
      ['the same role under a path', 'arn:aws:iam::111111111111:role/drawbridge/drawbridge-orchestrator'],
      ['a role of that name in another account', 'arn:aws:iam::444444444444:role/drawbridge-orchestrator'],
      ['an administrator of the target account itself', `arn:aws:iam::${targetAccount}:role/Administrator`],
      ['the execution role', executionRole],
    ])('refuses %s', (_, roleArn) => {
      expect(assume(role, asked, roleSession(roleArn))).toBe('denied');
    });

    it('names one principal in three statements, and lasts an hour at most', () => {
      const { AssumeRolePolicyDocument, MaxSessionDuration } = resolveProperties(account, role, target) as never;
      const { Statement } = AssumeRolePolicyDocument as { Statement: { Action: string; Principal: unknown }[] };
      expect(Statement.map(({ Action }) => Action)).toEqual([
        'sts:AssumeRole',
        'sts:SetSourceIdentity',
        'sts:TagSession',
      ]);
      for (const { Principal } of Statement) expect(Principal).toEqual({ AWS: orchestratorRole });
      expect(MaxSessionDuration).toBe(3600);
    });
  });

  it.each([
    ['PreviewRole', 'denied'],
    ['DeployRole', 'denied'],
    ['AuditRole', 'allowed'],
  ])('%s: a person as source identity is %s', (role, expected) => {
    expect(assume(role, { ...asked, 'sts:SourceIdentity': 'usr-alice' })).toBe(expected);
  });

  it.each([
    ['the right organization', { 'aws:PrincipalOrgID': 'o-drawbridge' }, 'allowed'],
    ['another organization', { 'aws:PrincipalOrgID': 'o-other00000' }, 'denied'],
    ['no organization', {}, 'denied'],
  ])('with an organization given, a caller in %s is judged by it', (_, membership, expected) => {
    const document = (
      resolveProperties(account, 'PreviewRole', { ...target, OrganizationId: 'o-drawbridge' }) as never
    )['AssumeRolePolicyDocument'];
    const parsed = parsePolicy(document, 'trust');
    const decision =
      parsed.kind === 'policy' &&
      evaluate(
        {
          requester: roleSession(orchestratorRole),
          action: 'sts:AssumeRole',
          resource: `arn:aws:iam::${targetAccount}:role/drawbridge/drawbridge-preview`,
          resourceAccount: targetAccount,
          context: { ...asked, ...membership },
        },
        { identity: mayAssumeAnything, trust: { name: 'trust', policy: parsed.policy } },
      );
    expect(decision).toMatchObject({ kind: expected });
  });
});

describe('what the roles may do', () => {
  const stack = `arn:aws:cloudformation:eu-west-1:${targetAccount}:stack/orders-api/5c0de`;
  const otherStack = `arn:aws:cloudformation:eu-west-1:${targetAccount}:stack/payroll/5c0de`;
  const artifact = 'arn:aws:s3:::drawbridge-artifacts-111111111111-eu-west-1/templates/x.yml';
  const ours = { 'cloudformation:ChangeSetName': 'drawbridge-prm-1-1' };
  const arnOfOurs = {
    'cloudformation:ChangeSetName': `arn:aws:cloudformation:eu-west-1:${targetAccount}:changeSet/drawbridge-prm-1-1/0a`,
  };
  const withExecutionRole = { 'cloudformation:RoleARN': executionRole };
  const passed = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };

  function decide(role: string, action: string, resource: string, context: RequestContext = {}) {
    const requester = roleSession(`arn:aws:iam::${targetAccount}:role/drawbridge/${role}`);
    const request = { requester, action, resource, resourceAccount: targetAccount, context };
    return evaluate(request, { identity: policies(role, 'identity') }).kind;
  }

  it.each<[string, string, string, RequestContext?]>([
    ['PreviewRole', 'cloudformation:CreateChangeSet', stack, { ...ours, ...withExecutionRole }],
    ['PreviewRole', 'cloudformation:DescribeChangeSet', stack, ours],
    ['PreviewRole', 'cloudformation:DescribeChangeSet', stack, arnOfOurs],
    ['PreviewRole', 'cloudformation:DeleteChangeSet', stack, arnOfOurs],
    ['PreviewRole', 'cloudformation:DescribeStacks', stack],
    ['PreviewRole', 'cloudformation:DescribeStackEvents', stack],
    ['PreviewRole', 'cloudformation:GetTemplate', stack],
    ['PreviewRole', 'iam:PassRole', executionRole, passed],
    ['PreviewRole', 's3:GetObject', artifact, { 'aws:ResourceAccount': '111111111111' }],
    ['DeployRole', 'cloudformation:ExecuteChangeSet', stack, ours],
    ['DeployRole', 'cloudformation:ExecuteChangeSet', stack, arnOfOurs],
    ['DeployRole', 'cloudformation:ContinueUpdateRollback', stack, withExecutionRole],
    ['DeployRole', 'cloudformation:RollbackStack', stack],
    ['DeployRole', 'cloudformation:SetStackPolicy', stack],
    ['DeployRole', 'cloudformation:DeleteStack', stack],
    ['AuditRole', 'iam:ListUsers', '*'],
    ['AuditRole', 'cloudformation:DetectStackDrift', stack],
    [
      'AuditRole',
      'lambda:InvokeFunction',
      `arn:aws:lambda:eu-west-1:${targetAccount}:function:drawbridge-verify-orders`,
    ],
    ['EventForwardRole', 'events:PutEvents', 'arn:aws:events:eu-west-1:111111111111:event-bus/drawbridge'],
    ['ExecutionRole', 's3:GetObject', artifact],
  ])('%s may %s on %s', (role, action, resource, context) => {
    expect(decide(role, action, resource, context)).toBe('allowed');
  });

  it.each<[string, string, string, string, RequestContext?]>([
    ['PreviewRole', 'execute a change set', 'cloudformation:ExecuteChangeSet', stack, ours],
    ['PreviewRole', 'make a change set without the execution role', 'cloudformation:CreateChangeSet', stack, ours],
    [
      'PreviewRole',
      'make a change set for another role',
      'cloudformation:CreateChangeSet',
      stack,
      { ...ours, 'cloudformation:RoleARN': `arn:aws:iam::${targetAccount}:role/Administrator` },
    ],
    [
      'PreviewRole',
      "make a change set under another's name",
      'cloudformation:CreateChangeSet',
      stack,
      { 'cloudformation:ChangeSetName': 'mine', ...withExecutionRole },
    ],
    [
      'PreviewRole',
      'make a change set outside its prefix',
      'cloudformation:CreateChangeSet',
      otherStack,
      { ...ours, ...withExecutionRole },
    ],
    ['PreviewRole', 'pass another role', 'iam:PassRole', `arn:aws:iam::${targetAccount}:role/Administrator`, passed],
    [
      'PreviewRole',
      'pass the execution role elsewhere',
      'iam:PassRole',
      executionRole,
      { 'iam:PassedToService': 'lambda.amazonaws.com' },
    ],
    ['PreviewRole', "read a stranger's bucket", 's3:GetObject', artifact, { 'aws:ResourceAccount': '999999999999' }],
    ['DeployRole', 'make a change set', 'cloudformation:CreateChangeSet', stack, { ...ours, ...withExecutionRole }],
    [
      'DeployRole',
      "execute another's change set",
      'cloudformation:ExecuteChangeSet',
      stack,
      { 'cloudformation:ChangeSetName': 'mine' },
    ],
    ['DeployRole', 'change a stack directly', 'cloudformation:UpdateStack', stack, withExecutionRole],
    ['DeployRole', 'delete a stack outside its prefix', 'cloudformation:DeleteStack', otherStack],
    [
      'DeployRole',
      'roll back with another role',
      'cloudformation:RollbackStack',
      stack,
      { 'cloudformation:RoleARN': `arn:aws:iam::${targetAccount}:role/Administrator` },
    ],
    ['AuditRole', 'change a stack', 'cloudformation:ExecuteChangeSet', stack, ours],
    ['AuditRole', 'make a user', 'iam:CreateUser', '*'],
    [
      'AuditRole',
      'invoke any function',
      'lambda:InvokeFunction',
      `arn:aws:lambda:eu-west-1:${targetAccount}:function:orders`,
    ],
    [
      'EventForwardRole',
      'put events elsewhere',
      'events:PutEvents',
      `arn:aws:events:eu-west-1:${targetAccount}:event-bus/default`,
    ],
  ])('%s may not %s', (role, _, action, resource, context) => {
    expect(decide(role, action, resource, context)).toBe('denied');
  });

  it.each([
    ['ExecutionRole', 'cloudformation.amazonaws.com'],
    ['EventForwardRole', 'events.amazonaws.com'],
  ])('%s is assumed by %s alone', (role, service) => {
    const [trust] = policies(role, 'trust');
    const as = (requester: Requester) =>
      evaluate(
        {
          requester,
          action: 'sts:AssumeRole',
          resource: `arn:aws:iam::${targetAccount}:role/x`,
          resourceAccount: targetAccount,
          context: {},
        },
        { identity: mayAssumeAnything, trust: trust! },
      ).kind;
    expect(as({ kind: 'service', service })).toBe('allowed');
    expect(as({ kind: 'service', service: 'lambda.amazonaws.com' })).toBe('denied');
    expect(as(roleSession(orchestratorRole))).toBe('denied');
  });
});

describe('the boundary', () => {
  const limit = policies('Boundary', 'identity')[0]!;
  const applicationRole = `arn:aws:iam::${targetAccount}:role/orders-function`;
  const inside = { 'iam:PermissionsBoundary': boundary };

  function decide(action: string, resource: string, context: RequestContext = {}) {
    const request = {
      requester: roleSession(executionRole),
      action,
      resource,
      resourceAccount: targetAccount,
      context,
    };
    return evaluate(request, { identity: mayAssumeAnything, boundary: limit }).kind;
  }

  it.each<[string, string, string, RequestContext?]>([
    ['ordinary resources', 'sqs:CreateQueue', `arn:aws:sqs:eu-west-1:${targetAccount}:orders`],
    ['a role inside the same boundary', 'iam:CreateRole', applicationRole, inside],
    ['changing the policies of such a role', 'iam:PutRolePolicy', applicationRole, inside],
    ['deleting an application role', 'iam:DeleteRole', applicationRole],
    ['passing an application role', 'iam:PassRole', applicationRole],
    ["an application's own managed policy", 'iam:CreatePolicyVersion', `arn:aws:iam::${targetAccount}:policy/orders`],
  ])('lets the execution role make %s', (_, action, resource, context) => {
    expect(decide(action, resource, context)).toBe('allowed');
  });

  it.each<[string, string, string, RequestContext?]>([
    ['a user', 'iam:CreateUser', `arn:aws:iam::${targetAccount}:user/eve`],
    ['an access key', 'iam:CreateAccessKey', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a login profile', 'iam:CreateLoginProfile', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a service-specific credential', 'iam:CreateServiceSpecificCredential', `arn:aws:iam::${targetAccount}:user/eve`],
    ['a role without a boundary', 'iam:CreateRole', applicationRole],
    ['a role in another boundary', 'iam:CreateRole', applicationRole, { 'iam:PermissionsBoundary': `${boundary}-2` }],
    ['policies of an unbounded role', 'iam:AttachRolePolicy', `arn:aws:iam::${targetAccount}:role/Administrator`],
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
  ])('never lets it make or change %s', (_, action, resource, context) => {
    expect(decide(action, resource, context)).toBe('denied');
  });

  it('is on the execution role, and fits the quota of a managed policy', () => {
    expect(account.Resources['ExecutionRole']?.Properties?.['PermissionsBoundary']).toEqual({ Ref: 'Boundary' });
    const { PolicyDocument } = resolveProperties(account, 'Boundary', target);
    expect(JSON.stringify(PolicyDocument).length).toBeLessThanOrEqual(6144);
  });
});
