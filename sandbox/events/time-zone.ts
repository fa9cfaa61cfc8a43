const day = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** True for a name of the IANA database, as EventBridge Scheduler takes it. */
export function isTimeZone(zone: string): boolean {
  try {
    return /^[A-Za-z]/.test(zone) && formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

/**
 * The first moment after `after` at which the clocks of the zone show a time that `next` finds, on a clock without zones. Times the clocks
 * skip are skipped, times they show twice count once (EventBridge Scheduler User Guide, "Daylight savings time on EventBridge Scheduler").
 */
export function nextInZone(
  zone: string,
  after: number,
  next: (after: number) => number | undefined,
): number | undefined {
  let shown = next(after + offsetAt(zone, after));
  while (shown !== undefined) {
    const moment = momentOf(zone, shown);
    if (moment !== undefined && moment > after) return moment;
    shown = next(shown);
  }
  return undefined;
}

/** When the clocks of the zone show this; the first time of two, undefined if they never do. */
export function momentOf(zone: string, shown: number): number | undefined {
  const offsets = [offsetAt(zone, shown - day), offsetAt(zone, shown + day)];
  return offsets
    .map((offset) => shown - offset)
    .sort((left, right) => left - right)
    .find((moment) => moment + offsetAt(zone, moment) === shown);
}

/** How far the clocks of the zone are ahead of UTC at a moment. */
function offsetAt(zone: string, moment: number): number {
  if (zone === 'UTC') return 0;
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(moment)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 1, day: date, hour, minute, second } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(moment / 1000) * 1000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const number = 'numeric' as const;
  const made = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: zone, hourCycle: 'h23', year: number, month: number, day: number },
    ...{ hour: number, minute: number, second: number },
  });
  formats.set(zone, made);
  return made;
}
