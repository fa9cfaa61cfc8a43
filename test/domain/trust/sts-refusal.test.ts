import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '#shared/domain/errors/catalogue.ts';
import { type StsRequest, stsProblem } from '#shared/domain/trust/sts-refusal.ts';

const role = 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy';
const caller = 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-execute';
const asked: StsRequest = {
  operation: 'AssumeRole',
  role,
  durationSeconds: 900,
  account: '333333333333',
  region: 'eu-west-1',
};
const meaning = (code: string, message: string, more: Partial<StsRequest> = {}) =>
  stsProblem({ code, message }, { ...asked, ...more });
const denial = (end = '', action = 'sts:AssumeRole') =>
  `User: ${caller} is not authorized to perform: ${action} on resource: ${role}${end}`;
const no = (policy: string) => ` because no ${policy} allows the sts:AssumeRole action`;
const explicit = (policy: string) => ` with an explicit deny in ${policy}`;

describe('AccessDenied of AssumeRole says which check failed, where AWS does', () => {
  it.each<[string, string, ErrorCode, RegExp]>([
    ['nothing', denial(), 'ASSUME_ROLE_DENIED', /AWS does not say which check failed.*AROA.*ExternalId.*policy/],
    ['not even who asked', 'Access denied', 'ASSUME_ROLE_DENIED', /AWS does not say/],
    [
      'another action',
      denial('', 'sts:SetSourceIdentity'),
      'SOURCE_IDENTITY_DENIED',
      /trust policy.*orchestrator role/,
    ],
    ['tags', denial('', 'sts:TagSession'), 'SESSION_TAGS_DENIED', /both tags and no others/],
    ['the policies of the caller', denial(no('identity-based policy')), 'ASSUME_ROLE_CALLER', /TargetAccounts/],
    ['its boundary', denial(no('permissions boundary')), 'ASSUME_ROLE_CALLER', /TargetAccounts/],
    ['its session policy', denial(explicit('a session policy')), 'ASSUME_ROLE_CALLER', /TargetAccounts/],
    ['a denial on its side', denial(explicit('an identity-based policy')), 'ASSUME_ROLE_CALLER', /TargetAccounts/],
    ['the trust policy', denial(no('role trust policy')), 'ASSUME_ROLE_TRUST', /trust check --target <target>.*AROA/],
    ['a denial by it', denial(explicit('the role trust policy')), 'ASSUME_ROLE_TRUST', /ExternalId/],
    ['its other name', denial(no('resource-based policy')), 'ASSUME_ROLE_TRUST', /ExternalId/],
    ['an SCP', denial(explicit('a service control policy')), 'ASSUME_ROLE_ORGANIZATION', /AWS Organizations/],
    [
      'an SCP by its ARN',
      denial(explicit('a service control policy: arn:aws:organizations::111111111111:policy/o-1/p-1')),
      'ASSUME_ROLE_ORGANIZATION',
      /AWS Organizations/,
    ],
    ['an SCP without an Allow', denial(no('service control policy')), 'ASSUME_ROLE_ORGANIZATION', /Organizations/],
    ['an RCP', denial(explicit('a resource control policy')), 'ASSUME_ROLE_ORGANIZATION', /Organizations/],
    ['a VPC endpoint', denial(no('VPC endpoint policy')), 'ASSUME_ROLE_ENDPOINT', /VPC endpoint/],
    ['a kind nobody knows yet', denial(explicit('a lunar policy')), 'ASSUME_ROLE_DENIED', /AWS does not say/],
  ])('%s', (_, message, code, next) => {
    for (const name of ['AccessDenied', 'AccessDeniedException']) {
      expect(meaning(name, message)).toMatchObject({
        ...{ code, exit: 4, cause: expect.stringContaining(role), next: expect.stringMatching(next) },
        place: { account: '333333333333', region: 'eu-west-1' },
      });
    }
  });

  it('names the caller, the action and the kind of policy', () => {
    const action = 'sts:TagSession';
    expect(meaning('AccessDenied', denial(explicit('a service control policy'), action))?.cause).toBe(
      `${caller} may not assume ${role} (sts:TagSession): the organization refuses it, a service control policy denies it explicitly.`,
    );
    expect(meaning('AccessDenied', denial(no('identity-based policy')))?.cause).toBe(
      `${caller} may not assume ${role} (sts:AssumeRole): its own side refuses it, no identity-based policy allows it.`,
    );
    expect(meaning('AccessDenied', 'Access denied')?.cause).toBe(
      `The orchestrator role may not assume ${role} (sts:AssumeRole).`,
    );
  });
});

describe('each further error of STS means one thing', () => {
  it.each<[string, string, ErrorCode, RegExp]>([
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      'SESSION_OVER_ROLE_LIMIT',
      /DurationSeconds 900 is more than MaxSessionDuration of arn:/,
    ],
    [
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      'SESSION_OVER_CHAIN_LIMIT',
      /3600 s/,
    ],
    ['ValidationError', "Value 'x' at 'roleSessionName'…", 'SESSION_REQUEST_INVALID', /at 'roleSessionName'/],
    ['InvalidParameterValue', 'Duplicate tag keys found.', 'SESSION_REQUEST_INVALID', /Duplicate tag keys/],
    ['MalformedPolicyDocument', 'Syntax errors in policy.', 'SESSION_POLICY_MALFORMED', /Syntax errors/],
    ['MalformedPolicyDocumentException', 'x', 'SESSION_POLICY_MALFORMED', /x/],
    ['PackedPolicyTooLarge', 'Packed policy consumes 112% of allotted space.', 'SESSION_PACKED_TOO_LARGE', /112%/],
    ['PackedPolicyTooLargeException', 'x', 'SESSION_PACKED_TOO_LARGE', /tags/],
    ['IDPRejectedClaim', 'revoked', 'IDENTITY_REJECTED', /revoked/],
    ['InvalidIdentityToken', 'Incorrect token audience', 'IDENTITY_TOKEN_INVALID', /Incorrect token audience/],
    ['IDPCommunicationError', 'no answer', 'IDENTITY_PROVIDER_UNREACHABLE', /also when asked again/],
  ])('%s: %s', (code, message, meant, cause) => {
    expect(meaning(code, message)).toMatchObject({ code: meant, cause: expect.stringMatching(cause) });
  });

  it('says the duration only where it was given', () => {
    const { durationSeconds: _, ...without } = asked;
    const refusal = { code: 'ValidationError', message: 'exceeds the MaxSessionDuration' };
    expect(stsProblem(refusal, without)?.cause).toMatch(/^DurationSeconds as asked is more/);
  });

  it.each([
    ['STS is not activated in this region for account:111111111111. Your account…', '111111111111'],
    ['STS is not activated', '333333333333'],
  ])('RegionDisabledException names the account concerned: %s', (message, account) => {
    expect(meaning('RegionDisabledException', message)).toMatchObject({
      code: 'REGION_DISABLED',
      cause: `AWS STS is not activated for account ${account} in eu-west-1.`,
      place: { account, region: 'eu-west-1' },
    });
  });

  it.each(['Throttling', 'InternalFailure', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken'])(
    '%s means what it means for every service',
    (code) => expect(meaning(code, 'x')).toBeUndefined(),
  );
});

describe('the ways in', () => {
  it.each<[StsRequest['operation'], string, string, ErrorCode]>([
    ['AssumeRoleWithWebIdentity', 'ExpiredTokenException', 'Token expired', 'IDENTITY_TOKEN_EXPIRED'],
    ['AssumeRoleWithSAML', 'ExpiredTokenException', 'must be redeemed within 5 minutes', 'IDENTITY_TOKEN_EXPIRED'],
    ['AssumeRoleWithSAML', 'AccessDenied', 'Not authorized to perform sts:TagSession', 'IDENTITY_DENIED'],
    ['AssumeRoleWithWebIdentity', 'AccessDenied', 'Access denied', 'IDENTITY_DENIED'],
    ['GetSessionToken', 'AccessDenied', 'MultiFactorAuthentication failed with invalid code', 'MFA_REFUSED'],
    ['AssumeRole', 'AccessDenied', 'MultiFactorAuthentication failed with invalid code', 'MFA_REFUSED'],
    ['GetSessionToken', 'AccessDenied', 'Cannot call GetSessionToken with session credentials', 'ACCESS_DENIED'],
  ])('%s answered %s (%s): %s', (operation, code, message, meant) => {
    expect(meaning(code, message, { operation })).toMatchObject({ code: meant });
  });

  it('name the action that a role does not let in', () => {
    const words = 'Not authorized to perform sts:TagSession';
    const { cause } = meaning('AccessDenied', words, { operation: 'AssumeRoleWithSAML' })!;
    expect(cause).toMatch(/deploy does not let you in \(sts:TagSession\)\.$/);
    const plain = meaning('AccessDenied', 'no', { operation: 'AssumeRoleWithSAML' })!;
    expect(plain.cause).toMatch(/\(sts:AssumeRoleWithSAML\)\.$/);
  });
});
