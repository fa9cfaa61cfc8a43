/** What STS asks of the members of a request (STS API Reference), with its own words for what violates it. */
import { AwsError } from '../aws-error.ts';

/** The pattern of session names and source identities. */
export const word = '[\\w+=,.@-]*';

/** Throws ValidationError telling every violation at once: "2 validation errors detected: …; …". */
export function requireNone(violations: readonly string[]): void {
  if (violations.length === 0) return;
  const count = `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected`;
  throw new AwsError('ValidationError', `${count}: ${violations.join('; ')}`);
}

/** Throws ValidationError for a text of valid length that is not the ARN of a role. */
export function requireRoleArn(text: string): void {
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/./.test(text)) throw new AwsError('ValidationError', `${text} is invalid`);
}

/** One violated constraint of a member, in AWS's wording. */
export const violation = (value: unknown, member: string, constraint: string): string =>
  `Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;

export function textViolations(
  member: string,
  value: string,
  limit: { length: [number, number]; pattern: string },
): string[] {
  const matches = new RegExp(`^${limit.pattern}$`).test(value);
  return [
    ...lengthViolations(member, value, limit.length),
    ...(matches ? [] : [violation(value, member, `satisfy regular expression pattern: ${limit.pattern}`)]),
  ];
}

export function lengthViolations(member: string, value: string, [least, most]: [number, number]): string[] {
  if (value.length < least) return [violation(value, member, `have length greater than or equal to ${least}`)];
  return value.length > most ? [violation(value, member, `have length less than or equal to ${most}`)] : [];
}

/** `most` differs: half a day for roles, a day and a half for users. */
export function durationViolations(seconds: number | undefined, most: number): string[] {
  if (seconds === undefined) return [];
  if (seconds < 900) return [violation(seconds, 'durationSeconds', 'have value greater than or equal to 900')];
  return seconds > most ? [violation(seconds, 'durationSeconds', `have value less than or equal to ${most}`)] : [];
}
