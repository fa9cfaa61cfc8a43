import { entry } from './problem.ts';

/** Problems that AWS answered with. */
export const remoteEntries = {
  GUARD_ACCOUNT: entry<{ expected: string; actual: string }>({
    exit: 4,
    status: 500,
    cause: ({ expected, actual }) =>
      `The session belongs to account ${actual}, but the target's account is ${expected}.`,
    next: () => 'Nothing was changed. Correct the target record with `drawbridge apply`, then promote again.',
  }),
};
