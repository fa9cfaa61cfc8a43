/** A field that a schema does not have: what was probably meant, or why it can never be given. */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import { closest } from './did-you-mean.ts';

const reasons: Readonly<Record<string, string>> = {
  role: 'roles are derived from the account',
  roles: 'roles are derived from the account',
  roleArn: 'roles are derived from the account',
  externalId: 'it is made when the account is onboarded, and the ledger keeps it',
  profile: 'the command line takes --profile',
  accessKeyId: 'there are no static keys',
  secretAccessKey: 'there are no static keys',
  actor: 'who asks is taken from what was authenticated',
};

/** FIELD_NOT_ALLOWED for what is never given, otherwise FIELD_UNKNOWN with the closest of the fields there are. */
export function unknownField(key: string, known: readonly string[], place: Place): Problem {
  const reason = Object.hasOwn(reasons, key) ? reasons[key] : undefined;
  if (reason !== undefined) return problem('FIELD_NOT_ALLOWED', { key, reason }, place);
  return problem('FIELD_UNKNOWN', { key, suggestion: closest(key, known), known }, place);
}

/** Names of the fields that a schema has at a path, through lists, maps, alternatives and what may be left out. */
export function fieldsAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => fieldsAt(option, path));
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodExactOptional) return fieldsAt(schema.unwrap(), path);
  const [segment, ...rest] = path;
  if (schema instanceof z.ZodArray) return fieldsAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return fieldsAt(schema.valueType, rest);
  const { shape } = schema as z.ZodObject;
  return segment === undefined ? Object.keys(shape) : fieldsAt(shape[String(segment)] as z.core.$ZodType, rest);
}
