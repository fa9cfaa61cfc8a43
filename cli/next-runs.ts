/** When a schedule fires next, as EventBridge Scheduler reads its expression. */
import { Cron } from 'croner';
import type { Schedule } from '#shared/domain/schedule/schedule.ts';

type Timed = Pick<Schedule, 'expression' | 'timezone'>;

const unitMilliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * The next `count` runs after `from`. A rate counts from `appliedAt`, so its runs are to the minute at best. What the clocks of the zone skip
 * in spring does not run (EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler").
 */
export function nextRuns(
  { expression, timezone = 'UTC' }: Timed,
  { from, count, appliedAt }: { from: Date; count: number; appliedAt: Date },
): Date[] {
  const [, kind, inside = ''] = /^(\w+)\((.*)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateRuns(inside, { from, count, appliedAt });
  if (kind === 'at') return atRuns(inside, timezone).filter((run) => run > from);
  const cron = new Cron(cronerPattern(inside), { timezone, alternativeWeekdays: true, paused: true });
  const runs: Date[] = [];
  for (let next = cron.nextRun(from); next !== null && runs.length < count; next = cron.nextRun(next))
    // Where the clocks skip the time, croner takes the next one that exists.
    if (cron.match(next)) runs.push(next);
  return runs;
}

function atRuns(inside: string, timezone: string): Date[] {
  const run = new Cron(inside, { timezone, paused: true }).nextRun(new Date(0));
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short', timeStyle: 'medium' });
  return run !== null && shown.format(run).replace(' ', 'T') === inside ? [run] : [];
}

function rateRuns(inside: string, { from, count, appliedAt }: { from: Date; count: number; appliedAt: Date }): Date[] {
  const [amount, unit = ''] = inside.split(' ');
  const every = Number(amount) * (unitMilliseconds[unit.replace(/s$/, '')] ?? 0);
  const passed = Math.max(0, Math.floor((from.getTime() - appliedAt.getTime()) / every));
  return Array.from({ length: count }, (_, index) => new Date(appliedAt.getTime() + (passed + index + 1) * every));
}

/** EventBridge begins with minutes, croner with seconds; and `5/15` is `5-59/15` there. */
function cronerPattern(inside: string): string {
  const ends = [59, 23, 31, 12, 7, 2199];
  const fields = inside.split(' ').map((field, index) => field.replace(/(^|,)(\w+)\/(\d+)/g, `$1$2-${ends[index]}/$3`));
  return `0 ${fields.join(' ')}`;
}
