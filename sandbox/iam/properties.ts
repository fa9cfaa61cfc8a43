import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceRequest } from '../kernel.ts';

/** Properties may hold what later resource schemas add; only those a provider reads are checked here. */
export function readProperties<Shape extends z.ZodType>(
  shape: Shape,
  request: Pick<ResourceRequest, 'properties'>,
): z.output<Shape> {
  const read = shape.safeParse(request.properties);
  if (read.success) return read.data;
  const issue = read.error.issues[0];
  throw new AwsError('ValidationError', `Properties validation failed: #/${issue?.path.join('/')}: ${issue?.message}`);
}

/** `[{Key, Value}]`, as CloudFormation writes tags, by key. */
export const tags = z
  .array(z.object({ Key: z.string(), Value: z.coerce.string() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Key, Value }) => [Key, Value])));

/** Inline policies by name. */
export const inlinePolicies = z
  .array(z.object({ PolicyName: z.string(), PolicyDocument: z.unknown() }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ PolicyName, PolicyDocument }) => [PolicyName, PolicyDocument])));

export const names = z.array(z.string()).default([]);
export const path = z.string().default('/');
