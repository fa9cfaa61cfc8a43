import { createHash } from 'node:crypto';
import type { AssumeRoleWithSAMLCommandInput, AssumeRoleWithSAMLCommandOutput } from '@aws-sdk/client-sts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { AwsError, accessDenied } from '../../aws-error.ts';
import type { SamlProviderRecord } from '../../iam/state.ts';
import type { Operation, World } from '../../kernel.ts';
import { requireValidTags } from '../assume-role-input.ts';
import { durationViolations, lengthViolations, requireNone, requireRoleArn } from '../constraints.ts';
import { requireFederatedTrust } from '../federated-trust.ts';
import { requireRegion } from '../region.ts';
import { allowedDuration, answerWithSession, requireSupportedPolicy } from '../role-session.ts';
import { assertedAttributes, verifiedResponse } from './assertion.ts';
import type { SamlResponse } from './response-form.ts';

type Input = AssumeRoleWithSAMLCommandInput;

/**
 * AssumeRoleWithSAML (STS API Reference): needs no signature of the request, since the assertion is signed. The assertion must name the
 * pair of role and provider, and the role's trust policy the provider. The session ends no later than the assertion says.
 */
export const assumeRoleWithSaml: Operation<Input, Omit<AssumeRoleWithSAMLCommandOutput, '$metadata'>> = {
  permissions: () => [],
  run({ sandbox, input, region }) {
    requireValid(input);
    const { RoleArn = '', PrincipalArn = '', SAMLAssertion = '', Policy } = input;
    requireSupportedPolicy(Policy);
    requireRegion(sandbox.world, region, [String(RoleArn.split(':')[4])]);
    const provider = requireProvider(sandbox.world, PrincipalArn);
    const response = verifiedResponse(SAMLAssertion, provider, sandbox.now());
    const { roles, sessionName, ...attributes } = assertedAttributes(response);
    requireValidTags(attributes);
    requireNamedPair(roles, [RoleArn, PrincipalArn]);
    const role = requireFederatedTrust(sandbox, {
      operation: 'sts:AssumeRoleWithSAML',
      roleArn: RoleArn,
      sessionName,
      provider: PrincipalArn,
      subject: `${PrincipalArn}:${response.subject}`,
      claims: conditionKeys(response, provider),
      attributes,
    });
    const seconds = allowedDuration(input.DurationSeconds ?? 3600, { role, chained: false });
    const left = Math.floor((response.sessionNotOnOrAfter - sandbox.now()) / 1000);
    return {
      ...answerWithSession(sandbox, {
        role,
        sessionName,
        durationSeconds: Math.min(seconds, left),
        chained: false,
        federatedProvider: PrincipalArn,
        ...attributes,
        ...(Policy === undefined ? {} : { sessionPolicy: Policy }),
      }),
      Subject: response.subject,
      SubjectType: subjectType(response),
      Issuer: response.issuer,
      Audience: response.recipient,
      NameQualifier: nameQualifier(response, provider),
    };
  },
};

function requireValid(input: Input): void {
  const { RoleArn = '', PrincipalArn = '', SAMLAssertion = '', DurationSeconds, Policy } = input;
  requireNone([
    ...lengthViolations('roleArn', RoleArn, [20, 2048]),
    ...lengthViolations('principalArn', PrincipalArn, [20, 2048]),
    ...assertionLength(SAMLAssertion),
    ...durationViolations(DurationSeconds, 43_200),
    ...(Policy === undefined ? [] : lengthViolations('policy', Policy, [1, 2048])),
  ]);
  if (input.PolicyArns !== undefined && input.PolicyArns.length > 0) {
    throw new AwsError('ValidationError', 'The sandbox does not model PolicyArns of AssumeRoleWithSAML.');
  }
  requireRoleArn(RoleArn);
}

/** The value is not repeated: it is a credential. */
const assertionLength = (text: string): string[] =>
  lengthViolations('sAMLAssertion', text, [4, 100_000]).map((violation) => violation.replace(text, '***'));

function requireProvider(world: World, arn: string): SamlProviderRecord {
  const provider = world.iam.accounts[arn.split(':')[4] ?? '']?.samlProviders?.[arn];
  if (provider) return provider;
  throw new AwsError('InvalidIdentityToken', "Specified provider doesn't exist");
}

/** Either order is valid, with or without a blank. */
function requireNamedPair(roles: readonly string[], wanted: readonly [string, string]): void {
  const asked = wanted.toSorted().join();
  if (wanted[0].split(':')[4] !== wanted[1].split(':')[4] || !roles.some((pair) => sortedPair(pair) === asked)) {
    throw accessDenied('Not authorized to perform sts:AssumeRoleWithSAML');
  }
}

const sortedPair = (pair: string): string =>
  pair
    .split(',')
    .map((arn) => arn.trim())
    .toSorted()
    .join();

/** IAM User Guide, "Available keys for SAML-based AWS STS federation". `saml:aud` is the recipient, not the audience restriction. */
function conditionKeys(response: SamlResponse, provider: SamlProviderRecord): RequestContext {
  return {
    'saml:aud': response.recipient,
    'saml:iss': response.issuer,
    'saml:sub': response.subject,
    'saml:sub_type': subjectType(response),
    'saml:namequalifier': nameQualifier(response, provider),
    'saml:doc': `${provider.arn.split(':')[4]}/${provider.name}`,
  };
}

/** `persistent`, `transient`, or the whole format of another kind. */
const subjectType = ({ subjectFormat }: SamlResponse): string =>
  /nameid-format:(persistent|transient)$/.exec(subjectFormat)?.[1] ?? subjectFormat;

/** Base64 of SHA-1 over issuer, account and the provider's name (STS API Reference, AssumeRoleWithSAML, NameQualifier). */
const nameQualifier = ({ issuer }: SamlResponse, { arn, name }: SamlProviderRecord): string =>
  createHash('sha1')
    .update(`${issuer}${arn.split(':')[4]}/${name}`)
    .digest('base64');
