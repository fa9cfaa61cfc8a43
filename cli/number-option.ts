/** Options that are numbers: read strictly, since `Number('')` is 0 and `parseInt('1h')` is 1. */
import { InvalidArgumentError, Option } from 'commander';

export interface NumberRange {
  readonly from: number;
  readonly to: number;
  /** What the number is when the option is left out. */
  readonly or: number;
}

/** A whole number within a range. Anything else is refused as wrong usage. */
export function wholeNumber(flags: string, description: string, { from, to, or }: NumberRange): Option {
  return new Option(flags, description).default(or).argParser((text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= from && value <= to) return value;
    throw new InvalidArgumentError(`It is a whole number from ${from} to ${to}.`);
  });
}
