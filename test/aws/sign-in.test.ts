import { AssumeRoleWithSAMLCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { throughAssertion, throughDevice } from '#shared/aws/sign-in.ts';
import { awsError, canary, fakeAws, sts } from './fake-aws.ts';

fakeAws();
const serial = 'arn:aws:iam::111111111111:mfa/erin';
const door = { region: 'eu-west-1', mfaCode: vi.fn(async () => '123456') };
const saml = {
  role: 'arn:aws:iam::111111111111:role/people',
  provider: 'arn:aws:iam::111111111111:saml-provider/corp',
  assertion: 'CANARY-ASSERTION',
};
const Credentials = {
  AccessKeyId: 'ASIA1',
  SecretAccessKey: canary.secret,
  SessionToken: canary.token,
  Expiration: new Date(),
};
const session = { accessKeyId: 'ASIA1', secretAccessKey: canary.secret, sessionToken: canary.token };

beforeEach(() => {
  door.mfaCode.mockClear();
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', `AKIA${'X'.repeat(16)}`);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'of-erin');
});
afterEach(() => void vi.unstubAllEnvs());

describe('an IAM user with an MFA device', () => {
  it('gets one session for as many calls as there are, and is asked for one code', async () => {
    sts.on(GetSessionTokenCommand).resolves({ Credentials });
    const signIn = throughDevice(door, serial);
    expect([await signIn(), await signIn()]).toEqual([session, session]);
    expect(door.mfaCode.mock.calls).toEqual([[serial]]);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(GetSessionTokenCommand, {
      SerialNumber: serial,
      TokenCode: '123456',
    });
  });

  it.each([
    ['AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.', 'MFA_REFUSED'],
    ['AccessDenied', 'Cannot call GetSessionToken with session credentials', 'ACCESS_DENIED'],
    ['InvalidClientTokenId', 'The security token included in the request is invalid.', 'CREDENTIALS_REFUSED'],
    ['Throttling', 'Rate exceeded', 'THROTTLED'],
  ])('is told what %s (%s) means', async (code, message, name) => {
    sts.on(GetSessionTokenCommand).rejects(awsError(code, message, 403));
    await expect(throughDevice(door, serial)()).rejects.toMatchObject({ name });
  });
});

describe('somebody with a SAML assertion', () => {
  it('gets one session of the role', async () => {
    sts.on(AssumeRoleWithSAMLCommand).resolves({ Credentials });
    const signIn = throughAssertion(door, saml);
    expect([await signIn(), await signIn()]).toEqual([session, session]);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleWithSAMLCommand, {
      RoleArn: saml.role,
      PrincipalArn: saml.provider,
      SAMLAssertion: saml.assertion,
    });
  });

  it.each([
    ['IDPRejectedClaim', 'IDENTITY_REJECTED'],
    ['InvalidIdentityToken', 'IDENTITY_TOKEN_INVALID'],
    ['ExpiredTokenException', 'IDENTITY_TOKEN_EXPIRED'],
    ['AccessDenied', 'IDENTITY_DENIED'],
    ['RegionDisabledException', 'REGION_DISABLED'],
  ])('is told what %s means: %s', async (code, name) => {
    sts.on(AssumeRoleWithSAMLCommand).rejects(awsError(code, 'no', 403));
    const thrown: unknown = await throughAssertion(door, saml)().catch((error: unknown) => error);
    expect(thrown).toMatchObject({ name });
    expect(String(thrown)).not.toContain('CANARY');
  });

  it('is told when STS answers without credentials', async () => {
    sts.on(AssumeRoleWithSAMLCommand).resolves({});
    await expect(throughAssertion(door, saml)()).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });
});
