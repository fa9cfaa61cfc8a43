/** The largest answers that the contract of a step allows, one for each kind. */
import * as z from 'zod';
import type { Json } from '#sandbox/kernel.ts';
import { Digest, Instant, Name, PromotionId } from '#shared/domain/identifiers.ts';

/** How long lists are, by the names on the way to them: `targets`, or `waves.targets` where the shorter one is not meant. */
export type Counts = Readonly<Record<string, number>>;

const known = new Map<z.ZodType, string>([
  [Name, 'n'.repeat(63)],
  [Digest, `sha256:${'d'.repeat(64)}`],
  [PromotionId, `prm-${'f'.repeat(16)}`],
  [Instant, '2026-01-05T09:00:00.000+00:00'],
]);
/** Of a text without a limit of its own: codes and statuses are shorter, and nothing longer may travel in the state. */
const textLength = 128;

/** All kinds of values of a schema, each as large as can be. */
export function largestOf(schema: z.ZodType, counts: Counts, path: readonly string[] = []): Json[] {
  const text = known.get(schema);
  if (text !== undefined) return [text];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodNullable) {
    return largestOf(schema.unwrap() as z.ZodType, counts, path);
  }
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => largestOf(option as z.ZodType, counts, path));
  }
  if (schema instanceof z.ZodObject) return objectsOf(schema.shape as Record<string, z.ZodType>, counts, path);
  if (schema instanceof z.ZodArray) {
    const [largest = null] = largestOf(schema.element as z.ZodType, counts, path).sort((a, b) => bytes(b) - bytes(a));
    return [Array.from({ length: countOf(counts, path) }, () => largest)];
  }
  if (schema instanceof z.ZodLiteral) return [...schema.values] as Json[];
  if (schema instanceof z.ZodEnum) return [longest(schema.options.map(String))];
  if (schema instanceof z.ZodNumber) return [999_999_999];
  if (schema instanceof z.ZodBoolean) return [true];
  if (schema instanceof z.ZodString) return ['x'.repeat(schema.maxLength ?? textLength)];
  if (schema instanceof z.ZodRecord) return [{}];
  throw new Error(`${path.join('.')}: how large is ${schema.def.type}?`);
}

/** Where a member is of several kinds, there is an object for each. */
function objectsOf(shape: Record<string, z.ZodType>, counts: Counts, path: readonly string[]): Json[] {
  return Object.entries(shape).reduce<{ [key: string]: Json }[]>(
    (made, [key, member]) =>
      largestOf(member, counts, [...path, key]).flatMap((value) => made.map((one) => ({ ...one, [key]: value }))),
    [{}],
  );
}

function countOf(counts: Counts, path: readonly string[]): number {
  const names = path.map((_, index) => path.slice(index).join('.'));
  const name = names.find((one) => counts[one] !== undefined);
  if (name === undefined) throw new Error(`How long is ${path.join('.')}?`);
  return counts[name] ?? 0;
}

const bytes = (value: Json): number => JSON.stringify(value).length;
const longest = (texts: readonly string[]): string =>
  texts.reduce((one, other) => (other.length > one.length ? other : one), '');
