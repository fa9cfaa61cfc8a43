import { entry } from './problem.ts';

interface AlarmFacts {
  readonly alarm: string;
  readonly target: string;
  readonly state: string;
  readonly why: string;
  /** Where the alarm is shown. */
  readonly link: string;
}

const told = ({ state, why, link }: AlarmFacts) => `${state}. ${why} See ${link}`;

/** What verifications and soaks find, or cannot find out. */
export const verificationEntries = {
  PROBE_FAILED: entry<{ probe: string; target: string; reason: string }>({
    exit: 1,
    status: 409,
    cause: ({ probe, target, reason }) => `The verification ${probe} in ${target} says no: ${reason}.`,
    next: () => 'Look at what it answered with `drawbridge status <promotion>`, correct the release and promote that.',
  }),
  PROBE_ERROR: entry<{ probe: string; target: string; reason: string }>({
    exit: 5,
    status: 502,
    cause: ({ probe, target, reason }) => `The verification ${probe} in ${target} could not be asked: ${reason}.`,
    next: () =>
      'The target was not judged, and nothing is rolled back by itself. Repair the verification, then retry the promotion.',
  }),
  SOAK_NOT_READY: entry<AlarmFacts>({
    exit: 1,
    status: 409,
    cause: (facts) => `${facts.target} cannot be watched, since alarm ${facts.alarm} is not OK: ${told(facts)}`,
    next: () =>
      'Find out why it is not OK, or give the target the alarm, then retry the promotion. A rollback needs no alarm; a release that mends the cause may leave it out of `soak.alarms`.',
  }),
  SOAK_FAILED: entry<AlarmFacts>({
    exit: 1,
    status: 409,
    cause: (facts) => `Alarm ${facts.alarm} ended the soak of ${facts.target}: ${told(facts)}`,
    next: () =>
      'Find out why the alarm went off. Retry the promotion once the cause is gone, or promote a better release.',
  }),
};
