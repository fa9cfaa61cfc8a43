/** Whether and how a stack that cannot be updated is brought back in a rollout. */

import type { StackPlan } from '../plan/stack-plan.ts';
import type { Policy } from '../policy/policy.ts';
import { rowOf } from './matrix.ts';

export interface RecoveryFacts {
  readonly status: string;
  /** What the policies opted in to. */
  readonly allowed: Required<NonNullable<Policy['recovery']>>;
  /** Resources that whoever retries wants a continued rollback to skip. */
  readonly skip: readonly string[];
}

export type Recovery =
  | { readonly kind: 'none' }
  | { readonly kind: 'possible'; readonly recovery: NonNullable<StackPlan['recovery']> }
  /** `next` is what a person can do. */
  | { readonly kind: 'blocked'; readonly next: string };

/** Skipping resources leaves them as they happen to be, so a person has to agree to it; anything else happens by itself where allowed. */
export function recoveryFor({ status, allowed, skip }: RecoveryFacts): Recovery {
  const row = rowOf(status);
  switch (row.kind) {
    case 'plan':
    case 'wait':
      return { kind: 'none' };
    case 'by-hand':
      return { kind: 'blocked', next: `${row.what} Bring it back in the CloudFormation console, then promote again.` };
    case 'recover': {
      if (row.needs !== undefined && !allowed[row.needs]) return { kind: 'blocked', next: optIn(row.what, row.needs) };
      const skipped = row.action === 'continue-rollback' ? [...new Set(skip)].sort() : [];
      const recovery = { status, action: row.action, skip: skipped, approved: skipped.length === 0 };
      return { kind: 'possible', recovery };
    }
  }
}

function optIn(what: string, needed: string): string {
  return `${what} That happens only if a policy says recovery.${needed}: true. Let the platform team decide, or do it by hand, then promote again.`;
}
