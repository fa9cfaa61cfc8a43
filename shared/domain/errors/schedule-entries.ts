import { entry } from './problem.ts';

/** Problems of what happens without anybody asking at that moment: schedules, and what the reconciler finishes. */
export const scheduleEntries = {
  EXECUTION_ENDED: entry<{ status: string; detail: string }>({
    exit: 5,
    status: 500,
    cause: ({ status, detail }) =>
      `The execution of the promotion ended (${status}) before an outcome was recorded${detail === '' ? '' : `: ${detail}`}.`,
    next: () =>
      'Stack operations that had begun go on by themselves: look at the stacks, then take the promotion up with `drawbridge retry <promotion>`.',
  }),
  EXECUTION_UNKNOWN: entry<{ promotion: string }>({
    exit: 5,
    status: 500,
    cause: ({ promotion }) =>
      `AWS Step Functions knows no execution of promotion ${promotion}, which is on record as running.`,
    next: () => 'Look at the stacks, then take the promotion up with `drawbridge retry <promotion>`.',
  }),
  START_GIVEN_UP: entry<{ attempts: number; code: string; text: string }>({
    exit: 5,
    status: 500,
    cause: ({ attempts, code, text }) =>
      `The promotion could not be started in ${attempts} attempts. The last one: ${code}, ${text}`,
    next: () => 'Nothing was changed. Remove the cause, then promote again.',
  }),
  RECORD_BROKEN: entry<{ promotion: string; detail: string }>({
    exit: 5,
    status: 500,
    cause: ({ promotion, detail }) => `What the ledger holds of promotion ${promotion} cannot be read: ${detail}.`,
    next: () =>
      'Somebody or something wrote it past Drawbridge. It is left as it is, and after some attempts set aside; correct the item or promote again.',
  }),
};
