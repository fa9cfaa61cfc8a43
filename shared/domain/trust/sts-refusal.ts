/** What an error of AWS STS means: which check failed, as far as its code and words tell (STS API reference, errors of each operation). */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { assumptionDenial } from './assumption-denial.ts';

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What was asked. */
export interface StsRequest {
  readonly operation: 'AssumeRole' | 'AssumeRoleWithWebIdentity' | 'AssumeRoleWithSAML' | 'GetSessionToken';
  /** ARN of the role; who is asked for, where there is no role. */
  readonly role: string;
  readonly durationSeconds?: number;
  /** Of the role. */
  readonly account: string;
  readonly region: string;
}

/** The problem behind a refusal; undefined for what any service may answer: throttling, outages, wrong clocks, credentials that are over. */
export function stsProblem(refusal: Refusal, asked: StsRequest): Problem | undefined {
  return rules.find(({ codes }) => codes.test(refusal.code))?.means(refusal, asked);
}

interface Rule {
  readonly codes: RegExp;
  means(refusal: Refusal, asked: StsRequest): Problem | undefined;
}

const rules: readonly Rule[] = [
  { codes: /^AccessDenied(Exception)?$/, means: denial },
  {
    codes: /^RegionDisabledException$/,
    means: ({ message }, { account, region }) => {
      // Either account may be the one, and AWS says which.
      const concerned = /for account:\s?(\d{12})/.exec(message)?.[1] ?? account;
      return problem('REGION_DISABLED', { account: concerned, region }, { account: concerned, region });
    },
  },
  { codes: /^Validation(Error|Exception)$/, means: invalid },
  { codes: /^InvalidParameterValue(Exception)?$/, means: invalid },
  {
    codes: /^MalformedPolicyDocument(Exception)?$/,
    means: ({ message }, asked) => problem('SESSION_POLICY_MALFORMED', { message }, placeOf(asked)),
  },
  {
    codes: /^PackedPolicyTooLarge(Exception)?$/,
    means: ({ message }, asked) => problem('SESSION_PACKED_TOO_LARGE', { message }, placeOf(asked)),
  },
  { codes: /^IDPRejectedClaim(Exception)?$/, means: ({ message }) => problem('IDENTITY_REJECTED', { message }) },
  {
    codes: /^InvalidIdentityToken(Exception)?$/,
    means: ({ message }) => problem('IDENTITY_TOKEN_INVALID', { message }),
  },
  {
    codes: /^IDPCommunicationError(Exception)?$/,
    means: ({ message }) => problem('IDENTITY_PROVIDER_UNREACHABLE', { message }),
  },
  {
    codes: /^ExpiredToken(Exception)?$/,
    means: ({ message }, { operation }) =>
      /^AssumeRoleWith/.test(operation) ? problem('IDENTITY_TOKEN_EXPIRED', { message }) : undefined,
  },
];

function denial({ message }: Refusal, asked: StsRequest): Problem {
  const { operation, role } = asked;
  if (/^MultiFactorAuthentication failed/.test(message)) return problem('MFA_REFUSED', { message });
  if (operation === 'GetSessionToken') return problem('ACCESS_DENIED', { message });
  if (operation === 'AssumeRole') return assumptionDenial(message, role, placeOf(asked));
  const action = /(sts:\w+)/.exec(message)?.[1] ?? `sts:${operation}`;
  return problem('IDENTITY_DENIED', { role, action }, placeOf(asked));
}

/** Two limits on the duration share one code; the words tell them apart (prowler #7721, eks-anywhere #9485 quote them). */
function invalid({ message }: Refusal, asked: StsRequest): Problem {
  const { role, durationSeconds } = asked;
  const seconds = `${durationSeconds ?? 'as asked'}`;
  if (/role chaining|1 hour session limit/i.test(message))
    return problem('SESSION_OVER_CHAIN_LIMIT', { role, seconds }, placeOf(asked));
  if (/MaxSessionDuration/.test(message)) return problem('SESSION_OVER_ROLE_LIMIT', { role, seconds }, placeOf(asked));
  return problem('SESSION_REQUEST_INVALID', { message }, placeOf(asked));
}

function placeOf({ account, region }: StsRequest) {
  return { account, region };
}
