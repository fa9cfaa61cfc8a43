/** A policy as it was applied: the current one, or a version of it. */
import type { Policy } from './policy.ts';

export interface PolicyRecord {
  readonly policy: Policy;
  /** From 1, one more with each change. */
  readonly version: number;
  readonly appliedBy: string;
  /** An instant. */
  readonly appliedAt: string;
}
