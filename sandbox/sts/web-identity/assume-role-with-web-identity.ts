import type {
  AssumeRoleWithWebIdentityCommandInput,
  AssumeRoleWithWebIdentityCommandOutput,
} from '@aws-sdk/client-sts';
import { AwsError } from '../../aws-error.ts';
import type { OidcProviderRecord } from '../../iam/state.ts';
import type { Operation, World } from '../../kernel.ts';
import { requireValidTags } from '../assume-role-input.ts';
import {
  durationViolations,
  lengthViolations,
  requireNone,
  requireRoleArn,
  textViolations,
  word,
} from '../constraints.ts';
import { requireFederatedTrust } from '../federated-trust.ts';
import { requireRegion } from '../region.ts';
import { allowedDuration, answerWithSession, requireSupportedPolicy } from '../role-session.ts';
import { tokenConditionKeys } from './condition-keys.ts';
import { attributesOf, readToken, verifiedToken } from './token.ts';

type Input = AssumeRoleWithWebIdentityCommandInput;

/**
 * AssumeRoleWithWebIdentity (STS API Reference): needs no signature, since the token proves who asks. The issuer must be a provider in the
 * role's account, and the trust policy must name that provider; conditions see the token's claims.
 */
export const assumeRoleWithWebIdentity: Operation<Input, Omit<AssumeRoleWithWebIdentityCommandOutput, '$metadata'>> = {
  permissions: () => [],
  run({ sandbox, input, region }) {
    requireValid(input);
    const { RoleArn = '', RoleSessionName = '', WebIdentityToken = '', DurationSeconds = 3600, Policy } = input;
    requireSupportedPolicy(Policy);
    const account = String(RoleArn.split(':')[4]);
    requireRegion(sandbox.world, region, [account]);
    const read = readToken(WebIdentityToken);
    const provider = requireProvider(sandbox.world, account, read.issuer);
    const token = verifiedToken(sandbox, read, provider);
    const attributes = attributesOf(token);
    requireValidTags(attributes);
    const role = requireFederatedTrust(sandbox, {
      operation: 'sts:AssumeRoleWithWebIdentity',
      roleArn: RoleArn,
      sessionName: RoleSessionName,
      provider: provider.arn,
      subject: `${provider.arn}:${token.aud}:${token.sub}`,
      claims: tokenConditionKeys(read.issuer, token),
      attributes,
    });
    return {
      ...answerWithSession(sandbox, {
        role,
        sessionName: RoleSessionName,
        durationSeconds: allowedDuration(DurationSeconds, { role, chained: false }),
        chained: false,
        federatedProvider: provider.arn,
        ...attributes,
        ...(Policy === undefined ? {} : { sessionPolicy: Policy }),
      }),
      SubjectFromWebIdentityToken: token.sub,
      Provider: provider.arn,
      Audience: token.aud,
    };
  },
};

function requireValid(input: Input): void {
  const { RoleArn = '', RoleSessionName = '', WebIdentityToken = '', DurationSeconds, Policy } = input;
  requireNone([
    ...lengthViolations('roleArn', RoleArn, [20, 2048]),
    ...textViolations('roleSessionName', RoleSessionName, { length: [2, 64], pattern: word }),
    ...lengthViolations('webIdentityToken', WebIdentityToken, [4, 20_000]),
    ...durationViolations(DurationSeconds, 43_200),
    ...(Policy === undefined ? [] : lengthViolations('policy', Policy, [1, 2048])),
  ]);
  for (const member of ['PolicyArns', 'ProviderId'] as const) {
    if (input[member] === undefined || input[member].length === 0) continue;
    throw new AwsError('ValidationError', `The sandbox does not model ${member} of AssumeRoleWithWebIdentity.`);
  }
  requireRoleArn(RoleArn);
}

function requireProvider(world: World, account: string, issuer: string): OidcProviderRecord {
  const providers = world.iam.accounts[account]?.oidcProviders ?? {};
  const provider = Object.values(providers).find((one) => one.issuer === issuer);
  if (provider) return provider;
  throw new AwsError('InvalidIdentityToken', `No OpenIDConnect provider found in your account for https://${issuer}`);
}
