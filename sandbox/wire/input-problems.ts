import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '#sandbox/aws-error.ts';

/**
 * Refuses an input that lacks required members, in AWS's own words: "1 validation error detected: Value null at 'roleArn' failed to
 * satisfy constraint: Member must not be null". The SDK's runtime schemas carry no lengths, ranges or patterns, so those are the
 * services' own concern.
 */
export function requireMembers(schema: NormalizedSchema, input: unknown, code: string): void {
  const missing = missingMembers(schema, input, '');
  if (missing.length === 0) return;
  const details = missing.map(
    (path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`,
  );
  const noun = details.length === 1 ? 'error' : 'errors';
  throw new AwsError(code, `${details.length} validation ${noun} detected: ${details.join('; ')}`);
}

function missingMembers(schema: NormalizedSchema, value: unknown, path: string): string[] {
  if (value === undefined || value === null) return [];
  if (schema.isStructSchema()) return missingInStructure(schema, value as Record<string, unknown>, path);
  if (schema.isListSchema()) {
    const items = value as unknown[];
    return items.flatMap((item, index) => missingMembers(schema.getValueSchema(), item, `${path}.${index + 1}.member`));
  }
  if (schema.isMapSchema()) {
    const entries = Object.entries(value as Record<string, unknown>);
    return entries.flatMap(([key, item]) => missingMembers(schema.getValueSchema(), item, `${path}.${key}.member`));
  }
  return [];
}

function missingInStructure(schema: NormalizedSchema, value: Record<string, unknown>, path: string): string[] {
  return [...schema.structIterator()].flatMap(([name, member], index) => {
    const memberPath = `${path === '' ? '' : `${path}.`}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const isMissing = index < requiredCount(schema) && (value[name] === undefined || value[name] === null);
    return isMissing ? [memberPath] : missingMembers(member, value[name], memberPath);
  });
}

/** A static structure lists its required members first and their number last (`@smithy/types`, StaticStructureSchema). */
function requiredCount(schema: NormalizedSchema): number {
  const structure: unknown = schema.getSchema();
  const count: unknown = Array.isArray(structure) ? structure[6] : undefined;
  return typeof count === 'number' ? count : 0;
}
