import { entry } from './problem.ts';

const malformed = { exit: 2, status: 400 } as const;

/** Problems of requests at the door of the HTTP API, before anything is done. */
export const httpEntries = {
  BODY_REQUIRED: entry<object>({
    ...malformed,
    cause: () => 'The request has no body.',
    next: () => 'Send a JSON object; docs/reference/http-api.md says what is in it.',
  }),
  BODY_TOO_LARGE: entry<{ bytes: number; limit: number }>({
    exit: 2,
    status: 413,
    cause: ({ bytes, limit }) => `The request body has ${bytes} bytes; the limit is ${limit}.`,
    next: () => 'Send less. Files of a release go to the upload addresses, never into a body.',
  }),
  CONTENT_TYPE: entry<{ found: string | undefined }>({
    exit: 2,
    status: 415,
    cause: ({ found }) =>
      found === undefined ? 'The request does not say what its body is.' : `The request body is said to be ${found}.`,
    next: () => 'Send JSON in UTF-8 with Content-Type: application/json.',
  }),
  BODY_ENCODING: entry<object>({
    ...malformed,
    cause: () => 'The request body is marked as base64, and is not.',
    next: () => 'Send the JSON text as it is.',
  }),
  ENCODING: entry<object>({
    ...malformed,
    cause: () => 'The request body has bytes that are not UTF-8.',
    next: () => 'Send the JSON text in UTF-8.',
  }),
  JSON_INVALID: entry<{ offset: number }>({
    ...malformed,
    cause: ({ offset }) => `The request body is not JSON: it cannot be read on from byte ${offset}.`,
    next: () => 'Correct the text there; bytes count from 0.',
  }),
  BODY_DEPTH: entry<{ limit: number }>({
    ...malformed,
    cause: ({ limit }) => `The request body is nested deeper than ${limit} levels.`,
    next: () => 'Send what docs/reference/http-api.md says; nothing there is nested so deep.',
  }),
  NUMBER_PRECISION: entry<{ number: string }>({
    ...malformed,
    cause: ({ number }) => `The number ${number} would lose digits when it is read.`,
    next: () => 'Send it as text in quotes where text is expected, such as an account id, or with fewer digits.',
  }),
  PAGE_LIMIT: entry<{ limit: string; most: number }>({
    ...malformed,
    cause: ({ limit, most }) => `The limit "${limit}" is no whole number from 1 to ${most}.`,
    next: ({ most }) => `Ask for 1 to ${most} items; the answer says where the next ones are.`,
  }),
  PAGE_CURSOR: entry<object>({
    ...malformed,
    cause: () => 'The cursor is none that this list gave out.',
    next: () =>
      'Take the cursor from the nextCursor of the page before, with the same other parameters; or begin without one.',
  }),
  PROMOTION_VERSION: entry<{ promotion: string }>({
    exit: 3,
    status: 412,
    cause: ({ promotion }) =>
      `Promotion ${promotion} is not as it was seen: If-Match names another ETag than it has now.`,
    next: () => 'Nothing was changed. Look at the promotion again, then decide on what is there now.',
  }),
  ACTOR_UNKNOWN: entry<object>({
    exit: 4,
    status: 401,
    cause: () => 'Who asks is not known.',
    next: () =>
      'Sign the request, or send a token that names its holder; docs/reference/http-api.md says which claims count.',
  }),
  PERMISSION_MISSING: entry<{ actor: string; permission: string }>({
    exit: 4,
    status: 403,
    cause: ({ actor, permission }) => `${actor} has not the permission ${permission}.`,
    next: ({ permission }) => `Nothing was changed. An administrator gives it: permissions.${permission} of a policy.`,
  }),
  AWS_BUSY: entry<object>({
    exit: 5,
    status: 503,
    cause: () => 'A service of AWS that Drawbridge needs is busy or away at the moment.',
    next: () => 'Send the request again, with the same Idempotency-Key, after the seconds that Retry-After says.',
  }),
  QUERY_INVALID: entry<{ parameter: string }>({
    ...malformed,
    cause: ({ parameter }) => `The query parameter ${parameter} is missing, or is no name that there could be.`,
    next: ({ parameter }) => `Say which: ?${parameter}= and a name of lower-case letters, digits and hyphens.`,
  }),
  METHOD_NOT_ALLOWED: entry<{ method: string; path: string; allowed: readonly string[] }>({
    exit: 2,
    status: 405,
    cause: ({ method, path, allowed }) => `${path} takes ${allowed.join(' and ')}, and not ${method}.`,
    next: () => 'Nothing was changed. See docs/reference/http-api.md for the resources of the API.',
  }),
};
