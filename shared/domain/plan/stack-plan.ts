/** What a rollout would do to the stacks of one target, normalised so that the same change always has the same digest. */
import * as z from 'zod';
import { AccountId, Name, Region, StackName } from '../identifiers.ts';

/** One resource's change, in CloudFormation's own words (API reference, ResourceChange). */
export const PlannedChange = z.strictObject({
  action: z.enum(['Add', 'Modify', 'Remove', 'Import', 'Dynamic', 'SyncWithActual']),
  logicalId: z.string(),
  type: z.string(),
  replacement: z.enum(['True', 'False', 'Conditional']).optional(),
  policyAction: z.string().optional(),
  scope: z.array(z.string()),
  details: z.array(
    z.strictObject({
      attribute: z.string(),
      name: z.string().optional(),
      path: z.string().optional(),
      requiresRecreation: z.string().optional(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
});
export type PlannedChange = z.infer<typeof PlannedChange>;

export const StackPlan = z.strictObject({
  stack: Name,
  stackName: StackName,
  kind: z.enum(['unchanged', 'changes']),
  changes: z.array(PlannedChange),
});
export type StackPlan = z.infer<typeof StackPlan>;

export const TargetPlan = z.strictObject({
  schemaVersion: z.literal(1),
  target: Name,
  account: AccountId,
  region: Region,
  stacks: z.array(StackPlan),
});
export type TargetPlan = z.infer<typeof TargetPlan>;

/** Sorts what CloudFormation returns in no particular order, so that the plan's digest depends on the change alone. */
export function normaliseChanges(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes
    .map((change) => ({
      ...change,
      scope: [...change.scope].sort(),
      details: [...change.details].sort((a, b) => compareText(JSON.stringify(a), JSON.stringify(b))),
    }))
    .sort((a, b) => compareText(a.logicalId + a.action, b.logicalId + b.action));
}

/** How many changes of each kind a plan has, for the one-line summary. A replacement is counted as such, not as a modification. */
export function summarise(plan: TargetPlan): { add: number; modify: number; replace: number; remove: number } {
  const all = plan.stacks.flatMap((stack) => stack.changes);
  const replaced = all.filter(
    (change) => change.action === 'Modify' && change.replacement !== 'False' && change.replacement !== undefined,
  );
  const count = (action: PlannedChange['action']) => all.filter((change) => change.action === action).length;
  return {
    add: count('Add'),
    modify: count('Modify') - replaced.length,
    replace: replaced.length,
    remove: count('Remove'),
  };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
