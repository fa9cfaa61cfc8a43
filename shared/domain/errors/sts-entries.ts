import { entry } from './problem.ts';

const denied = { exit: 4, status: 502 } as const;

/** What AWS STS refuses, each with the check that failed as far as its answer tells. */
export const stsEntries = {
  ASSUME_ROLE_DENIED: entry<{ role: string; caller: string }>({
    ...denied,
    cause: ({ role, caller }) => `${caller} may not assume ${role} (sts:AssumeRole).`,
    next: () =>
      'AWS does not say which check failed. Compare: the role exists; its trust names the orchestrator role (an id AROA… there means that role was deleted and made again: deploy accounts/account.yml with another ExternalId, which saves the trust anew); ExternalId, source identity and session tags are required as in accounts/account.yml; the orchestrator role may assume it; no service or resource control policy denies it. `drawbridge doctor` reads what it can of this.',
  }),
  ASSUME_ROLE_CALLER: entry<{ role: string; caller: string; action: string; why: string }>({
    ...denied,
    cause: ({ role, caller, action, why }) =>
      `${caller} may not assume ${role} (${action}): its own side refuses it, ${why}.`,
    next: () =>
      'Let the orchestrator role assume the roles of that account: parameter TargetAccounts or OrganizationId of the orchestrator stack. Nothing in the target has to change.',
  }),
  ASSUME_ROLE_TRUST: entry<{ role: string; caller: string; action: string; why: string }>({
    ...denied,
    cause: ({ role, caller, action, why }) => `${caller} may not assume ${role} (${action}): ${why}.`,
    next: () =>
      'Compare the trust policy with `drawbridge trust check --target <target>`: principal (an id AROA… is a deleted role), ExternalId, source identity and session tags; then deploy accounts/account.yml again in that account.',
  }),
  ASSUME_ROLE_ORGANIZATION: entry<{ role: string; caller: string; action: string; why: string }>({
    ...denied,
    cause: ({ role, caller, action, why }) =>
      `${caller} may not assume ${role} (${action}): the organization refuses it, ${why}.`,
    next: () => 'Find the policy in AWS Organizations, on the account or on what it is in, and make an exception.',
  }),
  ASSUME_ROLE_ENDPOINT: entry<{ role: string; caller: string; action: string; why: string }>({
    ...denied,
    cause: ({ role, caller, action, why }) =>
      `${caller} may not assume ${role} (${action}): the network path refuses it, ${why}.`,
    next: () => 'Let the policy of the VPC endpoint for AWS STS allow the roles of the target accounts.',
  }),
  SOURCE_IDENTITY_DENIED: entry<{ role: string; caller: string }>({
    ...denied,
    cause: ({ role, caller }) =>
      `${caller} may not give a session of ${role} its source identity (sts:SetSourceIdentity).`,
    next: () =>
      'AWS does not say which side refuses. Both have to allow it: the trust policy as in accounts/account.yml, and the policies of the orchestrator role.',
  }),
  SESSION_TAGS_DENIED: entry<{ role: string; caller: string }>({
    ...denied,
    cause: ({ role, caller }) => `${caller} may not give a session of ${role} its tags (sts:TagSession).`,
    next: () =>
      'AWS does not say which side refuses. Both have to allow it: the trust policy as in accounts/account.yml (both tags and no others), and the policies of the orchestrator role.',
  }),
  REGION_DISABLED: entry<{ account: string; region: string }>({
    exit: 4,
    status: 409,
    cause: ({ account, region }) => `AWS STS is not activated for account ${account} in ${region}.`,
    next: () => 'Activate it in that account: IAM console, Account settings, Security Token Service.',
  }),
  EXPIRED_CREDENTIALS: entry<{ service: string }>({
    exit: 4,
    status: 503,
    cause: ({ service }) => `${service} says the session has expired, also after assuming the role again.`,
    next: () => 'Check the clock of the caller, and whether the sessions of the role were revoked.',
  }),
  CREDENTIALS_REFUSED: entry<{ service: string; message: string }>({
    exit: 4,
    status: 503,
    cause: ({ service, message }) => `${service} does not know the credentials: ${message}`,
    next: () =>
      'The key or its session was revoked, the role was deleted, or a session of the global STS endpoint is used in a region that has to be opted into. Sign in again.',
  }),
  CLOCK_SKEWED: entry<{ service: string; local: string; server: string }>({
    exit: 4,
    status: 503,
    cause: ({ service, local, server }) =>
      `${service} refused the signature for its time: the clock here says ${local}, there it is ${server}.`,
    next: () => 'Set the clock: AWS refuses signatures more than five minutes off.',
  }),
  SIGNATURE_REFUSED: entry<{ service: string; message: string }>({
    exit: 4,
    status: 503,
    cause: ({ service, message }) => `${service} refused the signature: ${message}`,
    next: () =>
      'The secret key does not belong to the key id, or something on the way changed the request: look at the profile and at proxies.',
  }),
  SESSION_OVER_ROLE_LIMIT: entry<{ role: string; seconds: string }>({
    exit: 2,
    status: 422,
    cause: ({ role, seconds }) => `DurationSeconds ${seconds} is more than MaxSessionDuration of ${role}.`,
    next: () => 'Set sessionSeconds of the target to 900, or MaxSessionDuration of the role to 3600.',
  }),
  SESSION_OVER_CHAIN_LIMIT: entry<{ role: string; seconds: string }>({
    exit: 2,
    status: 422,
    cause: ({ role, seconds }) =>
      `DurationSeconds ${seconds} is too long for ${role}: a role assumed by a role's session ends within 3600 s.`,
    next: () => 'Ask for 900 to 3600 seconds (sessionSeconds of the target, or --seconds).',
  }),
  SESSION_REQUEST_INVALID: entry<{ message: string }>({
    exit: 2,
    status: 422,
    cause: ({ message }) => `AWS STS refuses the request itself: ${message}`,
    next: () => 'AWS names field and limit. What a promotion asks for comes from the target record.',
  }),
  SESSION_POLICY_MALFORMED: entry<{ message: string }>({
    exit: 5,
    status: 500,
    cause: ({ message }) => `AWS STS cannot read the session policy: ${message}`,
    next: () => 'This is a defect of Drawbridge; please report it with the step it happened in.',
  }),
  SESSION_PACKED_TOO_LARGE: entry<{ message: string }>({
    exit: 2,
    status: 422,
    cause: ({ message }) =>
      `Session policy and session tags are too large together once AWS STS has packed them: ${message}`,
    next: () => 'Use fewer or shorter stack names in one target, or a shorter name of the artifacts bucket.',
  }),
  IDENTITY_DENIED: entry<{ role: string; action: string }>({
    ...denied,
    cause: ({ role, action }) => `The identity provider vouched for you, but ${role} does not let you in (${action}).`,
    next: () =>
      'AWS does not say which check failed. Compare the trust policy of the role: provider, audience, subject and other claims; and that it allows sts:TagSession and sts:SetSourceIdentity if the provider sends tags or a source identity.',
  }),
  IDENTITY_REJECTED: entry<{ message: string }>({
    exit: 4,
    status: 403,
    cause: ({ message }) => `The identity provider rejects the claim: ${message}`,
    next: () => 'Sign in at the identity provider again; if it stays so, ask its administrator whether you may still.',
  }),
  IDENTITY_TOKEN_INVALID: entry<{ message: string }>({
    exit: 4,
    status: 401,
    cause: ({ message }) => `AWS STS does not accept the token or assertion: ${message}`,
    next: () =>
      'Compare issuer, audience and signing key with the identity provider in IAM, then get a new token or assertion.',
  }),
  IDENTITY_TOKEN_EXPIRED: entry<{ message: string }>({
    exit: 4,
    status: 401,
    cause: ({ message }) => `The token or assertion of the identity provider is over: ${message}`,
    next: () => 'Get a new one: assertions are good for five minutes, tokens of CI runners for about as long.',
  }),
  IDENTITY_PROVIDER_UNREACHABLE: entry<{ message: string }>({
    exit: 5,
    status: 503,
    cause: ({ message }) => `AWS could not reach the identity provider, also when asked again: ${message}`,
    next: () => 'The provider’s key set has to be public: see whether it is up, then try again.',
  }),
  MFA_REFUSED: entry<{ message: string }>({
    exit: 4,
    status: 401,
    cause: ({ message }) => `AWS STS does not accept the second factor: ${message}`,
    next: () => 'Give the serial number of your own device and a code that was not used yet; each code counts once.',
  }),
};
