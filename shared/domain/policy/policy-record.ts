/** A policy as it was applied: the current one, or a version of it. */
import * as z from 'zod';
import { Instant } from '../identifiers.ts';
import { Policy } from './policy.ts';

export const PolicyRecord = z.strictObject({
  policy: Policy,
  /** From 1, one more with each change. */
  version: z.int().positive(),
  appliedBy: z.string(),
  appliedAt: Instant,
});
export type PolicyRecord = z.infer<typeof PolicyRecord>;
