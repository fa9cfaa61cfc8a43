/**
 * Schedules in the ledger, as policies are: each version is an item that is written once, and the current item follows the newest of them.
 * Beside them every firing, with what came of it.
 */
import * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Instant, Name } from '#shared/domain/identifiers.ts';
import { type Firing, FiringRecord, Schedule, type ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import { changeItem, getItem, type Item, type Ledger, putNew, queryItems, queryLast, withoutKeys } from './table.ts';

const StoredVersion = z.strictObject({
  name: Name,
  version: z.int().positive(),
  /** Absent once the schedule was removed. */
  schedule: Schedule.exactOptional(),
  appliedBy: z.string(),
  appliedAt: Instant,
});
type StoredVersion = z.infer<typeof StoredVersion>;

const schedules = 'SCHEDULES';

/** The schedules that hold now, by name. */
export async function listSchedules(ledger: Ledger): Promise<ScheduleRecord[]> {
  return (await queryItems(ledger, schedules, 'SCHEDULE#')).flatMap((item) => recordOf(storedIn(item)) ?? []);
}

/** The schedule that holds now, if any does. */
export async function findSchedule(ledger: Ledger, name: string): Promise<ScheduleRecord | undefined> {
  const current = await readCurrent(ledger, name);
  return current && recordOf(current);
}

export interface AppliedSchedule {
  readonly name: string;
  /** What is to hold from now on; undefined removes the schedule. */
  readonly schedule: Schedule | undefined;
  /** The version that held when it was decided on: 0 where there was none. */
  readonly seen: number;
  readonly by: string;
  readonly at: string;
}

/**
 * Writes the next version and makes it the current one. Throws SCHEDULE_VERSION, and changes nothing, when another one came meanwhile. A
 * version whose writer ended before it became current becomes so here: it was accepted first.
 */
export async function applySchedule(ledger: Ledger, applied: AppliedSchedule): Promise<number> {
  const { name, schedule, by, at } = applied;
  const before = await readCurrent(ledger, name);
  const holding = before?.schedule === undefined ? 0 : before.version;
  if (applied.seen !== holding) throw overtaken(name, applied.seen, holding);
  const next: StoredVersion = {
    name,
    version: (before?.version ?? 0) + 1,
    ...(schedule === undefined ? {} : { schedule }),
    appliedBy: by,
    appliedAt: at,
  };
  if (await putNew(ledger, { ...versionKey(next), ...next })) {
    await makeCurrent(ledger, next);
    return next.version;
  }
  const first = await getItem(ledger, versionKey(next));
  if (first !== undefined) await makeCurrent(ledger, storedIn(first));
  throw overtaken(name, applied.seen, next.version);
}

/** SCHEDULE_VERSION: what was decided on is not what holds. 0 is no schedule. */
export function overtaken(schedule: string, seen: number, now: number) {
  const word = (version: number) => (version === 0 ? 'none' : `${version}`);
  return failure('SCHEDULE_VERSION', { schedule, seen: word(seen), now: word(now) });
}

/** Records what comes of a firing, once; answers what is on record then: of two deliveries, the first one's. */
export async function recordFiring(ledger: Ledger, firing: FiringRecord): Promise<FiringRecord> {
  if (await putNew(ledger, { ...firingKey(firing), ...firing })) return firing;
  return (await findFiring(ledger, firing)) ?? firing;
}

export async function findFiring(
  ledger: Ledger,
  firing: Pick<Firing, 'schedule' | 'scheduledTime'>,
): Promise<FiringRecord | undefined> {
  const item = await getItem(ledger, firingKey(firing));
  return item === undefined ? undefined : FiringRecord.parse(withoutKeys(item));
}

/** Notes which promotion a firing asked for, or why it was refused. Once: what stands there stays. */
export async function concludeFiring(
  ledger: Ledger,
  firing: Pick<Firing, 'schedule' | 'scheduledTime'>,
  end: Pick<FiringRecord, 'outcome' | 'promotion' | 'reason'>,
): Promise<void> {
  const { outcome, promotion, reason } = end;
  const [field, value] = promotion === undefined ? ['reason', reason] : ['promotion', promotion];
  await changeItem(ledger, firingKey(firing), {
    UpdateExpression: `SET outcome = :outcome, ${field} = :value`,
    ConditionExpression: 'attribute_not_exists(promotion) AND attribute_not_exists(reason)',
    ExpressionAttributeValues: { ':outcome': outcome, ':value': value },
  });
}

/** The newest firings of a schedule, newest first. */
export async function listFirings(ledger: Ledger, schedule: string, limit: number): Promise<FiringRecord[]> {
  if (!Name.safeParse(schedule).success) return [];
  const items = await queryLast(ledger, { pk: `SCHEDULE#${schedule}`, prefix: 'FIRED#' }, limit);
  return items.map((item) => FiringRecord.parse(withoutKeys(item)));
}

async function readCurrent(ledger: Ledger, name: string): Promise<StoredVersion | undefined> {
  if (!Name.safeParse(name).success) return undefined;
  const item = await getItem(ledger, currentKey(name));
  return item === undefined ? undefined : storedIn(item);
}

/** Only forward: a version that came later stays. */
async function makeCurrent(ledger: Ledger, { schedule, ...stored }: StoredVersion): Promise<void> {
  const set = '#name = :name, version = :version, appliedBy = :by, appliedAt = :at';
  await changeItem(ledger, currentKey(stored.name), {
    UpdateExpression: schedule === undefined ? `SET ${set} REMOVE #schedule` : `SET ${set}, #schedule = :schedule`,
    ConditionExpression: 'attribute_not_exists(pk) OR version < :version',
    ExpressionAttributeNames: { '#name': 'name', '#schedule': 'schedule' },
    ExpressionAttributeValues: {
      ...{ ':name': stored.name, ':version': stored.version, ':by': stored.appliedBy, ':at': stored.appliedAt },
      ...(schedule === undefined ? {} : { ':schedule': schedule }),
    },
  });
}

function recordOf({ schedule, version, appliedBy, appliedAt }: StoredVersion): ScheduleRecord | undefined {
  return schedule === undefined ? undefined : { schedule, version, appliedBy, appliedAt };
}

function storedIn(item: Item): StoredVersion {
  return StoredVersion.parse(withoutKeys(item));
}

function currentKey(name: string) {
  return { pk: schedules, sk: `SCHEDULE#${name}` };
}

/** Numbers sort as text as long as they are equally long. */
function versionKey({ name, version }: Pick<StoredVersion, 'name' | 'version'>) {
  return { pk: `SCHEDULE#${name}`, sk: `VERSION#${String(version).padStart(8, '0')}` };
}

function firingKey({ schedule, scheduledTime }: Pick<Firing, 'schedule' | 'scheduledTime'>) {
  return { pk: `SCHEDULE#${schedule}`, sk: `FIRED#${scheduledTime}` };
}
