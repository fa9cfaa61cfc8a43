import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { AwsError } from '../aws-error.ts';

/** AWS::STS limits (STS API Reference, AssumeRole). */
const word = '[\\w+=,.@-]*';
const externalIdPattern = '[\\w+=,.@:\\/-]*';

/**
 * Checks every member of the request at once and throws ValidationError in AWS's wording: "2 validation errors detected: Value … at …
 * failed to satisfy constraint: …; …". What the sandbox does not model (managed session policies, MFA) is refused, not ignored.
 */
export function requireValidAssumeRole(input: AssumeRoleCommandInput): void {
  const { RoleArn = '', RoleSessionName = '', DurationSeconds, ExternalId, SourceIdentity, Policy } = input;
  const violations = [
    ...lengthViolations('roleArn', RoleArn, [20, 2048]),
    ...textViolations('roleSessionName', RoleSessionName, { length: [2, 64], pattern: word }),
    ...durationViolations(DurationSeconds),
    ...(ExternalId === undefined
      ? []
      : textViolations('externalId', ExternalId, { length: [2, 1224], pattern: externalIdPattern })),
    ...(SourceIdentity === undefined
      ? []
      : textViolations('sourceIdentity', SourceIdentity, { length: [2, 64], pattern: word })),
    ...(Policy === undefined ? [] : lengthViolations('policy', Policy, [1, 2048])),
    ...tagViolations(input),
  ];
  if (violations.length > 0) {
    const count = `${violations.length} validation error${violations.length > 1 ? 's' : ''} detected`;
    throw new AwsError('ValidationError', `${count}: ${violations.join('; ')}`);
  }
  requireModelled(input);
  if (!/^arn:[a-z-]+:iam::\d{12}:role\/./.test(RoleArn)) throw new AwsError('ValidationError', `${RoleArn} is invalid`);
  requireValidTags(input);
}

const violation = (value: unknown, member: string, constraint: string): string =>
  `Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;

function textViolations(member: string, value: string, limit: { length: [number, number]; pattern: string }): string[] {
  const matches = new RegExp(`^${limit.pattern}$`).test(value);
  return [
    ...lengthViolations(member, value, limit.length),
    ...(matches ? [] : [violation(value, member, `satisfy regular expression pattern: ${limit.pattern}`)]),
  ];
}

function lengthViolations(member: string, value: string, [least, most]: [number, number]): string[] {
  if (value.length < least) return [violation(value, member, `have length greater than or equal to ${least}`)];
  return value.length > most ? [violation(value, member, `have length less than or equal to ${most}`)] : [];
}

function durationViolations(seconds: number | undefined): string[] {
  if (seconds === undefined) return [];
  if (seconds < 900) return [violation(seconds, 'durationSeconds', 'have value greater than or equal to 900')];
  return seconds > 43_200 ? [violation(seconds, 'durationSeconds', 'have value less than or equal to 43200')] : [];
}

function tagViolations({ Tags = [], TransitiveTagKeys = [] }: AssumeRoleCommandInput): string[] {
  const tooMany = (list: readonly unknown[], member: string) =>
    list.length > 50 ? [violation(`[${list.length} members]`, member, 'have length less than or equal to 50')] : [];
  return [
    ...tooMany(Tags, 'tags'),
    ...tooMany(TransitiveTagKeys, 'transitiveTagKeys'),
    ...Tags.flatMap(({ Key = '', Value = '' }, index) => [
      ...lengthViolations(`tags.${index + 1}.member.key`, Key, [1, 128]),
      ...lengthViolations(`tags.${index + 1}.member.value`, Value, [0, 256]),
    ]),
  ];
}

function requireModelled(input: AssumeRoleCommandInput): void {
  for (const member of ['PolicyArns', 'SerialNumber', 'TokenCode', 'ProvidedContexts'] as const) {
    if (input[member] === undefined || input[member].length === 0) continue;
    throw new AwsError('ValidationError', `The sandbox does not model ${member} of AssumeRole.`);
  }
}

/** Tag keys are not case-sensitive; a transitive key must be one of the tags passed. */
function requireValidTags({ Tags = [], TransitiveTagKeys = [] }: AssumeRoleCommandInput): void {
  const keys = Tags.map(({ Key = '' }) => Key.toLowerCase());
  if (new Set(keys).size < keys.length) {
    throw invalidParameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  }
  if (keys.some((key) => key.startsWith('aws:'))) {
    throw invalidParameter('System tags cannot be added: a tag key must not begin with aws:.');
  }
  if (TransitiveTagKeys.some((key) => !keys.includes(key.toLowerCase()))) {
    throw invalidParameter('The specified transitive tag key must be included in the requested tags.');
  }
}

/** Also for what only shows against the calling session. */
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
