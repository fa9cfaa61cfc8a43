/** Faults in few words. */
import type { CallFault, Fault } from '#sandbox/fault.ts';

export interface Struck {
  /** Which calls, counted from 1; the first where nothing is said. */
  readonly nths?: readonly number[];
  readonly when?: CallFault['when'];
  /** A lost reply where nothing is said. */
  readonly what?: CallFault['what'];
  readonly account?: string;
}

/** Faults of one operation, named `service:Operation`. */
export function calls(name: string, { nths = [1], when = 'before', what = 'no-reply', account }: Struck = {}): Fault[] {
  const [service = '', operation = ''] = name.split(':');
  const place = { service, operation, ...(account === undefined ? {} : { account }) };
  return nths.map((nth) => ({ kind: 'call', ...place, nth, when, what }));
}

/** 1 to `last`: more than the three attempts an SDK client makes when it is 4. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

export function refusal(error: string, status: number): CallFault['what'] {
  return { error, message: `Injected: ${error}`, status };
}
