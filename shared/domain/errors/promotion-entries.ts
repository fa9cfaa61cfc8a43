import { entry } from './problem.ts';

/** Problems of a promotion under way. */
export const promotionEntries = {
  LEASE_LOST: entry<{ environment: string; held: number; current: number }>({
    exit: 1,
    status: 409,
    cause: ({ environment, held, current }) =>
      `The lease on ${environment} with epoch ${held} is no longer valid: the current epoch is ${current}.`,
    next: () =>
      'Another promotion took over; nothing was changed. Look at `drawbridge status` and promote again if needed.',
  }),
};
