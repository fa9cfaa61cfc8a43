import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import type { ResourceRequest } from './kernel.ts';

/**
 * The properties of a resource in the form a provider works with. CloudFormation hands numbers and booleans over as text as well, so
 * schemas coerce.
 *
 * @throws AwsError `ValidationError` naming the property, as a resource handler does before it calls the service.
 */
export function readProperties<Schema extends z.ZodType>(schema: Schema, request: ResourceRequest): z.infer<Schema> {
  const read = schema.safeParse(request.properties);
  if (read.success) return read.data;
  const problems = read.error.issues.map((issue) => `#/${issue.path.join('/')}: ${issue.message}`);
  throw new AwsError('ValidationError', `Properties validation failed for resource ${request.logicalId}: ${problems}`);
}

/** `true`, `false` and their spellings as text. */
export const booleanProperty = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Tags as CloudFormation writes them, as a record. */
export const tagsProperty = z
  .array(z.object({ Key: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((tags) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value])));

/**
 * The name CloudFormation makes up when the template gives none: `<stack>-<logical id>-<random>`, the first part cut to fit
 * (CloudFormation User Guide, name type).
 */
export function generatedName(request: ResourceRequest, longest: number): string {
  const random = request.sandbox.mint('resource-name', 12, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789');
  return `${`${request.stackName}-${request.logicalId}`.slice(0, longest - 13)}-${random}`;
}
