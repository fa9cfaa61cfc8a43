/** A firing of a schedule: what it means is decided once and kept, and every delivery of it does the same. */

import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { isPassing } from '#shared/domain/promotion/trouble.ts';
import { journeyOf, targetsOf } from '#shared/domain/release/journey.ts';
import {
  alreadyAsked,
  type Candidate,
  chosen,
  isEligible,
  keyOf,
  skipped,
  unfit,
} from '#shared/domain/schedule/fire.ts';
import type { Firing, FiringRecord, Schedule } from '#shared/domain/schedule/schedule.ts';
import { isAboutWhatRuns, type Place, placeOf, releasesThatRun } from '#shared/domain/schedule/what-runs.ts';
import { requestPromotion } from './admission.ts';
import type { Documents } from './documents.ts';
import { listUnderWay } from './ledger/promotions.ts';
import { listReleases } from './ledger/releases.ts';
import { listRestrictionsOf } from './ledger/restrictions.ts';
import { concludeFiring, findFiring, findSchedule, recordFiring } from './ledger/schedules.ts';
import type { Ledger } from './ledger/table.ts';
import { listRunning, listTargets } from './ledger/targets.ts';
import { listVerified } from './ledger/verified.ts';
import { readRelease } from './releases.ts';

interface Around {
  readonly ledger: Ledger;
  readonly documents: Documents;
  readonly admissionFunction: string;
}

/** So many releases are looked at, newest first. */
const most = 50;

/**
 * Decides what the firing promotes, unless that is on record already, and asks admission for it with the firing's own key. A delivery that
 * broke off is finished by the next one, with the release that was chosen first.
 */
export async function fire(around: Around, firing: Firing, at: string): Promise<FiringRecord> {
  const { ledger } = around;
  const record = (await findFiring(ledger, firing)) ?? (await recordFiring(ledger, await decided(around, firing, at)));
  if (record.outcome === 'skipped' || record.promotion !== undefined) return record;
  const { schedule, release = '', environments, targets, mode } = record;
  const answer = await requestPromotion(around.admissionFunction, {
    request: { release, ...(environments && { environments }), ...(targets && { targets }), ...(mode && { mode }) },
    actor: `schedule:${schedule}`,
    idempotencyKey: keyOf(firing),
    trigger: { kind: 'schedule', source: schedule },
    at,
  });
  const end =
    answer.kind === 'accepted'
      ? { outcome: 'promoted' as const, promotion: answer.promotion.id }
      : { outcome: 'skipped' as const, reason: { code: answer.problem.code, text: answer.problem.cause } };
  await concludeFiring(ledger, firing, end);
  return { ...record, ...end };
}

async function decided(around: Around, firing: Firing, at: string): Promise<FiringRecord> {
  const { ledger } = around;
  const found = await findSchedule(ledger, firing.schedule);
  const problem = unfit(firing, found, at);
  if (problem !== undefined || found === undefined) return skipped(firing, problem as NonNullable<typeof problem>, at);
  const { schedule } = found;
  const choice = isAboutWhatRuns(schedule) ? await standing(around, schedule) : await coming(around, schedule);
  if (choice.kind === 'skip') return skipped(firing, choice.problem, at);
  const { release, releaseId, environments, targets } = choice;
  return {
    ...{ schedule: firing.schedule, scheduledTime: firing.scheduledTime, firedAt: at, outcome: 'promoted' },
    ...{ release, releaseId, environments, ...(targets && { targets }) },
    ...(schedule.mode === undefined ? {} : { mode: schedule.mode }),
  };
}

type Choice =
  | ({ readonly kind: 'ask'; readonly release: string; readonly releaseId: string } & Place)
  | { readonly kind: 'skip'; readonly problem: Problem };

/** The newest eligible release, unless it is there, on its way or held. */
async function coming(around: Around, schedule: Schedule): Promise<Choice> {
  const { ledger } = around;
  const [newest, running, underWay, holds] = await Promise.all([
    newestEligible(around, schedule),
    listRunning(ledger, schedule.pipeline),
    listUnderWay(ledger, schedule.pipeline),
    listRestrictionsOf(ledger, 'hold'),
  ]);
  if (newest.kind === 'broken') return { kind: 'skip', problem: newest.problem };
  const choice = chosen(schedule, newest.candidate, { running, underWay, holds });
  if (choice.kind === 'skip') return choice;
  const { digest: release, id: releaseId } = newest.candidate as Candidate;
  return { kind: 'ask', release, releaseId, environments: choice.environments };
}

/** What most of the targets run, verified or not. The next release where the targets of one have all gone elsewhere. */
async function standing({ ledger, documents }: Around, schedule: Schedule): Promise<Choice> {
  const { pipeline, metadata } = schedule;
  const [running, underWay, targets] = await Promise.all([
    listRunning(ledger, pipeline),
    listUnderWay(ledger, pipeline),
    listTargets(ledger),
  ]);
  for (const { digest, id } of releasesThatRun(schedule, running)) {
    const release = await readRelease(documents, digest).catch((error: Error) => brokenBy(error, schedule, id));
    if ('problem' in release) return { kind: 'skip', problem: release.problem };
    const place = placeOf(schedule, release, { running, targets });
    if (place === undefined) continue;
    const before = alreadyAsked(schedule, { ...release, ...place }, underWay);
    if (before !== undefined) return { kind: 'skip', problem: before };
    return { kind: 'ask', release: digest, releaseId: id, ...place };
  }
  return { kind: 'skip', problem: problem('SCHEDULE_NOTHING_RUNS', { schedule: metadata.name, pipeline }) };
}

type Newest =
  | { readonly kind: 'found'; readonly candidate?: Candidate }
  | { readonly kind: 'broken'; readonly problem: Problem };

/** The newest release that may go there. One that cannot be read ends the search: an older one could undo what runs. */
async function newestEligible({ ledger, documents }: Around, schedule: Schedule): Promise<Newest> {
  const targets = await listTargets(ledger);
  for (const { digest, id: releaseId } of await listReleases(ledger, schedule.pipeline, most)) {
    const release = await readRelease(documents, digest).catch((error: Error) => brokenBy(error, schedule, releaseId));
    if ('problem' in release) return release;
    const verifiedIn = await listVerified(ledger, digest);
    const journey = journeyOf(release);
    const members = Object.fromEntries(
      journey.map((name) => [name, targetsOf(release, name, targets).map((target) => target.name)]),
    );
    const candidate = { digest, id: release.id, journey, members, verifiedIn };
    if (isEligible(schedule, candidate)) return { kind: 'found', candidate };
  }
  return { kind: 'found' };
}

/** Throws what passes by itself: EventBridge Scheduler tries the firing again. */
function brokenBy(error: Error, { metadata }: Schedule, releaseId: string) {
  if (isPassing(error.name)) throw error;
  const facts = { schedule: metadata.name, releaseId, code: error.name };
  return { kind: 'broken', problem: problem('SCHEDULE_RELEASE_BROKEN', facts) } as const;
}
