/** Everything that is wrong with a body, each at its own place. */
import type * as z from 'zod';
import { fieldsAt, unknownField } from '../config/unknown-field.ts';
import { DrawbridgeError, problem } from '../errors/catalogue.ts';
import { pointerOf } from '../errors/pointer.ts';
import type { Fault, Problem } from '../errors/problem.ts';
import { shown } from './shown.ts';

/** A body may be wrong in many thousand places; an answer names this many. */
const most = 20;

interface Checked {
  readonly body: unknown;
  readonly schema: z.ZodType;
}

/**
 * The refusal for what a schema says about a body: FIELD_NOT_ALLOWED or FIELD_UNKNOWN where the body says more than it may, otherwise
 * BODY_INVALID; with all faults as its `errors`.
 */
export function schemaRefusal(issues: readonly z.core.$ZodIssue[], { body, schema }: Checked): DrawbridgeError {
  const some = issues.slice(0, most);
  const unknown = some.flatMap((issue) => unknownFields(issue, schema)).slice(0, most);
  const wrong = some.flatMap((issue) => (issue.code === 'unrecognized_keys' ? [] : [faultOf(issue, body)]));
  const errors = [...unknown.map(asFault), ...wrong].slice(0, most);
  const first = unknown.find(({ code }) => code === 'FIELD_NOT_ALLOWED') ?? unknown[0];
  return first === undefined ? invalidBody(errors) : new DrawbridgeError({ ...first, errors });
}

/** BODY_INVALID with its faults. */
export function invalidBody(errors: readonly Fault[]): DrawbridgeError {
  const detail = errors.map((error) => `${error.pointer} ${error.detail}`.trim()).join('; ');
  return new DrawbridgeError({ ...problem('BODY_INVALID', { detail }), errors });
}

/** A problem of a field among the faults of a body. */
export function asFault({ code, cause, place }: Problem): Fault {
  return { code, pointer: place.pointer ?? '', detail: cause.replace(/\.$/, '') };
}

function unknownFields(issue: z.core.$ZodIssue, schema: z.ZodType): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const known = fieldsAt(schema, issue.path);
  return issue.keys
    .slice(0, most)
    .map((key) => unknownField(shown(key), known, { pointer: pointer([...issue.path, key]) }));
}

function faultOf(issue: z.core.$ZodIssue, body: unknown): Fault {
  const missing = issue.code !== 'invalid_key' && valueAt(body, issue.path) === undefined;
  const own = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  const code = missing ? 'FIELD_MISSING' : typeof own === 'string' ? own : 'FIELD_INVALID';
  return { code, pointer: pointer(issue.path), detail: missing ? 'is missing' : issue.message };
}

function pointer(path: readonly PropertyKey[]): string {
  return pointerOf(path.map((segment) => shown(String(segment))));
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((found, segment) => (found as Record<PropertyKey, unknown>)[segment], body);
}
