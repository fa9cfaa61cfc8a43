/** When a schedule fires, in the words of EventBridge Scheduler (User Guide, "Schedule types in EventBridge Scheduler"). */
import * as z from 'zod';

const cronHelp = 'minutes hours day-of-month month day-of-week year, one of the two day fields being ?';

export const ScheduleExpression = z
  .string()
  .refine(
    (text) => isRate(text) || isAt(text) || isCron(text),
    `expected rate(12 hours), at(2026-01-31T08:00:00) or cron(0 8 ? * MON-FRI *): ${cronHelp}`,
  );

/** A zone of the IANA database, by its name; an offset is none. */
export const Timezone = z
  .string()
  .regex(/^[A-Za-z]+([/_+-][A-Za-z0-9]+)*$/, 'expected a time zone such as Europe/Zurich, or UTC')
  .refine(isZone, 'expected a time zone such as Europe/Zurich, or UTC');

/** A singular unit for one, a plural one for more. */
function isRate(text: string): boolean {
  const [, count, unit, plural] = /^rate\(([1-9]\d{0,4}) (minute|hour|day)(s?)\)$/.exec(text) ?? [];
  return unit !== undefined && (plural === 's') === (count !== '1');
}

function isAt(text: string): boolean {
  const instant = /^at\((\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})\)$/.exec(text)?.[1];
  // What Date moves on to another day does not exist.
  return instant !== undefined && validDate(`${instant}.000Z`) === `${instant}.000Z`;
}

function validDate(text: string): string | undefined {
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

interface Field {
  readonly from: number;
  readonly to: number;
  /** Names of the values, the first for `from`. */
  readonly names?: readonly string[];
  /** Wildcards beside `*`, ranges, lists and steps. */
  readonly wildcards?: RegExp;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
/** 1 is Sunday. */
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** `L` alone as a day of the week is Saturday, which has a name; not everything that reads such expressions takes it. */
const fields: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31, wildcards: /^(\?|L|([1-9]|[12]\d|3[01])W)$/ },
  { from: 1, to: 12, names: months },
  { from: 1, to: 7, names: weekdays, wildcards: /^(\?|[1-7]L|[1-7]#[1-5])$/ },
  { from: 1970, to: 2199 },
];

function isCron(text: string): boolean {
  const parts = /^cron\((.*)\)$/.exec(text)?.[1]?.split(' ') ?? [];
  // One of the two day fields decides, and the other one says so with a question mark.
  if (parts.length !== fields.length || (parts[2] === '?') === (parts[4] === '?')) return false;
  return fields.every((field, index) => isField(`${parts[index]}`, field));
}

function isField(text: string, field: Field): boolean {
  return field.wildcards?.test(text) === true || text.split(',').every((part) => isSpan(part, field));
}

/** `*`, `5`, `MON-FRI`, and each with a step. */
function isSpan(part: string, field: Field): boolean {
  const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/([1-9]\d{0,3}))?$/.exec(part) ?? [];
  if (first === '') return false;
  if (first === '*') return last === undefined;
  const from = numberIn(first, field);
  const to = last === undefined ? from : numberIn(last, field);
  return from !== undefined && to !== undefined && from <= to && (step === undefined || Number(step) <= field.to);
}

function numberIn(text: string, { from, to, names = [] }: Field): number | undefined {
  const named = names.indexOf(text);
  const value = named >= 0 ? named + from : /^\d{1,4}$/.test(text) ? Number(text) : -1;
  return value >= from && value <= to ? value : undefined;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
