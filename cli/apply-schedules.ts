/** What `drawbridge apply` would change about schedules. */
import type { Config } from '#shared/domain/config/config.ts';
import { fieldDifferences } from '#shared/domain/config/field-differences.ts';
import type { Schedule, ScheduleRecord } from '#shared/domain/schedule/schedule.ts';
import type { Change } from './apply-plan.ts';

export interface ScheduleChange extends Change {
  /** The version that holds; 0 where there is none. */
  readonly seen: number;
  readonly schedule?: Schedule;
}

/** Those of the files, then those that the files do not name. */
export function planSchedules(
  { schedules }: Pick<Config, 'schedules'>,
  held: readonly ScheduleRecord[],
): ScheduleChange[] {
  const named = schedules.map(({ document }) => document.metadata.name);
  const wanted = schedules.map(({ document: schedule }): ScheduleChange => {
    const { name } = schedule.metadata;
    const before = held.find((record) => record.schedule.metadata.name === name);
    const differences = fieldDifferences(before === undefined ? {} : shown(before.schedule), shown(schedule));
    const changed = differences.length === 0 ? 'unchanged' : 'changed';
    return {
      name,
      change: before === undefined ? 'created' : changed,
      differences,
      seen: before?.version ?? 0,
      schedule,
    };
  });
  const others = held
    .filter(({ schedule }) => !named.includes(schedule.metadata.name))
    .map(({ schedule, version }): ScheduleChange => {
      return { name: schedule.metadata.name, change: 'left alone', differences: [], seen: version };
    });
  return [...wanted, ...others];
}

/** Without what stands in its line anyway. */
function shown({ apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...schedule }: Schedule) {
  return schedule;
}
