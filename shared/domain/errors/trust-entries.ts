import { entry } from './problem.ts';

/** Problems of sessions in target accounts that show before AWS is asked. */
export const trustEntries = {
  SESSION_POLICY_TOO_LONG: entry<{ step: string; length: number; limit: number }>({
    exit: 2,
    status: 500,
    cause: ({ step, length, limit }) =>
      `The session policy of step ${step} has ${length} characters, and AWS STS takes ${limit}.`,
    next: () => 'Give the artifacts bucket or its key a shorter name.',
  }),
};
