/** What a request must look like before anything is done. Quotas: CloudFormation User Guide, "Understand CloudFormation quotas". */
import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import { limitExceeded, validationError } from './errors.ts';

const namePattern = '[a-zA-Z][-a-zA-Z0-9]*';
const tokenPattern = '[a-zA-Z0-9][-a-zA-Z0-9]*';

/** A stack or change set name: `[a-zA-Z][-a-zA-Z0-9]*`, at most 128 characters. */
export function checkName(field: 'stackName' | 'changeSetName', value: string | undefined): string {
  if (value === undefined || value === '') throw constraint(field, value ?? '', 'length greater than or equal to 1');
  if (value.length > 128) throw constraint(field, value, 'length less than or equal to 128');
  if (!new RegExp(`^${namePattern}$`).test(value)) throw pattern({ field, value, expected: namePattern });
  return value;
}

/** A client token: at most 128 characters. */
export function checkToken(field: 'clientToken' | 'clientRequestToken', value: string | undefined): void {
  if (value === undefined) return;
  if (value.length > 128) throw constraint(field, value, 'length less than or equal to 128');
  if (field === 'clientRequestToken' && !new RegExp(`^${tokenPattern}$`).test(value)) {
    throw pattern({ field, value, expected: tokenPattern });
  }
}

/** At most 50 tags, unique keys of 1–128 characters outside `aws:`, values of at most 256. */
export function checkTags(tags: readonly Tag[] | undefined): Record<string, string> {
  if (tags === undefined) return {};
  if (tags.length > 50) throw validationError('Maximum number of tags exceeded. Maximum allowed is 50.');
  const checked: Record<string, string> = {};
  for (const { Key = '', Value = '' } of tags) {
    if (Key === '' || Key.length > 128) throw constraint('tags.member.key', Key, 'length between 1 and 128');
    if (Value.length > 256) throw constraint('tags.member.value', Value, 'length less than or equal to 256');
    if (/^aws:/i.test(Key)) throw validationError('aws: prefixed tag key names are not allowed for external use.');
    if (Key in checked)
      throw validationError(`Duplicate tag keys found. Please note that Tag keys are case insensitive.`);
    checked[Key] = Value;
  }
  return checked;
}

/** At most 200 parameters of 4,096 bytes. */
export function checkParameters(parameters: readonly Parameter[] | undefined): readonly Parameter[] {
  const given = parameters ?? [];
  if (given.length > 200) throw limitExceeded('Number of parameters exceeds the limit of 200.');
  for (const { ParameterKey, ParameterValue = '' } of given) {
    if (Buffer.byteLength(ParameterValue) > 4_096) {
      throw validationError(`Parameter value for parameter name ${ParameterKey} exceeds the limit of 4096 bytes.`);
    }
  }
  return given;
}

/** A page of a list. The token is the index of the next item. */
export function page<Item>(
  items: readonly Item[],
  token: string | undefined,
  size: number,
): { readonly items: Item[]; readonly NextToken?: string } {
  const from = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(from) || from < 0 || from > items.length)
    throw validationError('The specified NextToken is not valid.');
  const next = from + size;
  return { items: items.slice(from, next), ...(next < items.length ? { NextToken: String(next) } : {}) };
}

function constraint(field: string, value: string, wanted: string): Error {
  return validationError(
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must have ${wanted}`,
  );
}

function pattern(failure: { field: string; value: string; expected: string }): Error {
  return validationError(
    `1 validation error detected: Value '${failure.value}' at '${failure.field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${failure.expected}`,
  );
}
