/** What a firing means: nothing, and why; or which release goes where. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { heldBy } from '../promotion/openness.ts';
import type { Promotion } from '../promotion/records.ts';
import { covers, type Restriction } from '../restriction/restriction.ts';
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
  /** The targets of each of its environments, by name. */
  readonly members: Readonly<Record<string, readonly string[]>>;
  /** Where this very release was verified. */
  readonly verifiedIn: ReadonlySet<string>;
}

/** Verified in every environment before the first one it would go to; the first of the journey asks for nothing. */
export function isEligible(
  schedule: Pick<Schedule, 'environments'>,
  { journey, verifiedIn }: Pick<Candidate, 'journey' | 'verifiedIn'>,
): boolean {
  const wanted = environmentsFor(schedule, journey);
  if (schedule.environments?.some((environment) => !journey.includes(environment))) return false;
  return journey.slice(0, journey.indexOf(`${wanted[0]}`)).every((environment) => verifiedIn.has(environment));
}

/** The environments the release would go to, in its order. */
function environmentsFor({ environments }: Pick<Schedule, 'environments'>, journey: readonly string[]): string[] {
  return journey.filter((environment) => environments === undefined || environments.includes(environment));
}

/** What is where now, what is under way, and what is held. */
export interface Surroundings {
  readonly running: readonly { readonly environment: string; readonly target: string; readonly release: string }[];
  readonly underWay: readonly Pick<Promotion, 'id' | 'release' | 'environments' | 'mode'>[];
  /** Holds that are in force. */
  readonly holds: readonly Restriction[];
}

/** What is to be promoted, as far as nothing is held; or why not: nothing may go there, it is there already, or it is on its way. */
export function chosen(
  schedule: Schedule,
  candidate: Candidate | undefined,
  { running, underWay, holds }: Surroundings,
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
  const environments = upToHold(schedule, environmentsFor(schedule, candidate.journey), holds);
  if ('id' in environments) return { kind: 'skip', problem: heldBy(environments) };
  const arrived = environments.every((environment) => {
    // Targets come and go: what one runs that left says nothing, and one that came has everything before it.
    const targets = candidate.members[environment] ?? [];
    const here = running.filter((one) => one.environment === environment && one.release === digest);
    return targets.length > 0 && targets.every((name) => here.some(({ target }) => target === name));
  });
  if (arrived) return { kind: 'skip', problem: problem('SCHEDULE_ALREADY_THERE', { releaseId, environments }) };
  const before = alreadyAsked(schedule, { digest, id: releaseId, environments }, underWay);
  return before === undefined ? { kind: 'promote', environments } : { kind: 'skip', problem: before };
}

/** Why nothing more is asked for: a promotion of that release, for the same purpose and to all of these environments, has not ended. */
export function alreadyAsked(
  { mode = 'promote' }: Pick<Schedule, 'mode'>,
  { digest, id: releaseId, environments }: Pick<Candidate, 'digest' | 'id'> & { readonly environments: string[] },
  underWay: Surroundings['underWay'],
): Problem | undefined {
  const before = underWay.find(
    (one) =>
      one.release === digest &&
      one.mode === mode &&
      environments.every((environment) => one.environments.includes(environment)),
  );
  return before === undefined ? undefined : problem('SCHEDULE_UNDER_WAY', { releaseId, promotion: before.id });
}

/** The environments before the first one that is held; the hold where that is the very first. What is not promoted is held nowhere. */
function upToHold(
  { pipeline, mode = 'promote' }: Schedule,
  wanted: readonly string[],
  holds: readonly Restriction[],
): string[] | Restriction {
  const free: string[] = [];
  for (const environment of wanted) {
    const hold = mode === 'promote' && holds.find((one) => covers(one, { pipeline, environment }));
    if (hold) return free.length === 0 ? hold : free;
    free.push(environment);
  }
  return free;
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
