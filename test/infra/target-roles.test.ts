/** What the roles of a target account may do, and what they may not. */
import { describe, expect, it } from 'vitest';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import type { Requester } from '#shared/domain/iam/principal.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import {
  administrator,
  anything,
  executionRole,
  orchestrator,
  policiesIn,
  sessionOf,
  targetAccount,
} from './target-policies.ts';

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

  type Asked = readonly [action: string, resource: string, context?: RequestContext];
  function decide(role: string, [action, resource, context = {}]: Asked) {
    const requester = sessionOf(`arn:aws:iam::${targetAccount}:role/drawbridge/${role}`);
    const request = { requester, action, resource, resourceAccount: targetAccount, context };
    return evaluate(request, { identity: policiesIn(role, 'identity') }).kind;
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
    ['AuditRole', 'cloudformation:GetTemplate', stack],
    [
      'AuditRole',
      'lambda:InvokeFunction',
      `arn:aws:lambda:eu-west-1:${targetAccount}:function:drawbridge-verify-orders`,
    ],
    [
      'AuditRole',
      'states:StartExecution',
      `arn:aws:states:eu-west-1:${targetAccount}:stateMachine:drawbridge-verify-load`,
    ],
    ['AuditRole', 'cloudwatch:DescribeAlarms', '*'],
    ['EventForwardRole', 'events:PutEvents', 'arn:aws:events:eu-west-1:111111111111:event-bus/drawbridge'],
    ['ExecutionRole', 's3:GetObject', artifact, { 'aws:ResourceAccount': '111111111111' }],
  ])('%s may %s on %s', (role, ...asked) => {
    expect(decide(role, asked)).toBe('allowed');
  });

  it.each<[string, string, string, string, RequestContext?]>([
    ['PreviewRole', 'execute a change set', 'cloudformation:ExecuteChangeSet', stack, ours],
    ['PreviewRole', 'make a change set without the execution role', 'cloudformation:CreateChangeSet', stack, ours],
    [
      'PreviewRole',
      'make a change set for another role',
      'cloudformation:CreateChangeSet',
      stack,
      { ...ours, 'cloudformation:RoleARN': administrator },
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
    ['PreviewRole', 'pass another role', 'iam:PassRole', administrator, passed],
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
      { 'cloudformation:RoleARN': administrator },
    ],
    ['AuditRole', 'change a stack', 'cloudformation:ExecuteChangeSet', stack, ours],
    ['AuditRole', 'make a user', 'iam:CreateUser', '*'],
    [
      'AuditRole',
      'set an alarm',
      'cloudwatch:SetAlarmState',
      `arn:aws:cloudwatch:eu-west-1:${targetAccount}:alarm:orders`,
    ],
    [
      'AuditRole',
      'start any machine',
      'states:StartExecution',
      `arn:aws:states:eu-west-1:${targetAccount}:stateMachine:orders`,
    ],
    [
      'AuditRole',
      'stop an execution',
      'states:StopExecution',
      `arn:aws:states:eu-west-1:${targetAccount}:execution:drawbridge-verify-load:1`,
    ],
    [
      'AuditRole',
      "invoke another account's probe",
      'lambda:InvokeFunction',
      'arn:aws:lambda:eu-west-1:999999999999:function:drawbridge-verify-orders',
    ],
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
  ])('%s may not %s', (role, _, ...asked) => {
    expect(decide(role, asked)).toBe('denied');
  });

  it.each([
    ['ExecutionRole', 'cloudformation.amazonaws.com'],
    ['EventForwardRole', 'events.amazonaws.com'],
  ])('%s is assumed by %s alone', (role, service) => {
    const [trust] = policiesIn(role, 'trust');
    const as = (requester: Requester) =>
      evaluate(
        {
          requester,
          action: 'sts:AssumeRole',
          resource: `arn:aws:iam::${targetAccount}:role/x`,
          resourceAccount: targetAccount,
          context: {},
        },
        { identity: anything, trust: trust! },
      ).kind;
    expect(as({ kind: 'service', service })).toBe('allowed');
    expect(as({ kind: 'service', service: 'lambda.amazonaws.com' })).toBe('denied');
    expect(as(orchestrator)).toBe('denied');
  });
});
