import { entry, listed } from './problem.ts';

/** Exit 4, since who sends cannot be told from anybody. No sentence says what would have been right. */
const unproven = { exit: 4, status: 401 } as const;
const malformed = { exit: 2, status: 400 } as const;
const forbidden = { exit: 3, status: 403 } as const;

/** Problems of webhooks: deliveries that prove nothing, that are not what was agreed on, and how webhooks are kept. */
export const webhookEntries = {
  SIGNATURE_MISSING: entry<{ header: string }>({
    ...unproven,
    cause: ({ header }) => `The delivery is not signed: it has no ${header}.`,
    next: () => 'Give the sender the secret of this webhook.',
  }),
  SIGNATURE_ALGORITHM: entry<{ header: string; expected: string }>({
    ...unproven,
    cause: ({ header, expected }) => `The delivery is signed otherwise than by ${header} with ${expected}.`,
    next: () => 'Let the sender sign with SHA-256.',
  }),
  SIGNATURE_MISMATCH: entry<Record<never, never>>({
    ...unproven,
    cause: () => 'The signature does not fit.',
    next: () =>
      'Compare the secret at the sender with the one in Secrets Manager. The body must arrive as it was sent.',
  }),
  TIMESTAMP: entry<{ detail: string }>({
    ...unproven,
    cause: ({ detail }) => `The time of the delivery ${detail}.`,
    next: () => 'Send it anew: a delivery is accepted for five minutes. Look at the clock of the sender.',
  }),
  DUPLICATE_HEADER: entry<{ header: string }>({
    ...malformed,
    cause: ({ header }) => `The header ${header} is there more than once.`,
    next: () => 'Send it once.',
  }),
  DELIVERY_ID: entry<{ header: string }>({
    ...malformed,
    cause: ({ header }) => `The header ${header} is missing or malformed.`,
    next: () => 'It is what the delivery is known by: letters, digits, - _ and :, at most 256.',
  }),
  DELIVERY_CONFLICT: entry<{ delivery: string }>({
    exit: 3,
    status: 409,
    cause: ({ delivery }) => `Delivery ${delivery} came before, with another body.`,
    next: () => 'Nothing was done. Give every delivery an id of its own.',
  }),
  WEBHOOK_TOO_LARGE: entry<{ limit: number }>({
    exit: 2,
    status: 413,
    cause: ({ limit }) => `The body has more than ${limit} bytes.`,
    next: () => 'Send fewer events, or only what names the release.',
  }),
  WEBHOOK_MEDIA_TYPE: entry<Record<never, never>>({
    exit: 2,
    status: 415,
    cause: () => 'The body is not application/json.',
    next: () => 'In the settings of the webhook at GitHub, set "Content type" to application/json.',
  }),
  WEBHOOK_BODY: entry<{ detail: string }>({
    ...malformed,
    cause: ({ detail }) => `The body of the delivery ${detail}.`,
    next: () => 'See docs/how-to/start-from-ci.md for what a delivery says.',
  }),
  WEBHOOK_UNKNOWN: entry<{ webhook: string; known?: readonly string[] }>({
    exit: 2,
    status: 404,
    cause: ({ webhook }) => `There is no webhook ${webhook}.`,
    next: ({ known }) => {
      if (known === undefined) return 'See with GET /v1/webhooks, or with `drawbridge apply`, which there are.';
      return known.length === 0 ? 'There is no webhook yet.' : `The webhooks are ${listed(known)}.`;
    },
  }),
  WEBHOOK_SECRET: entry<{ webhook: string }>({
    exit: 5,
    status: 503,
    cause: ({ webhook }) => `The secret of webhook ${webhook} cannot be had, so nothing can be verified.`,
    next: () => 'Let the sender try again. An administrator finds the reason in the log of the function.',
  }),
  WEBHOOK_VERSION: entry<{ webhook: string; seen: string; now: string }>({
    exit: 3,
    status: 412,
    cause: ({ webhook, seen, now }) =>
      `Webhook ${webhook} was changed meanwhile: version ${seen} was seen, and it is ${now} now.`,
    next: () => 'Nothing was changed. Look at the new version, then apply again.',
  }),
  REPO_NOT_ALLOWED: entry<{ webhook: string }>({
    ...forbidden,
    cause: ({ webhook }) => `The delivery is not of the repository of webhook ${webhook}.`,
    next: () => 'Number and name must both be those of the webhook. After a renaming, apply it with the new name.',
  }),
  ACTOR_NOT_ALLOWED: entry<{ webhook: string }>({
    ...forbidden,
    cause: ({ webhook }) => `The delivery is of a user that webhook ${webhook} does not name.`,
    next: () => 'Ask an administrator to add the number of the user to the actors of the webhook.',
  }),
  RELEASE_NOT_ALLOWED: entry<{ release: string; pipeline: string }>({
    ...forbidden,
    cause: ({ release, pipeline }) =>
      `Release ${release} is not of pipeline ${pipeline}, and no other may be asked for.`,
    next: () => 'Name a release of that pipeline.',
  }),
};
