import { entry } from './problem.ts';

const refused = { exit: 3, status: 422 } as const;

/** Findings of the trust linter, and what is wrong with a session before AWS is asked. */
export const trustEntries = {
  SESSION_POLICY_TOO_LONG: entry<{ step: string; length: number; limit: number }>({
    exit: 2,
    status: 500,
    cause: ({ step, length, limit }) =>
      `The session policy of step ${step} has ${length} characters, and AWS STS takes ${limit}.`,
    next: () => 'Give the artifacts bucket a shorter name.',
  }),
  TRUST_FILE: entry<{ detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => `There is no role in this file: ${detail}.`,
    next: () => 'Name a trust policy, a CloudFormation template with roles, or the output of `aws iam get-role`.',
  }),
  TRUST_ROLE_MISSING: entry<{ role: string; account: string }>({
    ...refused,
    cause: ({ role, account }) => `There is no role ${role} in account ${account}.`,
    next: ({ account }) => `Deploy accounts/account.yml again in account ${account}.`,
  }),
  TRUST_UNREADABLE: entry<{ detail: string }>({
    ...refused,
    cause: ({ detail }) => `The policy cannot be judged: ${detail}.`,
    next: () =>
      'Write it with the elements of the IAM policy language that Drawbridge knows; what it cannot read, it does not let pass.',
  }),
  TRUST_UNDECIDED: entry<{ what: string; example?: string | undefined }>({
    ...refused,
    cause: ({ what, example }) =>
      `Who is trusted depends on ${what}${example === undefined ? ', which only a deployment knows' : `, which may also be ${example}`}.`,
    next: () => 'Keep the parameter to the one principal with AllowedPattern, or give its value with --parameter.',
  }),
  TRUST_WILDCARD: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `The trust policy names everyone: ${principal}.`,
    next: () => 'Name the orchestrator role by its ARN, and nobody else.',
  }),
  TRUST_ACCOUNT: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `Account ${principal} is trusted, so its administrators decide who may assume the role.`,
    next: () => 'Name the orchestrator role by its ARN.',
  }),
  TRUST_ACCOUNT_PINNED: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) =>
      `Account ${principal} is trusted and aws:PrincipalArn narrows it: whoever makes a role of that name there is let in.`,
    next: () => 'Reserve the name with a service control policy, or name the orchestrator role as the principal.',
  }),
  TRUST_SECOND_PRINCIPAL: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `${principal} is trusted beside the orchestrator role.`,
    next: () => 'Remove it: exactly one principal may assume the role.',
  }),
  TRUST_FOREIGN_PRINCIPAL: entry<{ principal: string; expected: string }>({
    ...refused,
    cause: ({ principal, expected }) => `${principal} is trusted, which is not ${expected}.`,
    next: () => 'Name the orchestrator role (output OrchestratorRoleArn of the orchestrator stack) instead.',
  }),
  TRUST_FOREIGN_PROVIDER: entry<{ provider: string; account: string }>({
    ...refused,
    cause: ({ provider, account }) =>
      `${provider} is an identity provider of another account than ${account}, whose owner says who comes through it.`,
    next: () => "Make the provider in the role's own account, and trust that one.",
  }),
  TRUST_ORCHESTRATOR_UNCHECKED: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) =>
      `${principal} is taken for the orchestrator role by its name alone; its account was not checked.`,
    next: () => 'Say --orchestrator with the output OrchestratorRoleArn of the orchestrator stack.',
  }),
  TRUST_MANAGED_POLICY: entry<{ role: string; policy: string }>({
    ...refused,
    cause: ({ role, policy }) =>
      `Role ${role} has the managed policy ${policy}, so it may do more than Drawbridge needs.`,
    next: () => 'Detach it: the role has its permissions from accounts/account.yml, inline.',
  }),
  TRUST_USER: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `The user ${principal} is trusted, and users hold static credentials.`,
    next: () => 'Name a role; people come in through their identity provider.',
  }),
  TRUST_SESSION: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `One session is trusted, ${principal}: its name is chosen by whoever opens it.`,
    next: () => 'Name the role of the session.',
  }),
  TRUST_DELETED_PRINCIPAL: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) =>
      `${principal} is the unique id of a principal that was deleted; one made anew under the same name is not trusted.`,
    next: () =>
      'Deploy accounts/account.yml again with the ARN of the orchestrator role as it is now: saving the ARN makes IAM look up the new id.',
  }),
  TRUST_EXTERNAL_ID: entry<{ statement: string }>({
    ...refused,
    cause: ({ statement }) => `${statement} lets the role be assumed without an external id.`,
    next: () => 'Require sts:ExternalId with StringEquals in the statement that allows sts:AssumeRole.',
  }),
  TRUST_SOURCE_IDENTITY: entry<{ statement: string }>({
    ...refused,
    cause: ({ statement }) => `${statement} does not require a source identity.`,
    next: () => 'Require sts:SourceIdentity in it: StringLike prm-* (audit role: also usr-*).',
  }),
  TRUST_SESSION_TAGS: entry<{ statement: string; tags: readonly string[] }>({
    ...refused,
    cause: ({ statement, tags }) => `${statement} does not require the session tags ${tags.join(' and ')}.`,
    next: ({ tags }) =>
      `Require them in it: StringLike ${tags.map((tag) => `aws:RequestTag/${tag}`).join(', ')}: '?*'.`,
  }),
  TRUST_SESSION_ACTION: entry<{ action: string }>({
    ...refused,
    cause: ({ action }) => `No statement allows ${action}, so every session Drawbridge asks for would be refused.`,
    next: ({ action }) => `Add a statement with ${action} for the orchestrator role, as in accounts/account.yml.`,
  }),
  TRUST_FOR_ALL_VALUES: entry<{ key: string; statement: string }>({
    ...refused,
    cause: ({ key, statement }) =>
      `${statement} uses ForAllValues on ${key}, which also holds when the request has no ${key}.`,
    next: ({ key }) => `Add Null ${key}: 'false' to the statement, or use an operator without ForAllValues.`,
  }),
  TRUST_OPEN_CONDITION: entry<{ key: string; value: string; statement: string }>({
    ...refused,
    cause: ({ key, value, statement }) => `${statement} lets ${key} be ${value}, which is wider than it may be.`,
    next: () =>
      'Write the value out: StringEquals for the external id, prm-* for the source identity (audit role: also usr-*).',
  }),
  TRUST_ACTION: entry<{ action: string; statement: string }>({
    ...refused,
    cause: ({ action, statement }) => `${statement} allows ${action}, more than assuming the role takes.`,
    next: () => 'Allow sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession, each by its full name.',
  }),
  TRUST_EXECUTION: entry<{ principal: string }>({
    ...refused,
    cause: ({ principal }) => `${principal} may assume the execution role, which is CloudFormation's alone.`,
    next: () => 'Trust the service cloudformation.amazonaws.com and nobody else.',
  }),
  TRUST_WEB_IDENTITY: entry<{ provider: string; claims: readonly string[]; statement: string }>({
    ...refused,
    cause: ({ provider, claims, statement }) =>
      `${statement} trusts tokens of ${provider} without pinning ${claims.join(', ')}.`,
    next: ({ provider, claims }) =>
      `Add StringEquals conditions on ${claims.map((claim) => `${provider}:${claim}`).join(', ')}.`,
  }),
  TRUST_SAML_AUDIENCE: entry<{ provider: string; statement: string }>({
    ...refused,
    cause: ({ provider, statement }) => `${statement} trusts assertions of ${provider} for any audience.`,
    next: () =>
      'Add StringEquals SAML:aud with the sign-in address of the partition, https://signin.aws.amazon.com/saml.',
  }),
  TRUST_BOUNDARY: entry<{ role: string; boundary: string | undefined }>({
    ...refused,
    cause: ({ role, boundary }) =>
      boundary === undefined
        ? `Role ${role} has no permissions boundary.`
        : `Role ${role} has the permissions boundary ${boundary}, which is not drawbridge-boundary.`,
    next: () => 'Set PermissionsBoundary to the policy drawbridge/drawbridge-boundary of its account.',
  }),
  TRUST_PASS_ROLE: entry<{ policy: string; statement: string; open: string }>({
    ...refused,
    cause: ({ policy, statement, open }) => `${statement} of policy ${policy} allows iam:PassRole ${open}.`,
    next: () => 'Name the roles that may be passed, and the service with StringEquals iam:PassedToService.',
  }),
  TRUST_SESSION_DURATION: entry<{ seconds: number }>({
    ...refused,
    cause: ({ seconds }) =>
      `Sessions of the role may last ${seconds} s; Drawbridge asks for 900 s and never for more than 3,600 s.`,
    next: () => 'Set MaxSessionDuration to 3600.',
  }),
};
