import { isTimeZone, momentOf, nextInZone } from './time-zone.ts';

/** When something happens again and again, or once. `zone`: whose clocks a cron expression is about; UTC where nothing is said. */
export type ScheduleExpression =
  | { readonly kind: 'rate'; readonly everyMilliseconds: number }
  | { readonly kind: 'at'; readonly time: number }
  | { readonly kind: 'cron'; readonly fields: CronFields; readonly zone?: string };

/** The values of each field that fit; undefined is "any". Months and days of the month from 1, days of the week from 1 (Sunday). */
interface CronFields {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth?: readonly number[];
  readonly months: readonly number[];
  readonly daysOfWeek?: readonly number[];
  readonly years?: readonly number[];
}

const minute = 60_000;
const day = 86_400_000;
const unitLengths: Readonly<Record<string, number>> = { minute, hour: 60 * minute, day };

/**
 * Reads `rate(5 minutes)`, `at(2026-01-05T10:00:00)` or `cron(0 8 ? * MON-FRI *)`, by the clocks of a zone (EventBridge Scheduler User Guide,
 * schedule types). Undefined for anything else, also for the cron wildcards L, W and #, which the sandbox does not know.
 */
export function parseScheduleExpression(text: string, zone = 'UTC'): ScheduleExpression | undefined {
  const [, kind, inside = ''] = /^(rate|at|cron)\((.*)\)$/.exec(text) ?? [];
  if (!isTimeZone(zone)) return undefined;
  if (kind === 'rate') return rate(inside);
  if (kind === 'at') return at(inside, zone);
  const found = kind === 'cron' ? cron(inside) : undefined;
  return found && (zone === 'UTC' ? found : { ...found, zone });
}

/** The first firing after a moment, for a schedule that began at `start` (epoch milliseconds). Undefined when there is none within five years. */
export function nextFiring(expression: ScheduleExpression, start: number, after: number): number | undefined {
  if (expression.kind === 'at') return expression.time > after ? expression.time : undefined;
  if (expression.kind === 'cron') {
    const { fields, zone = 'UTC' } = expression;
    return nextInZone(zone, after, (shown) => nextCron(fields, shown));
  }
  const every = expression.everyMilliseconds;
  return after < start ? start : start + (Math.floor((after - start) / every) + 1) * every;
}

function rate(inside: string): ScheduleExpression | undefined {
  const [, count = '', unit = ''] = /^(\d+) (minute|hour|day)s?$/.exec(inside) ?? [];
  const length = unitLengths[unit];
  // AWS insists on the singular for one and on the plural for more.
  if (length === undefined || Number(count) < 1 || inside.endsWith('s') !== Number(count) > 1) return undefined;
  return { kind: 'rate', everyMilliseconds: Number(count) * length };
}

function at(inside: string, zone: string): ScheduleExpression | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(inside)) return undefined;
  const shown = Date.parse(`${inside}Z`);
  const time = Number.isNaN(shown) ? undefined : momentOf(zone, shown);
  return time === undefined ? undefined : { kind: 'at', time };
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function cron(inside: string): Extract<ScheduleExpression, { kind: 'cron' }> | undefined {
  const parts = inside.split(' ');
  const [minutes, hours, dayOfMonth, months, dayOfWeek, years] = parts;
  // One of the two day fields is `?`: the other decides.
  if (parts.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const read = [
    field(minutes, { from: 0, to: 59 }),
    field(hours, { from: 0, to: 23 }),
    field(dayOfMonth === '?' ? '*' : dayOfMonth, { from: 1, to: 31 }),
    field(months, { from: 1, to: 12, names: monthNames }),
    field(dayOfWeek === '?' ? '*' : dayOfWeek, { from: 1, to: 7, names: weekdayNames }),
    field(years, { from: 1970, to: 2199 }),
  ];
  if (read.some((values) => values === undefined)) return undefined;
  const [m = [], h = [], dom = [], mon = [], dow = [], y = []] = read;
  const fields: CronFields = {
    minutes: m,
    hours: h,
    months: mon,
    ...(dayOfMonth !== '?' && { daysOfMonth: dom }),
    ...(dayOfWeek !== '?' && { daysOfWeek: dow }),
    ...(years !== '*' && { years: y }),
  };
  return { kind: 'cron', fields };
}

interface Range {
  readonly from: number;
  readonly to: number;
  /** Names of the values, the first for `from`. */
  readonly names?: readonly string[];
}

function field(text: string | undefined, range: Range): number[] | undefined {
  const values = (text ?? '').split(',').map((part) => span(part, range));
  if (values.some((part) => part === undefined)) return undefined;
  return [...new Set(values.flatMap((part) => part ?? []))].sort((left, right) => left - right);
}

function span(part: string, range: Range): number[] | undefined {
  const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  const from = first === '*' ? range.from : fieldValue(first, range);
  const open = first === '*' || step !== undefined ? range.to : from;
  const to = last === undefined ? open : fieldValue(last, range);
  if (from === undefined || to === undefined || to < from || step === '0') return undefined;
  const every = Number(step ?? 1);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
}

function fieldValue(text: string, { from, to, names = [] }: Range): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? named + from : /^\d+$/.test(text) ? Number(text) : -1;
  return value >= from && value <= to ? value : undefined;
}

function nextCron(fields: CronFields, after: number): number | undefined {
  const first = Math.floor(after / day) * day;
  for (let midnight = first; midnight <= first + 5 * 366 * day; midnight += day) {
    if (!fitsDay(fields, new Date(midnight))) continue;
    const moments = fields.hours.flatMap((hour) => fields.minutes.map((at) => midnight + (hour * 60 + at) * minute));
    const found = moments.find((moment) => moment > after);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fitsDay(fields: CronFields, date: Date): boolean {
  const fits = (values: readonly number[] | undefined, value: number) => values === undefined || values.includes(value);
  return (
    fits(fields.years, date.getUTCFullYear()) &&
    fits(fields.months, date.getUTCMonth() + 1) &&
    fits(fields.daysOfMonth, date.getUTCDate()) &&
    fits(fields.daysOfWeek, date.getUTCDay() + 1)
  );
}
