import { inspect } from 'node:util';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { assumeRole, openRole } from '#shared/aws/assume-role.ts';
import { personSession } from '#shared/domain/broker/person-session.ts';
import { aTarget } from '#test/builders.ts';
import { awsError, canary, fakeAws, sts, stsTrusts } from './fake-aws.ts';

fakeAws();
const target = aTarget();
const request = personSession(target, { actor: 'alice', seconds: 1800 });

describe('opening a role for a visit', () => {
  it('asks for everything the trust policy requires and for no more than the session policy allows', async () => {
    stsTrusts();
    const opened = await openRole(request, target);
    expect(opened).toMatchObject({ accessKeyId: 'ASIA1', secretAccessKey: canary.secret, sessionToken: canary.token });
    expect(Date.parse(opened.expiresAt)).toBeGreaterThan(Date.now());
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      RoleSessionName: 'usr-alice',
      DurationSeconds: 1800,
      ExternalId: 'external-id-of-production',
      SourceIdentity: 'usr-alice',
      Tags: [
        { Key: 'drawbridge:promotion', Value: 'none' },
        { Key: 'drawbridge:environment', Value: 'production' },
      ],
      Policy: request.policy!,
    });
  });

  it('is never the same session twice', async () => {
    stsTrusts();
    await openRole(request, target);
    expect((await openRole(request, target)).accessKeyId).toBe('ASIA2');
  });

  it.each<[string, Error, string]>([
    ['a denial', awsError('AccessDenied', 'x', 403), 'ASSUME_ROLE_DENIED'],
    ['a region that is not active', awsError('RegionDisabledException', 'x', 403), 'REGION_DISABLED'],
    ['throttling', awsError('Throttling'), 'THROTTLED'],
    ['a policy that is too large', awsError('PackedPolicyTooLarge'), 'SESSION_PACKED_TOO_LARGE'],
    ['a revoked session', awsError('InvalidClientTokenId', 'x', 403), 'CREDENTIALS_REFUSED'],
  ])('says what %s means', async (_, error, name) => {
    sts.on(AssumeRoleCommand).rejects(error);
    await expect(openRole(request, target)).rejects.toMatchObject({ name });
  });

  it.each([
    [
      'another account',
      { Account: '222222222222', Arn: 'arn:aws:sts::222222222222:assumed-role/drawbridge-audit/usr-alice' },
    ],
    [
      'another role',
      { Account: '333333333333', Arn: 'arn:aws:sts::333333333333:assumed-role/drawbridge-deploy/usr-alice' },
    ],
    ['nobody', {}],
  ])('hands out nothing for a session that is %s', async (_, identity) => {
    stsTrusts();
    sts.on(GetCallerIdentityCommand).resolves(identity);
    const thrown: unknown = await openRole(request, target).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name: 'GUARD_ACCOUNT' });
    expect(inspect(thrown, { depth: 20, showHidden: true })).not.toMatch(/CANARY|external-id-of/);
  });

  it('leaves the words of STS as they are for who wants to judge them', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('PackedPolicyTooLarge'));
    await expect(assumeRole(request)).rejects.toMatchObject({ name: 'PackedPolicyTooLarge' });
  });

  it.each<[string, object | undefined]>([
    ['nothing', undefined],
    ['no secret', { AccessKeyId: 'ASIA1', Expiration: new Date() }],
    ['no end', { AccessKeyId: 'ASIA1', SecretAccessKey: 'x' }],
  ])('has nothing to hand out where STS answers %s', async (_, Credentials) => {
    sts.on(AssumeRoleCommand).resolves(Credentials === undefined ? {} : { Credentials: Credentials as never });
    await expect(assumeRole(request)).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });

  it('does not repeat the ExternalId where STS does', async () => {
    const words = "Value 'external-id-of-production' at 'externalId' failed to satisfy constraint";
    // The SDK keeps the answer of a query protocol as `Error` beside the message.
    sts.on(AssumeRoleCommand).rejects(Object.assign(awsError('ValidationError', words), { Error: { Message: words } }));
    for (const asked of [assumeRole(request), openRole(request, target)]) {
      const thrown: unknown = await asked.catch((error: unknown) => error);
      expect((thrown as Error).message).toMatch(/Value '\(not shown\)' at 'externalId'/);
      expect(inspect(thrown, { depth: 20, showHidden: true })).not.toContain('external-id-of');
    }
  });
});
