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
  MESSAGE_ABSENT: entry<{ where: string }>({
    exit: 2,
    status: 422,
    cause: ({ where }) => `There is no encoded authorization message in ${where}.`,
    next: () =>
      'Give the whole error, or --promotion of one whose stack failed for a missing permission. Most services do not encode what they deny: they say it.',
  }),
  MESSAGE_CUT: entry<{ where: string }>({
    exit: 2,
    status: 422,
    cause: ({ where }) => `The encoded authorization message in ${where} is not whole.`,
    next: () =>
      'Do not copy a shortened line: use --promotion. Where CloudFormation itself cut it, take the message from the failed call in CloudTrail of that account.',
  }),
  MESSAGE_UNDECODABLE: entry<{ where: string; account: string }>({
    exit: 2,
    status: 422,
    cause: ({ where, account }) => `AWS STS cannot decode the authorization message in ${where} in account ${account}.`,
    next: () =>
      'It lacks its end, or it is of another account: name the target in which the call was denied, and take the message from CloudTrail if it was cut.',
  }),
  PROGRAM_NOT_STARTED: entry<{ program: string; detail: string }>({
    exit: 2,
    status: 400,
    cause: ({ program, detail }) => `The program ${program} could not be started (${detail}).`,
    next: () =>
      'Name an installed program after --, for example: drawbridge exec --target production --reason INC-7 -- aws s3 ls',
  }),
};
