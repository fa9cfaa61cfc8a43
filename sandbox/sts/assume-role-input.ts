import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { AwsError } from '../aws-error.ts';
import {
  durationViolations,
  lengthViolations,
  requireNone,
  requireRoleArn,
  textViolations,
  violation,
  word,
} from './constraints.ts';
import { factorViolations } from './second-factor.ts';

/** STS API Reference, AssumeRole. */
const externalIdPattern = '[\\w+=,.@:\\/-]*';

/**
 * Checks every member of the request at once and throws ValidationError in AWS's wording: "2 validation errors detected: Value … at …
 * failed to satisfy constraint: …; …". What the sandbox does not model (managed session policies) is refused, not ignored.
 */
export function requireValidAssumeRole(input: AssumeRoleCommandInput): void {
  const { RoleArn = '', RoleSessionName = '', DurationSeconds, ExternalId, SourceIdentity, Policy } = input;
  const violations = [
    ...lengthViolations('roleArn', RoleArn, [20, 2048]),
    ...textViolations('roleSessionName', RoleSessionName, { length: [2, 64], pattern: word }),
    ...durationViolations(DurationSeconds, 43_200),
    ...(ExternalId === undefined
      ? []
      : textViolations('externalId', ExternalId, { length: [2, 1224], pattern: externalIdPattern })),
    ...(SourceIdentity === undefined
      ? []
      : textViolations('sourceIdentity', SourceIdentity, { length: [2, 64], pattern: word })),
    ...(Policy === undefined ? [] : lengthViolations('policy', Policy, [1, 2048])),
    ...tagViolations(input),
    ...factorViolations(input),
  ];
  requireNone(violations);
  requireModelled(input);
  requireRoleArn(RoleArn);
  const tags = (input.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value] as const);
  requireDistinctKeys(tags.map(([key]) => key));
  requireValidTags({ tags: Object.fromEntries(tags), transitiveTagKeys: input.TransitiveTagKeys ?? [] });
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
  for (const member of ['PolicyArns', 'ProvidedContexts'] as const) {
    if (input[member] === undefined || input[member].length === 0) continue;
    throw new AwsError('ValidationError', `The sandbox does not model ${member} of AssumeRole.`);
  }
}

/** Tag keys are not case-sensitive and not AWS's own; a transitive key must be one of the tags passed. Throws InvalidParameterValue. */
export function requireValidTags(passed: {
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}): void {
  const keys = Object.keys(passed.tags).map((key) => key.toLowerCase());
  requireDistinctKeys(keys);
  if (keys.some((key) => key.startsWith('aws:'))) {
    throw invalidParameter('System tags cannot be added: a tag key must not begin with aws:.');
  }
  if (passed.transitiveTagKeys.some((key) => !keys.includes(key.toLowerCase()))) {
    throw invalidParameter('The specified transitive tag key must be included in the requested tags.');
  }
}

function requireDistinctKeys(keys: readonly string[]): void {
  if (new Set(keys.map((key) => key.toLowerCase())).size === keys.length) return;
  throw invalidParameter('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
}

/** Also for what only shows against the calling session. */
export const invalidParameter = (message: string): AwsError => new AwsError('InvalidParameterValue', message);
