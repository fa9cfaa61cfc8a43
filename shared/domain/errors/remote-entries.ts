import { entry } from './problem.ts';

/** Problems that AWS answered with, or that its answers reveal. */
export const remoteEntries = {
  GUARD_ACCOUNT: entry<{ expected: string; actual: string }>({
    exit: 4,
    status: 500,
    cause: ({ expected, actual }) => `The session is ${actual}, but ${expected} was asked for.`,
    next: () => 'Nothing was changed. Compare the target record with the account, then promote again.',
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
  API_UNREACHABLE: entry<{ endpoint: string; message: string }>({
    exit: 5,
    status: 503,
    cause: ({ endpoint, message }) => `The API at ${endpoint} did not answer: ${message}`,
    next: () =>
      'Compare the address (--api or DRAWBRIDGE_API) with the output HttpApiUrl of the orchestrator stack, and see whether the network lets you there. What was accepted before goes on.',
  }),
  GITHUB_REFUSED: entry<{ doing: string; status: number; message: string }>({
    exit: 5,
    status: 502,
    cause: ({ doing, status, message }) => `GitHub answered ${status} to ${doing}: ${message}`,
    next: () =>
      'Look at the token in Secrets Manager: it needs commit statuses and deployments (read and write) of that repository. No promotion depends on it.',
  }),
  GITHUB_BUSY: entry<{ doing: string; seconds: number }>({
    exit: 5,
    status: 503,
    cause: ({ doing, seconds }) => `GitHub limits how often it is asked, and will not ${doing} for ${seconds} seconds.`,
    next: () => 'It is tried again by itself; what is given up is in the queue drawbridge-github-unsent.',
  }),
  GITHUB_UNREACHABLE: entry<{ doing: string; message: string }>({
    exit: 5,
    status: 503,
    cause: ({ doing, message }) => `GitHub did not answer to ${doing}: ${message}`,
    next: () => 'It is tried again by itself; what is given up is in the queue drawbridge-github-unsent.',
  }),
  AWS_UNREACHABLE: entry<{ service: string; message: string }>({
    exit: 5,
    status: 503,
    cause: ({ service, message }) => `${service} did not answer: ${message}`,
    next: () => 'The state machine tries again by itself; check the AWS Health Dashboard if it gave up.',
  }),
};
