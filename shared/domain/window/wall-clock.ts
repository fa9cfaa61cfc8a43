/** What the clocks of a time zone show, and when they show it. Zones are those of the IANA database that comes with Node. */

/** An instant, or what a clock shows as if it were UTC; in milliseconds since 1970. */
type Milliseconds = number;

const minute = 60_000;
/** Around a time of a clock, its zone changes its offset at most once. Clocks are at most 14 hours from UTC, and a change skips a day at most. */
const reach = 48 * 60 * minute;

interface Zone {
  readonly format: Intl.DateTimeFormat;
  /** By the number of the quarter of an hour since 1970. */
  readonly offsets: Map<number, Milliseconds>;
}

const zones = new Map<string, Zone>();

/** What clocks of the zone show at an instant. */
export function wallAt(timeZone: string, instant: Milliseconds): Milliseconds {
  const zone = zoneOf(timeZone);
  const quarter = Math.floor(instant / step);
  const known = zone.offsets.get(quarter);
  if (known !== undefined) return instant + known;
  // `3/29/2026, 03:00:00`
  const [month, day, year, hour, minutes, seconds] = zone.format
    .format(quarter * step)
    .split(/\D+/)
    .map(Number) as Six;
  const offset = Date.UTC(year, month - 1, day, hour, minutes, seconds) - quarter * step;
  if (zone.offsets.size >= mostOffsets) zone.offsets.clear();
  zone.offsets.set(quarter, offset);
  return instant + offset;
}

type Six = [number, number, number, number, number, number];

/** Since 1972 no zone has changed its offset within a quarter of an hour. */
const step = 15 * minute;
/** Asking for an offset is slow, and the same ones are asked for again and again. */
const mostOffsets = 5000;

/**
 * The first and the last instant at which clocks of the zone show a time. They differ where clocks are put back: then a time comes twice.
 * A time that clocks skip is the instant at which they skip it.
 */
export function instantsOf(timeZone: string, wall: Milliseconds): { first: Milliseconds; last: Milliseconds } {
  const offsetAt = (instant: Milliseconds) => wallAt(timeZone, instant) - instant;
  const [before, after] = [offsetAt(wall - reach), offsetAt(wall + reach)];
  const meant = [wall - before, wall - after].filter((instant) => wallAt(timeZone, instant) === wall);
  if (meant.length > 0) return { first: Math.min(...meant), last: Math.max(...meant) };
  // Clocks were put forward between these two.
  let [earlier, later] = [wall - after, wall - before];
  while (later - earlier > minute) {
    const middle = earlier + Math.floor((later - earlier) / 2 / minute) * minute;
    if (offsetAt(middle) === before) earlier = middle;
    else later = middle;
  }
  return { first: later, last: later };
}

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const numeric = 'numeric';
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', hourCycle: 'h23', year: numeric, month: numeric, day: numeric },
    ...{ hour: numeric, minute: numeric, second: numeric },
  });
  const created = { format, offsets: new Map<number, Milliseconds>() };
  zones.set(timeZone, created);
  return created;
}
