import { entry } from './problem.ts';

/** Problems of sessions that people ask for. */
export const brokerEntries = {
  SESSION_RECORDED: entry<{ request: string }>({
    exit: 5,
    status: 409,
    cause: ({ request }) =>
      `A session for request ${request} is on the record already; its credentials are not given out twice.`,
    next: () => 'Ask again.',
  }),
  SIGN_IN_REFUSED: entry<{ detail: string }>({
    exit: 4,
    status: 502,
    cause: ({ detail }) => `The sign-in endpoint of the AWS console gave no token (${detail}).`,
    next: () => 'Use `drawbridge exec` with the AWS CLI instead; the session that was opened ends by itself.',
  }),
  PROGRAM_NOT_STARTED: entry<{ program: string; detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ program, detail }) => `The program ${program} could not be started (${detail}).`,
    next: () =>
      'Name an installed program after --, for example: drawbridge exec --target production --reason INC-7 -- aws s3 ls',
  }),
};
