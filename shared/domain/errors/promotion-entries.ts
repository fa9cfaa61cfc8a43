import { entry, listed } from './problem.ts';

/** Problems of releases and promotions: what Drawbridge itself refuses or finds wrong. */
export const promotionEntries = {
  LEASE_LOST: entry<{ environment: string; epoch: number }>({
    exit: 5,
    status: 409,
    cause: ({ environment, epoch }) =>
      `The lease on ${environment} that was granted with epoch ${epoch} is no longer this promotion's.`,
    next: () =>
      'Another promotion took over and nothing was changed here. Look at `drawbridge status`, then promote again if needed.',
  }),
  ENVIRONMENT_UNKNOWN: entry<{ environment: string; known: string[] }>({
    exit: 2,
    status: 400,
    cause: ({ environment, known }) => `The release has no environment "${environment}"; it has ${known.join(', ')}.`,
    next: () => 'Name one of those, or leave the environments out to go through all of them.',
  }),
  ENVIRONMENT_BUSY: entry<{ environment: string; holder: string; tooLong?: boolean }>({
    exit: 3,
    status: 409,
    cause: ({ environment, holder, tooLong = false }) =>
      tooLong
        ? `${environment} has been held by promotion ${holder} for longer than a rollout may wait.`
        : `${environment} is held by promotion ${holder}.`,
    next: ({ holder }) => `See what ${holder} is waiting for with \`drawbridge status ${holder}\`, then promote again.`,
  }),
  NOT_ELIGIBLE: entry<{ releaseId: string; environment: string; missing: string }>({
    exit: 3,
    status: 409,
    cause: ({ releaseId, environment, missing }) =>
      `Release ${releaseId} may not go to ${environment}: it is not verified in ${missing}.`,
    next: ({ missing }) => `Promote it to ${missing} first.`,
  }),
  NOT_RUNNING: entry<{ releaseId: string; environment: string; others: readonly string[] }>({
    exit: 3,
    status: 409,
    cause: ({ releaseId, environment, others }) =>
      `Release ${releaseId} cannot be verified again in ${environment}, where it does not run: ${listed(others, 5)}.`,
    next: () => 'Verify what runs there (`drawbridge status --pipeline <pipeline>` says what), or promote the release.',
  }),
  NO_TARGETS: entry<{ environment: string; named?: readonly string[] | undefined }>({
    exit: 2,
    status: 422,
    cause: ({ environment, named }) =>
      named === undefined
        ? `No target matches the labels of environment ${environment}.`
        : `Environment ${environment} has no target ${named.join(' or ')}.`,
    next: ({ named }) =>
      named === undefined
        ? 'Record a target whose labels match, or correct matchLabels in the pipeline and make a new release.'
        : 'Name targets of the environment, or none for all of them.',
  }),
  TARGET_NOT_STARTED: entry<{ target: string; stopped: string[]; tolerated: string }>({
    exit: 1,
    status: 409,
    cause: ({ target, stopped, tolerated }) =>
      `${target} was not started: of its wave ${stopped.join(', ')} stopped, and ${tolerated} may.`,
    next: () => 'Mend what failed there, then retry the promotion.',
  }),
  TARGET_LOST: entry<{ target: string }>({
    exit: 5,
    status: 500,
    cause: ({ target }) => `The work in ${target} ended without saying how.`,
    next: () => 'Look at its child execution in Step Functions and at the stacks, then retry the promotion.',
  }),
  UNDECIDED: entry<{ environment: string }>({
    exit: 5,
    status: 500,
    cause: ({ environment }) => `The rollout into ${environment} ended before anything was decided on it.`,
    next: () => 'Nothing was changed by it. Look at its execution in Step Functions, then promote again.',
  }),
  TARGET_UNKNOWN: entry<{ target: string; known?: readonly string[] }>({
    exit: 2,
    status: 404,
    cause: ({ target }) => `There is no target ${target} in the ledger.`,
    next: ({ known = [] }) =>
      (known.length === 0 ? '' : `The targets are ${listed(known)}. `) +
      'Onboard its account and record the target as docs/how-to/onboard-an-account.md says.',
  }),
  RELEASE_UNKNOWN: entry<{ release: string }>({
    exit: 2,
    status: 404,
    cause: ({ release }) => `There is no release ${release}.`,
    next: () =>
      'See with `drawbridge history <pipeline>` which releases were promoted, or make one with `drawbridge release`.',
  }),
  RELEASE_INCOMPLETE: entry<{ missing: string[] }>({
    exit: 2,
    status: 409,
    cause: ({ missing }) =>
      `The release cannot be completed: ${missing.length} of its files are missing or differ (${missing.join(', ')}).`,
    next: () => 'Upload them to the addresses that POST /v1/releases gave, then complete the release again.',
  }),
  RELEASE_INVALID: entry<{ detail: string }>({
    exit: 2,
    status: 422,
    cause: ({ detail }) => `The release's manifest is not valid: ${detail}.`,
    next: () => 'Make the release with `drawbridge release`, which writes a valid manifest.',
  }),
  PIPELINE_UNKNOWN: entry<{ pipeline: string }>({
    exit: 2,
    status: 404,
    cause: ({ pipeline }) => `Nothing is known of a pipeline "${pipeline}": no release was made of it.`,
    next: () => 'The name is in metadata.name of its drawbridge.yml. Make a release with `drawbridge release`.',
  }),
  PROMOTION_UNKNOWN: entry<{ promotion: string }>({
    exit: 2,
    status: 404,
    cause: ({ promotion }) => `There is no promotion ${promotion}.`,
    next: () => 'List the promotions with `drawbridge history <pipeline>`.',
  }),
  NOT_RETRIABLE: entry<{ promotion: string; status: string }>({
    exit: 2,
    status: 409,
    cause: ({ promotion, status }) => `Promotion ${promotion} is ${status}: there is nothing to take up again.`,
    next: () => 'Retry a promotion that failed, errored or was rejected; otherwise promote the release.',
  }),
  RETRY_SUPERSEDED: entry<{
    promotion: string;
    release: string;
    environment: string;
    newer: string;
    newerRelease: string;
    since: string;
  }>({
    exit: 3,
    status: 409,
    cause: ({ promotion, release, environment, newer, newerRelease, since }) =>
      `Promotion ${newer} brought ${newerRelease} to ${environment} at ${since}, after ${promotion} had ended: a retry would put ${release} back in its place.`,
    next: ({ release, environment }) =>
      `If that is what you want, say so: promote ${release} to ${environment} as a promotion of its own.`,
  }),
  IDEMPOTENCY_KEY: entry<{ detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => `The Idempotency-Key header ${detail}.`,
    next: () =>
      'Send a key of 1 to 256 letters, digits and . _ : / -, a letter or digit first, new for each new request.',
  }),
  IDEMPOTENCY_CONFLICT: entry<{ earlier: string }>({
    exit: 2,
    status: 422,
    cause: ({ earlier }) => `The Idempotency-Key was used before with another body, for ${earlier}.`,
    next: () => 'Send a new key with the new request, or the first body with this key.',
  }),
  BODY_INVALID: entry<{ detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ detail }) => `The request body is not valid: ${detail}.`,
    next: () => 'Correct the named field; docs/reference/http-api.md lists the resources.',
  }),
  ROUTE_UNKNOWN: entry<{ method: string; path: string }>({
    exit: 2,
    status: 404,
    cause: ({ method, path }) => `There is nothing at ${method} ${path}.`,
    next: () => 'See docs/reference/http-api.md for the resources of the API.',
  }),
  DIGEST_MISMATCH: entry<{ what: string; expected: string; actual: string }>({
    exit: 3,
    status: 409,
    cause: ({ what, expected, actual }) => `${what} has digest ${actual}, but the release says ${expected}.`,
    next: () =>
      'Nothing was executed. Somebody or something changed it after the release was made: find out who, then make a new release.',
  }),
  RECOVERY_FAILED: entry<{ stack: string; action: string; status: string }>({
    exit: 1,
    status: 409,
    cause: ({ stack, action, status }) => `Stack ${stack} could not be brought back (${action}): it is in ${status}.`,
    next: () =>
      'See in its events which resource failed; retry with `drawbridge retry <promotion> --skip <stack>:<logical id>`, or bring it back by hand.',
  }),
  NOT_VERIFIED: entry<{ stack: string; detail: string }>({
    exit: 1,
    status: 409,
    cause: ({ stack, detail }) => `Stack ${stack} could not be verified after its deployment: ${detail}.`,
    next: () => 'Look at the stack in the target account; somebody may have changed it while the rollout ran.',
  }),
  INTERNAL: entry<{ request: string }>({
    exit: 5,
    status: 500,
    cause: ({ request }) => `Something in Drawbridge broke while it handled request ${request}.`,
    next: ({ request }) =>
      `Send the request again with the same Idempotency-Key; the details are in the function's log, at ${request}.`,
  }),
  CONTRACT_BROKEN: entry<{ step: string; detail: string }>({
    exit: 5,
    status: 500,
    cause: ({ step, detail }) => `The step ${step} was handed data that is not in its contract: ${detail}.`,
    next: () => 'This is a defect of Drawbridge or of a changed state machine; deploy both from the same version.',
  }),
};
