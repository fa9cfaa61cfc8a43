import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { attempt, whenRead } from '#shared/aws/doctor/attempt.ts';
import { examine } from '#shared/aws/doctor/examine.ts';
import { aTarget } from '#test/builders.ts';
import { eventBridge, fakeAccount, iam } from '../fake-account.ts';
import { awsError, fakeAws, sts, stsTrusts } from '../fake-aws.ts';

fakeAws();
fakeAccount();
const target = aTarget();
const examination = { target, records: [target], subject: 'prm-doctor-alice' };
const document = { Version: '2012-10-17', Statement: [] };
const encoded = encodeURIComponent(JSON.stringify(document));
const boundary = 'arn:aws:iam::333333333333:policy/limit';
const own = {
  Account: '111111111111',
  Arn: 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-doctor',
  UserId: 'AROAEXAMPLEEXAMPLE001:drawbridge-doctor',
};

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  stsTrusts();
  // The first question is who we are ourselves; those that follow carry the sessions.
  sts
    .on(GetCallerIdentityCommand)
    .resolvesOnce(own)
    .callsFake(async (_input, getClient) => {
      const { accessKeyId } = (await getClient().config.credentials()) as { accessKeyId: string };
      return { Account: '333333333333', Arn: `arn of ${accessKeyId}` };
    });
  iam.on(GetRoleCommand).resolves({
    Role: {
      Arn: 'arn:role',
      AssumeRolePolicyDocument: encoded,
      Tags: [{ Key: 'drawbridge:version', Value: '6' }],
      PermissionsBoundary: { PermissionsBoundaryArn: boundary },
    } as never,
  });
  iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: ['inline'] });
  iam.on(GetRolePolicyCommand).resolves({ PolicyDocument: encoded } as never);
  iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: 'arn:managed' }] });
  iam.on(GetPolicyCommand).resolves({ Policy: { DefaultVersionId: 'v7' } });
  iam.on(GetPolicyVersionCommand).resolves({ PolicyVersion: { Document: encoded } });
  eventBridge.on(DescribeRuleCommand).resolves({ State: 'ENABLED', EventPattern: '{}' });
  eventBridge
    .on(ListTargetsByRuleCommand)
    .resolves({ Targets: [{ Id: 'o', Arn: 'arn:bus', RoleArn: 'arn:role' }, { Id: 'p' } as never] });
});

describe('examining a target', () => {
  it('reads who we are, each session, each role with everything that speaks for it, and the rule', async () => {
    const facts = await examine(examination);
    const text = JSON.stringify(document);
    const role = {
      kind: 'read',
      value: {
        arn: 'arn:role',
        trust: text,
        tags: { 'drawbridge:version': '6' },
        policies: [
          { name: 'inline', document: text },
          { name: 'arn:managed', document: text },
        ],
        boundary: { name: boundary, document: text },
      },
    };
    const { Account: account, Arn: arn } = own;
    expect(facts).toMatchObject({
      ...examination,
      orchestrator: { kind: 'read', value: { account, arn, roleId: 'AROAEXAMPLEEXAMPLE001', region: 'eu-west-1' } },
      roles: { preview: role, deploy: role, audit: role },
      rule: {
        kind: 'read',
        value: { enabled: true, pattern: '{}', targets: [{ arn: 'arn:bus', role: 'arn:role' }, { arn: '' }] },
      },
    });
    expect(Object.values(facts.sessions).map((session) => session.kind)).toEqual(['read', 'read', 'read']);
    expect(iam).toHaveReceivedCommandWith(GetPolicyVersionCommand, { PolicyArn: boundary, VersionId: 'v7' });
  });

  it('asks for all three roles in the name of the diagnosis', async () => {
    await examine(examination);
    expect(sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input)).toEqual(
      ['preview', 'deploy', 'audit'].map((role) =>
        expect.objectContaining({
          RoleArn: `arn:aws:iam::333333333333:role/drawbridge/drawbridge-${role}`,
          RoleSessionName: 'prm-doctor-alice',
          SourceIdentity: 'prm-doctor-alice',
          DurationSeconds: 900,
        }),
      ),
    );
  });

  it('takes every refusal for a fact, in the words of AWS', async () => {
    iam.on(GetRoleCommand, { RoleName: 'drawbridge-deploy' }).rejects(awsError('NoSuchEntityException', 'gone', 404));
    eventBridge.on(DescribeRuleCommand).rejects(awsError('ResourceNotFoundException', 'no rule'));
    const facts = await examine(examination);
    expect(facts.roles.deploy).toEqual({ kind: 'refused', code: 'NoSuchEntityException', message: 'gone' });
    expect(facts.roles.preview.kind).toBe('read');
    expect(facts.rule).toEqual({ kind: 'refused', code: 'ResourceNotFoundException', message: 'no rule' });
  });

  it('asks nothing of the account when the audit role cannot be assumed', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'no', 403));
    const facts = await examine(examination);
    const unread = { kind: 'not-asked' };
    expect(facts.roles).toEqual({ preview: unread, deploy: unread, audit: unread });
    expect(facts.rule).toEqual(unread);
    expect(facts.sessions.deploy).toEqual({ kind: 'refused', code: 'AccessDenied', message: 'no' });
    expect([...iam.calls(), ...eventBridge.calls()]).toEqual([]);
  });

  it('goes on when nobody tells who we are', async () => {
    sts.on(GetCallerIdentityCommand).rejects(awsError('ExpiredToken'));
    const facts = await examine(examination);
    expect(facts.orchestrator).toMatchObject({ kind: 'refused', code: 'ExpiredToken' });
    expect(facts.clock.theirs).toBeUndefined();
  });

  it('takes answers that leave everything out for empty ones', async () => {
    sts.reset();
    stsTrusts();
    sts.on(GetCallerIdentityCommand).resolves({});
    iam.on(GetRoleCommand).resolves({});
    iam.on(ListRolePoliciesCommand).resolves({} as never);
    iam.on(ListAttachedRolePoliciesCommand).resolves({});
    eventBridge.on(DescribeRuleCommand).resolves({ State: 'DISABLED' });
    eventBridge.on(ListTargetsByRuleCommand).resolves({});
    const facts = await examine(examination);
    expect(facts.roles.audit).toEqual({
      kind: 'read',
      value: { arn: '', trust: '', maxSessionDuration: 3600, tags: {}, policies: [] },
    });
    expect(facts.rule).toEqual({ kind: 'read', value: { enabled: false, pattern: '', targets: [] } });
  });
});

describe('an attempt', () => {
  it('does not hide a defect', async () => {
    await expect(attempt(Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  });

  it('follows only what was read', async () => {
    const next = vi.fn(async (value: number) => value + 1);
    expect(await whenRead({ kind: 'read', value: 1 }, next)).toEqual({ kind: 'read', value: 2 });
    expect(await whenRead({ kind: 'refused', code: 'x', message: 'x' }, next)).toEqual({ kind: 'not-asked' });
    expect(next).toHaveBeenCalledTimes(1);
  });
});
