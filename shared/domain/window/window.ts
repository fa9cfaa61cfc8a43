/**
 * Windows: when rollouts may start, or must not, by the clocks of a time zone. Times are local on purpose: what is meant is "nights of
 * Berlin", in summer as in winter.
 */
import * as z from 'zod';
import { Name } from '../identifiers.ts';
import { Timezone } from '../schedule/expression.ts';

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const timeHelp = 'expected a time such as 08:30';
const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, timeHelp);
/** The end of a day has a name of its own, so that a whole day can be said. */
const EndOfDay = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, `${timeHelp}, or 24:00`);

/** A date that does not exist is refused: whoever wrote it meant another one, and nobody knows which. */
const LocalDateTime = z
  .string()
  .refine(isDateTime, 'expected a date and a time that exist, such as 2026-12-24T18:00, without an offset');

const Weekly = z
  .strictObject({
    days: z.array(z.enum(weekdays)).min(1),
    from: TimeOfDay,
    /** At or before `from`, it is on the next day. */
    to: EndOfDay,
  })
  .refine(({ from, to }) => from !== to, {
    path: ['to'],
    error: 'expected another time than from; a whole day is 00:00 to 24:00',
  });

const Once = z.strictObject({ from: LocalDateTime, to: LocalDateTime }).refine(({ from, to }) => from < to, {
  path: ['to'],
  error: 'expected a time after from',
});

export const Window = z
  .strictObject({
    name: Name,
    kind: z.enum(['allow', 'deny']),
    timeZone: Timezone,
    weekly: Weekly.exactOptional(),
    once: Once.exactOptional(),
  })
  .refine(({ weekly, once }) => (weekly === undefined) !== (once === undefined), 'expected either weekly or once');
export type Window = z.infer<typeof Window>;

function isDateTime(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}Z`);
  // What Date moves on to another day does not exist.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
