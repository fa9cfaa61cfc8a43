import {
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readTrust } from '#shared/aws/doctor/read-trust.ts';
import { aTarget, monday } from '#test/builders.ts';
import { fakeAccount, iam } from '../fake-account.ts';
import { awsError, fakeAws, sts, stsTrusts } from '../fake-aws.ts';

fakeAws();
fakeAccount();
const look = { target: aTarget(), subject: 'prm-doctor-alice', at: monday };
const orchestrator = 'arn:aws:iam::111111111111:role/drawbridge-orchestrator';
const trusting = (Principal: object) =>
  encodeURIComponent(
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] }),
  );
const roleIs = (RoleName: string, AssumeRolePolicyDocument: string, more: object = {}) =>
  iam.on(GetRoleCommand, { RoleName }).resolves({
    Role: { Arn: `arn:aws:iam::333333333333:role/drawbridge/${RoleName}`, AssumeRolePolicyDocument, ...more } as never,
  });

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  stsTrusts();
  const Arn = 'arn:aws:sts::333333333333:assumed-role/drawbridge-audit/prm-doctor-alice';
  sts
    .on(GetCallerIdentityCommand)
    .resolvesOnce({
      Account: '111111111111',
      Arn: 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-doctor',
      UserId: 'AROA1:drawbridge-doctor',
    })
    .resolves({ Account: '333333333333', Arn });
  for (const name of ['preview', 'deploy', 'audit']) roleIs(`drawbridge-${name}`, trusting({ AWS: orchestrator }));
  roleIs('drawbridge-execution', trusting({ Service: 'cloudformation.amazonaws.com' }));
  iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: [] });
  iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [] });
});

describe('the trust of a target', () => {
  it('is that of its four roles, against the role we are ourselves', async () => {
    roleIs('drawbridge-deploy', trusting({ AWS: `${orchestrator}-2` }), { MaxSessionDuration: 7200 });
    const { roles, ...about } = await readTrust(look);
    expect(about).toEqual({
      ...{ target: 'production', account: '333333333333', region: 'eu-west-1', at: monday, orchestrator },
    });
    expect(roles.map(({ name, findings }) => [name, findings[0]?.code])).toEqual([
      ['drawbridge-preview', 'TRUST_EXTERNAL_ID'],
      ['drawbridge-deploy', 'TRUST_FOREIGN_PRINCIPAL'],
      ['drawbridge-audit', 'TRUST_EXTERNAL_ID'],
      ['drawbridge-execution', 'TRUST_BOUNDARY'],
    ]);
    expect(roles[1]?.findings.map(({ code }) => code)).toContain('TRUST_SESSION_DURATION');
  });

  it('is read with one session of the audit role', async () => {
    await readTrust(look);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      SourceIdentity: 'prm-doctor-alice',
    });
  });

  it('tells of a role that is not there, and of one that cannot be read', async () => {
    iam.on(GetRoleCommand, { RoleName: 'drawbridge-deploy' }).rejects(awsError('NoSuchEntityException', 'gone', 404));
    iam.on(ListRolePoliciesCommand, { RoleName: 'drawbridge-audit' }).resolves({ PolicyNames: ['x'] });
    iam.on(GetRolePolicyCommand).rejects(awsError('AccessDenied', 'no', 403));
    const { roles } = await readTrust(look);
    expect(roles.slice(1, 3).map(({ findings }) => findings.map(({ code }) => code))).toEqual([
      ['TRUST_ROLE_MISSING'],
      ['TRUST_UNREADABLE'],
    ]);
  });

  it('cannot be told when nobody lets us look', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'no', 403));
    await expect(readTrust(look)).rejects.toMatchObject({ name: 'ASSUME_ROLE_DENIED' });
    expect(iam.calls()).toEqual([]);
  });
});
