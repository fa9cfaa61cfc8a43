/** Spans of time as people write them: `30m`, `2h`, `3d`. */
import * as z from 'zod';

const seconds = { m: 60, h: 3600, d: 86_400 } as const;

/** From one minute to fourteen days: a promotion itself ends after thirty. */
const longest = 14 * seconds.d;

export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[mhd]$/, 'expected a number of minutes, hours or days, for example 30m, 2h or 3d')
  .refine((text) => secondsOf(text) <= longest, 'expected at most 14d');

/** Seconds of a valid duration. */
export function secondsOf(duration: string): number {
  return Number(duration.slice(0, -1)) * seconds[duration.at(-1) as keyof typeof seconds];
}
