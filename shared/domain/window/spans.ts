/** A window as spans of time: from an instant until another. */
import { instantsOf, wallAt } from './wall-clock.ts';
import { type Window, weekdays } from './window.ts';

/** In milliseconds since 1970; `until` is no part of it. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * The first span of a window that is not over at an instant, or undefined where none comes any more. It begins when clocks show its begin
 * for the first time, and ends when they show its end for the last time, so that it holds whenever they show a time inside it. Of a span
 * that clocks skip as a whole nothing is left.
 */
export function spanAt(window: Window, instant: number): Span | undefined {
  if (window.once !== undefined) {
    const { from, to } = window.once;
    const span = spanBetween(window.timeZone, Date.parse(`${from}Z`), Date.parse(`${to}Z`));
    return isLeft(span, instant) ? span : undefined;
  }
  const weekly = window.weekly as NonNullable<Window['weekly']>;
  const today = Math.floor(wallAt(window.timeZone, instant) / day);
  // What began yesterday may go on.
  for (let date = today - 1; ; date += 1) {
    // The first day of 1970 was a Thursday.
    if (!weekly.days.includes(weekdays[(date + 4) % 7] as (typeof weekdays)[number])) continue;
    const [begins, ends] = [millisecondsOf(weekly.from), millisecondsOf(weekly.to)];
    const last = ends <= begins ? date + 1 : date;
    const span = spanBetween(window.timeZone, date * day + begins, last * day + ends);
    if (isLeft(span, instant)) return span;
  }
}

function spanBetween(timeZone: string, from: number, to: number): Span {
  return { from: instantsOf(timeZone, from).first, until: instantsOf(timeZone, to).last };
}

function isLeft({ from, until }: Span, instant: number): boolean {
  return until > from && until > instant;
}

/** `08:30` in milliseconds since midnight. */
function millisecondsOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number) as [number, number];
  return (hours * 60 + minutes) * minute;
}
