/** Whether a resource pattern of a policy reaches a resource, whichever account it is in. */
import { matchesPattern, type Pattern, patternOf } from './wildcard.ts';

/** AWS General Reference, "Amazon Resource Names (ARNs)", and the partitions that the SDKs know. */
const partitions = ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc', 'aws-iso', 'aws-iso-b', 'aws-iso-e', 'aws-iso-f'];

/**
 * Whether the pattern covers the resource in some partition and in some account: any that twelve digits can name, so `1*`,
 * `????????????` and `123456789012` reach as far as `*` does. `service` is that part of an ARN with its region, such as `iam:`.
 */
export function reachesInSomeAccount(pattern: string, service: string, resource: string): boolean {
  const units = patternOf(pattern);
  return partitions.some((partition) => covers(units, [`arn:${partition}:${service}:`, `:${resource}`]));
}

/** Between the two texts stand the twelve digits of an account. Each `?` and each digit of the pattern meets one of them. */
function covers(pattern: Pattern, [before, after]: readonly [string, string]): boolean {
  return matchesPattern(pattern, [...before, ...Array.from({ length: 12 }, () => anyDigit), ...after]);
}

const anyDigit = { test: (character: string): boolean => /^\d$/.test(character) };
