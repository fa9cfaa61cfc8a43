import { JsonShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '#sandbox/aws-error.ts';
import { requireMembers } from './input-problems.ts';

type DocumentValue = Parameters<JsonShapeDeserializer['readObject']>[1];

const EPOCH_SECONDS = 7;
export const jsonSettings = { timestampFormat: { useTrait: true, default: EPOCH_SECONDS }, jsonName: true } as const;

/**
 * The input a JSON body describes. Real endpoints drop members they do not know; the sandbox refuses them, because such a member is a
 * typing error in a client's or a state machine's parameters. Throws AwsError SerializationException or ValidationException.
 */
export function readJsonInput(schema: NormalizedSchema, body: Uint8Array): unknown {
  const input = readJsonDocument(schema, body);
  if (!schema.isUnitSchema()) requireMembers(schema, input, 'ValidationException');
  return input;
}

/** As readJsonInput, of a body that need not hold every member: REST binds some of them elsewhere. */
export function readJsonDocument(schema: NormalizedSchema, body: Uint8Array): unknown {
  const parsed = parseJson(body) ?? {};
  if (schema.isUnitSchema()) return {};
  checkTypes(schema, parsed, '');
  return new JsonShapeDeserializer(jsonSettings).readObject(schema, parsed as DocumentValue);
}

/** The body as JSON; an empty one counts as `{}`. */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'The request body is not valid JSON.');
  }
}

function checkTypes(schema: NormalizedSchema, value: unknown, path: string): void {
  if (value === null || value === undefined || schema.isDocumentSchema()) return;
  const expected = expectedType(schema);
  if (expected !== typeOf(value)) {
    throw new AwsError(
      'SerializationException',
      `${path || 'The body'}: ${typeOf(value)} can not be converted to ${expected}`,
    );
  }
  if (schema.isListSchema()) {
    for (const [index, item] of (value as unknown[]).entries())
      checkTypes(schema.getValueSchema(), item, `${path}[${index}]`);
  } else if (schema.isMapSchema()) {
    for (const [key, item] of Object.entries(value)) checkTypes(schema.getValueSchema(), item, `${path}.${key}`);
  } else if (schema.isStructSchema()) {
    checkMembers(schema, value as Record<string, unknown>, path);
  }
}

function checkMembers(schema: NormalizedSchema, value: Record<string, unknown>, path: string): void {
  const members = new Map(
    [...schema.structIterator()].map(([name, member]) => [String(member.getMergedTraits().jsonName ?? name), member]),
  );
  for (const [name, item] of Object.entries(value)) {
    const member = members.get(name);
    if (!member)
      throw new AwsError(
        'ValidationException',
        `The request has a member this operation does not have: ${path}${path && '.'}${name}`,
      );
    checkTypes(member, item, `${path}${path && '.'}${name}`);
  }
}

function expectedType(schema: NormalizedSchema): string {
  if (schema.isListSchema()) return 'an array';
  if (schema.isMapSchema() || schema.isStructSchema()) return 'an object';
  if (schema.isBooleanSchema()) return 'a boolean';
  // The SDKs send times as numbers of seconds in the protocols spoken here.
  return schema.isNumericSchema() || schema.isTimestampSchema() || schema.isBigIntegerSchema()
    ? 'a number'
    : 'a string';
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
