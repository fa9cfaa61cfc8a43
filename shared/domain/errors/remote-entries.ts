import { entry } from './problem.ts';

/** Problems that AWS answered with, or that its answers reveal. */
export const remoteEntries = {
  GUARD_ACCOUNT: entry<{ expected: string; actual: string }>({
    exit: 4,
    status: 500,
    cause: ({ expected, actual }) => `The session is ${actual}, but ${expected} was asked for.`,
    next: () => 'Nothing was changed. Compare the target record with the account, then promote again.',
  }),
  ASSUME_ROLE_DENIED: entry<{ role: string; caller: string }>({
    exit: 4,
    status: 502,
    cause: ({ role, caller }) => `${caller} may not assume ${role} (sts:AssumeRole).`,
    next: () =>
      'AWS does not say which check failed. Compare: the role exists; its trust names the orchestrator role (an id AROA… there means that role was deleted and made again: deploy accounts/account.yml with another ExternalId, which saves the trust anew); ExternalId, source identity and session tags are required as in accounts/account.yml; the orchestrator role may assume it; no service control policy denies it.',
  }),
  ACCESS_DENIED: entry<{ message: string }>({
    exit: 4,
    status: 502,
    cause: ({ message }) => message,
    next: () => 'Update the roles of that account from accounts/account.yml, or give the named role the named action.',
  }),
  ARTIFACT_DENIED: entry<{ stack: string; reason: string }>({
    exit: 4,
    status: 502,
    cause: ({ stack, reason }) =>
      `CloudFormation may not read the template of stack ${stack} with the session it was asked with: ${reason}`,
    next: () =>
      'The artifacts bucket and its key let in the organization or the accounts the orchestrator was deployed with (OrganizationId, TargetAccounts), in each region; the roles of the account get the other half from accounts/account.yml. Deploy what is missing again.',
  }),
  CREDENTIALS_MISSING: entry<{ profile: string; detail: string }>({
    exit: 4,
    status: 401,
    cause: ({ profile, detail }) =>
      `There are no AWS credentials to call the API with, looked for in ${profile}: ${detail}`,
    next: () =>
      'Sign in with `aws sso login`, or name another profile in AWS_PROFILE; `aws sts get-caller-identity` shows who you are.',
  }),
  EXPIRED_CREDENTIALS: entry<{ service: string }>({
    exit: 4,
    status: 503,
    cause: ({ service }) => `${service} says the session has expired, also after assuming the role again.`,
    next: () => 'Check the clock of the caller, and whether the sessions of the role were revoked.',
  }),
  REGION_DISABLED: entry<{ account: string; region: string }>({
    exit: 4,
    status: 409,
    cause: ({ account, region }) => `AWS STS is not activated for account ${account} in ${region}.`,
    next: () => 'Activate it in that account: IAM console, Account settings, Security Token Service.',
  }),
  THROTTLED: entry<{ service: string; message: string }>({
    exit: 5,
    status: 429,
    cause: ({ service, message }) => `${service} is throttling: ${message}`,
    next: () => 'The state machine tries again by itself; if it gave up, promote again with fewer targets at once.',
  }),
  QUOTA_REACHED: entry<{ service: string; message: string }>({
    exit: 5,
    status: 409,
    cause: ({ service, message }) => `A quota of ${service} is reached: ${message}`,
    next: () => 'Raise the quota in the Service Quotas console of that account, then promote again.',
  }),
  AWS_REFUSED: entry<{ service: string; code: string; message: string }>({
    exit: 5,
    status: 502,
    cause: ({ service, code, message }) => `${service} answered ${code}: ${message}`,
    next: () => 'Look the code up in the API reference of the service; if it passes by itself, promote again.',
  }),
  AWS_UNREACHABLE: entry<{ service: string; message: string }>({
    exit: 5,
    status: 503,
    cause: ({ service, message }) => `${service} did not answer: ${message}`,
    next: () => 'The state machine tries again by itself; check the AWS Health Dashboard if it gave up.',
  }),
};
