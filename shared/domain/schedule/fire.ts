/** What a firing means: nothing, and why; or which release goes where. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import type { Promotion } from '../promotion/records.ts';
import { type Firing, type FiringRecord, latenessOf, type Schedule, type ScheduleRecord } from './schedule.ts';

/** Why the firing does not count, whatever there is to promote, or undefined. */
export function unfit(firing: Firing, record: ScheduleRecord | undefined, now: string): Problem | undefined {
  const { schedule, version, scheduledTime } = firing;
  if (record === undefined) return problem('SCHEDULE_UNKNOWN', { schedule });
  if (version !== record.version)
    return problem('SCHEDULE_VERSION', { schedule, seen: `${version}`, now: `${record.version}` });
  if (record.schedule.enabled === false) return problem('SCHEDULE_PAUSED', { schedule });
  const late = Math.floor((Date.parse(now) - Date.parse(scheduledTime)) / 1000);
  const allowed = latenessOf(record.schedule);
  return late > allowed ? problem('SCHEDULE_LATE', { schedule, late, allowed }) : undefined;
}

/** A release as a schedule looks at it. */
export interface Candidate {
  readonly digest: string;
  readonly id: string;
  /** Its environments, in order. */
  readonly journey: readonly string[];
  /** Where this very release was verified. */
  readonly verifiedIn: ReadonlySet<string>;
}

/** Verified in every environment before the first one it would go to; the first of the journey asks for nothing. */
export function isEligible(schedule: Schedule, { journey, verifiedIn }: Candidate): boolean {
  const wanted = environmentsFor(schedule, journey);
  if (schedule.environments?.some((environment) => !journey.includes(environment))) return false;
  return journey.slice(0, journey.indexOf(`${wanted[0]}`)).every((environment) => verifiedIn.has(environment));
}

/** The environments the release would go to, in its order. */
function environmentsFor({ environments }: Schedule, journey: readonly string[]): string[] {
  return journey.filter((environment) => environments === undefined || environments.includes(environment));
}

/** What is where now, and what is under way. */
export interface Whereabouts {
  readonly running: readonly { readonly environment: string; readonly release: string }[];
  readonly underWay: readonly Pick<Promotion, 'id' | 'release' | 'environments' | 'mode'>[];
}

/** What is to be promoted; or why not: nothing may go there, it is there already, or it is on its way. */
export function chosen(
  schedule: Schedule,
  candidate: Candidate | undefined,
  { running, underWay }: Whereabouts,
):
  | { readonly kind: 'promote'; readonly environments: string[] }
  | { readonly kind: 'skip'; readonly problem: Problem } {
  const { name } = schedule.metadata;
  if (candidate === undefined)
    return {
      kind: 'skip',
      problem: problem('SCHEDULE_NOTHING_ELIGIBLE', { schedule: name, pipeline: schedule.pipeline }),
    };
  const { digest, id: releaseId } = candidate;
  const environments = environmentsFor(schedule, candidate.journey);
  const arrived = environments.every((environment) => {
    const here = running.filter((one) => one.environment === environment);
    return here.length > 0 && here.every(({ release }) => release === digest);
  });
  if (arrived) return { kind: 'skip', problem: problem('SCHEDULE_ALREADY_THERE', { releaseId, environments }) };
  const before = underWay.find(
    (one) =>
      one.release === digest &&
      one.mode === (schedule.mode ?? 'promote') &&
      environments.every((environment) => one.environments.includes(environment)),
  );
  if (before !== undefined)
    return { kind: 'skip', problem: problem('SCHEDULE_UNDER_WAY', { releaseId, promotion: before.id }) };
  return { kind: 'promote', environments };
}

/** The record of a firing that does not promote anything. */
export function skipped(firing: Firing, { code, cause }: Problem, firedAt: string): FiringRecord {
  const { schedule, scheduledTime } = firing;
  return { schedule, scheduledTime, firedAt, outcome: 'skipped', reason: { code, text: cause } };
}

/** The key of the promotion: the same for every delivery of one firing. */
export function keyOf({ scheduleArn, scheduledTime }: Firing): string {
  return `${scheduleArn}/${scheduledTime}`;
}
