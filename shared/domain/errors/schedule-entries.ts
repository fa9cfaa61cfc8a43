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
  SCHEDULE_UNKNOWN: entry<{ schedule: string }>({
    exit: 2,
    status: 404,
    cause: ({ schedule }) => `There is no schedule ${schedule}.`,
    next: () => 'List the schedules with `drawbridge schedule list`, or apply it with `drawbridge apply`.',
  }),
  SCHEDULE_VERSION: entry<{ schedule: string; seen: string; now: string }>({
    exit: 3,
    status: 412,
    cause: ({ schedule, seen, now }) => `Version ${seen} of schedule ${schedule} does not hold; version ${now} does.`,
    next: () => 'Look at what holds with `drawbridge schedule list`, then apply the schedule again.',
  }),
  SCHEDULE_PAUSED: entry<{ schedule: string }>({
    exit: 3,
    status: 409,
    cause: ({ schedule }) => `Schedule ${schedule} is paused.`,
    next: () => 'Let it go on with `drawbridge schedule resume`.',
  }),
  SCHEDULE_LATE: entry<{ schedule: string; late: number; allowed: number }>({
    exit: 3,
    status: 409,
    cause: ({ schedule, late, allowed }) =>
      `Schedule ${schedule} fired ${late} seconds late, and may be ${allowed} seconds late.`,
    next: () => 'Promote by hand if it is still wanted, or allow more with maxLateness.',
  }),
  SCHEDULE_RELEASE_BROKEN: entry<{ schedule: string; releaseId: string; code: string }>({
    exit: 5,
    status: 500,
    cause: ({ schedule, releaseId, code }) =>
      `Schedule ${schedule} cannot tell what to promote: release ${releaseId} cannot be read (${code}).`,
    next: () =>
      'An older release would take its place, so nothing is promoted. Make the release again, or a newer one.',
  }),
  SCHEDULE_NOTHING_ELIGIBLE: entry<{ schedule: string; pipeline: string }>({
    exit: 3,
    status: 409,
    cause: ({ schedule, pipeline }) =>
      `Pipeline ${pipeline} has no release that schedule ${schedule} may promote: none was made for these environments and verified in the ones before.`,
    next: () => 'Make a release, or promote one to the environments before.',
  }),
  SCHEDULE_NOTHING_RUNS: entry<{ schedule: string; pipeline: string }>({
    exit: 3,
    status: 409,
    cause: ({ schedule, pipeline }) =>
      `Schedule ${schedule} finds no target that runs a release of pipeline ${pipeline} where it looks; what runs only in part cannot be verified.`,
    next: ({ pipeline }) =>
      `See what runs where with \`drawbridge status --pipeline ${pipeline}\`, then promote a release there.`,
  }),
  SCHEDULE_ALREADY_THERE: entry<{ releaseId: string; environments: readonly string[] }>({
    exit: 3,
    status: 409,
    cause: ({ releaseId, environments }) => `Release ${releaseId} runs in ${environments.join(', ')} already.`,
    next: () => 'There is nothing to do.',
  }),
  SCHEDULE_UNDER_WAY: entry<{ releaseId: string; promotion: string }>({
    exit: 3,
    status: 409,
    cause: ({ releaseId, promotion }) => `Release ${releaseId} is on its way already, by promotion ${promotion}.`,
    next: ({ promotion }) => `See how it stands with \`drawbridge status ${promotion}\`.`,
  }),
};
