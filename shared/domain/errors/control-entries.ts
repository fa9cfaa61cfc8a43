import { entry } from './problem.ts';

const stopped = { exit: 3, status: 409 } as const;

interface Restricted {
  readonly id: string;
  /** What it is about, in words. */
  readonly scope: string;
  readonly by: string;
  readonly reason: string;
}

/** Problems of what stands in the way of a rollout for a time: emergency stops, freezes, holds, windows, and other rollouts. */
export const controlEntries = {
  STOPPED: entry<Restricted>({
    ...stopped,
    cause: ({ id, scope, by, reason }) => `Emergency stop ${id} of ${scope}, by ${by}: ${reason}.`,
    next: ({ id }) =>
      `What runs in CloudFormation ends by itself; nothing else is started. Lift it with \`drawbridge stop --lift ${id}\`, then retry.`,
  }),
  HELD: entry<Restricted>({
    ...stopped,
    cause: ({ id, scope, by, reason }) => `Hold ${id} keeps schedules and webhooks from ${scope}, by ${by}: ${reason}.`,
    next: ({ id }) => `Promote by hand, or lift it with \`drawbridge hold --lift ${id}\`.`,
  }),
  FROZEN: entry<Restricted & { readonly until?: string | undefined }>({
    ...stopped,
    cause: ({ id, scope, by, reason, until }) =>
      `Freeze ${id} of ${scope} ${until === undefined ? 'until it is lifted' : `until ${until}`}, by ${by}: ${reason}.`,
    next: ({ id }) => `Wait for its end, or lift it with \`drawbridge freeze --lift ${id}\`.`,
  }),
  WINDOW_CLOSED: entry<{ environment: string; because: string; until?: string | undefined }>({
    ...stopped,
    cause: ({ environment, because, until }) =>
      `Now is not the time for ${environment}: ${because}. It opens ${until === undefined ? 'never' : `at ${until}`}.`,
    next: () => 'Wait for it, or promote with `--override windows` if a policy lets you.',
  }),
  OVERRIDE_NOT_PERMITTED: entry<{ actor: string; of: string; groups: readonly string[] }>({
    exit: 3,
    status: 403,
    cause: ({ actor, of, groups }) =>
      groups.length === 0
        ? `No policy lets anybody override ${of} here, so ${actor} cannot.`
        : `${actor} cannot override ${of} here: that is for members of ${groups.join(', ')}.`,
    next: () => 'Ask one of them to promote, or the platform team to name a group under `overrides` of a policy.',
  }),
  WAITED_TOO_LONG: entry<{ place: string; days: number; what: string }>({
    ...stopped,
    cause: ({ place, days, what }) => `Waited ${days} days for ${place}. The last thing in the way: ${what}`,
    next: () => 'Promote again once nothing is in the way.',
  }),
  SUPERSEDED: entry<{ environment: string; by: string }>({
    ...stopped,
    cause: ({ environment, by }) => `Promotion ${by} came later for ${environment} and takes the place of this one.`,
    next: ({ by }) => `See how it stands with \`drawbridge status ${by}\`.`,
  }),
  PLACE_UNKNOWN: entry<{ environment: string; pipeline?: string | undefined; known: readonly string[] }>({
    exit: 2,
    status: 404,
    cause: ({ environment, pipeline, known }) =>
      `No release of ${pipeline === undefined ? 'any pipeline' : `pipeline ${pipeline}`} has an environment "${environment}"; there is ${known.join(', ')}.`,
    next: () => 'Nothing was put in the way. Name one of those, or leave the environment out.',
  }),
  RESTRICTION_UNKNOWN: entry<{ id: string }>({
    exit: 2,
    status: 404,
    cause: ({ id }) => `There is no ${id}.`,
    next: () => 'See what there is with `drawbridge freeze --list`, `stop --list` and `hold --list`.',
  }),
  RESTRICTION_LIFTED: entry<{ id: string; by: string; at: string }>({
    ...stopped,
    cause: ({ id, by, at }) => `${by} lifted ${id} already, at ${at}.`,
    next: () => 'There is nothing to do.',
  }),
};
