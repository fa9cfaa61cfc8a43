import { entry, listed } from './problem.ts';

const stopped = { exit: 3, status: 409 } as const;
const forbidden = { exit: 3, status: 403 } as const;

/** Problems of policies: what they forbid, whose approval they ask for, and how they are kept. */
export const policyEntries = {
  CHANGE_DENIED: entry<{ environment: string; denials: readonly string[] }>({
    ...stopped,
    cause: ({ environment, denials }) => `The plan for ${environment} is denied: ${denials.join('; ')}.`,
    next: () => 'Nothing was executed. Change the release, or ask the platform team to change the policy.',
  }),
  APPROVAL_REJECTED: entry<{ environment: string; by: string; reason: string }>({
    ...stopped,
    cause: ({ environment, by, reason }) => `${by} rejected the plan for ${environment}: ${reason}.`,
    next: () => 'Nothing was executed. Settle it with them, then promote again.',
  }),
  APPROVAL_EXPIRED: entry<{ environment: string; expiresAt: string; missing: readonly string[] }>({
    ...stopped,
    cause: ({ environment, expiresAt, missing }) =>
      `The plan for ${environment} was not approved before ${expiresAt}; what was missing: ${missing.join(', ')}.`,
    next: () => 'Nothing was executed. Promote again when an approver has time.',
  }),
  APPROVAL_UNKNOWN: entry<{ promotion: string; environment: string }>({
    exit: 2,
    status: 404,
    cause: ({ promotion, environment }) => `Promotion ${promotion} has asked for no approval of ${environment}.`,
    next: ({ promotion }) => `See with \`drawbridge status ${promotion}\` what it waits for.`,
  }),
  APPROVAL_OVER: entry<{ promotion: string; environment: string; status: string }>({
    exit: 2,
    status: 409,
    cause: ({ promotion, environment, status }) =>
      `Promotion ${promotion} has ended (${status}), so nothing of ${environment} is to be decided any more.`,
    next: () => 'Promote the release again, then decide on that promotion.',
  }),
  SELF_APPROVAL: entry<{ actor: string }>({
    ...forbidden,
    cause: ({ actor }) => `${actor} asked for this promotion and cannot approve it.`,
    next: () => 'Ask somebody else to look at the plan.',
  }),
  NOT_AN_APPROVER: entry<{ actor: string; groups: readonly string[] }>({
    ...forbidden,
    cause: ({ actor, groups }) => `${actor} belongs to no group that has to approve; these do: ${groups.join(', ')}.`,
    next: () => 'Ask a member of one of them. `drawbridge apply` changes who belongs to a group.',
  }),
  DIGEST_CHANGED: entry<{ seen: string; now: string }>({
    ...stopped,
    cause: ({ seen, now }) => `The plan changed: the decision was about ${seen}, and the plan is now ${now}.`,
    next: () => 'Nothing was decided. Look at the plan again, then decide on its digest.',
  }),
  DIGEST_OF_RELEASE: entry<{ digest: string; plan: string }>({
    exit: 2,
    status: 409,
    cause: ({ digest, plan }) =>
      `${digest} is the digest of the release; what is to be decided on is the plan with digest ${plan}.`,
    next: () => 'Nothing was decided. Look at that plan (without --digest it is shown), then decide on its digest.',
  }),
  ALREADY_DECIDED: entry<{ by: string; decision: string; at: string }>({
    ...stopped,
    cause: ({ by, decision, at }) => `${by} decided already: ${decision}, at ${at}.`,
    next: () => 'A decision is final. Promote again if it should be otherwise.',
  }),
  APPROVAL_REASON: entry<{ detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => `The reason ${detail}.`,
    next: () => 'Write one line of at most 1,000 characters.',
  }),
  APPROVAL_UNREACHABLE: entry<{ environment: string; requester: string; groups: readonly string[] }>({
    ...stopped,
    cause: ({ environment, requester, groups }) =>
      `Nobody could give the approval that ${environment} asks for: nobody but ${requester} is in ${groups.join(' and ')}.`,
    next: () => 'Let a group with at least two members approve: who asks for a promotion never approves it.',
  }),
  PLAN_UNSTABLE: entry<{ environment: string; rounds: number }>({
    ...stopped,
    cause: ({ environment, rounds }) => `The plan for ${environment} did not come to rest in ${rounds} rounds.`,
    next: () => 'Find out what changes its stacks meanwhile, then promote again.',
  }),
  POLICY_UNKNOWN: entry<{ policy: string; known?: readonly string[] }>({
    exit: 2,
    status: 404,
    cause: ({ policy }) => `There is no policy ${policy}.`,
    next: ({ known }) => {
      if (known === undefined) return 'See with GET /v1/policies, or with `drawbridge apply`, which there are.';
      return known.length === 0 ? 'No policy holds yet.' : `The policies that hold are ${listed(known)}.`;
    },
  }),
  POLICY_CONFLICT: entry<{ policy: string; detail: string }>({
    ...stopped,
    cause: ({ policy, detail }) => `Policy ${policy} was not applied: ${detail}.`,
    next: () => 'Nothing was changed. Read the policies as they are, then apply again.',
  }),
  POLICY_VERSION: entry<{ policy: string; seen: string; now: string }>({
    exit: 3,
    status: 412,
    cause: ({ policy, seen, now }) =>
      `Policy ${policy} was changed meanwhile: version ${seen} was seen, and it is ${now} now.`,
    next: () => 'Nothing was changed. Look at the new version, then apply again.',
  }),
  ACCOUNT_NOT_ONBOARDED: entry<{ account: string; target: string }>({
    exit: 2,
    status: 422,
    cause: ({ account, target }) =>
      `Target ${target} is in account ${account}, which has not been onboarded: the ledger has no ExternalId of it.`,
    next: () => 'Onboard the account first, as docs/how-to/onboard-an-account.md says, then apply again.',
  }),
  TARGET_CHANGED: entry<{ target: string }>({
    ...stopped,
    cause: ({ target }) => `Target ${target} was changed meanwhile.`,
    next: () => 'Nothing was changed by this request. Look at the target as it is now, then apply again.',
  }),
  TARGET_MOVED: entry<{ target: string; from: string; to: string }>({
    ...stopped,
    cause: ({ target, from, to }) => `Target ${target} is in ${from}, not in ${to}: a target never moves.`,
    next: () => 'Give the target in the other place a name of its own.',
  }),
};
