/** What a rollout would do to the stacks of one target, normalised so that the same change always has the same digest. */
import * as z from 'zod';
import { DriftedResource } from '../drift/drift.ts';
import { AccountId, Name, Region, StackName } from '../identifiers.ts';
import { canonicalJson } from '../release/canonical-json.ts';
import { visibleValue } from './visible-text.ts';

/** One resource's change, in CloudFormation's own words (API reference, ResourceChange). */
export const PlannedChange = z.strictObject({
  action: z.enum(['Add', 'Modify', 'Remove', 'Import', 'Dynamic', 'SyncWithActual']),
  /** Logical ids of the nested stacks that lead to the resource, joined by `/`; absent in the stack itself. */
  within: z.string().optional(),
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
      /** `Dynamic`: the value is known only while the change runs. */
      evaluation: z.string().optional(),
      before: z.string().optional(),
      after: z.string().optional(),
    }),
  ),
});
export type PlannedChange = z.infer<typeof PlannedChange>;

/** A parameter, tag, output or setting with its value before and after; an absent side is nothing. */
const ValueChange = z.strictObject({
  name: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
});
export type ValueChange = z.infer<typeof ValueChange>;

/** A parameter's change. A value of a secret or NoEcho parameter is never here: both sides are `****`. */
const ParameterChange = ValueChange.extend({
  /** `<stack>.<output>` the new value was taken from. */
  fromOutput: z.string().optional(),
});
export type ParameterChange = z.infer<typeof ParameterChange>;

/** A setting's change. */
const SettingChange = ValueChange.extend({
  /** It protects less than before: protection off, another stack policy, fewer alarms, more capabilities. */
  loosens: z.literal(true).optional(),
});
export type SettingChange = z.infer<typeof SettingChange>;

/** Who may do more, or less, than before: one line of an identity, resource or trust policy. */
const PermissionChange = z.strictObject({
  effect: z.enum(['broadened', 'narrowed']),
  /** Logical id (with `within`) of the resource that carries the permission, and its type. */
  resource: z.string(),
  type: z.string(),
  /** One line for a person: effect, actions, resources, principal, condition. */
  text: z.string(),
});
export type PermissionChange = z.infer<typeof PermissionChange>;

/** How a stack that cannot be updated is brought back; see the recovery matrix. */
const RecoveryAction = z.enum(['delete', 'roll-back', 'continue-rollback', 'force-delete']);
export type RecoveryAction = z.infer<typeof RecoveryAction>;

export const StackPlan = z.strictObject({
  stack: Name,
  stackName: StackName,
  /**
   * `unplanned`: cannot be planned before the stacks in `after` are done. `recover`: has to be brought back first, then it is planned
   * anew. `settings`: no change set, only what stands beside templates changes.
   */
  kind: z.enum(['unchanged', 'changes', 'settings', 'unplanned', 'recover']),
  /** What the change set does to the stack as a whole. */
  operation: z.enum(['create', 'update']).optional(),
  changes: z.array(PlannedChange),
  parameters: z.array(ParameterChange),
  tags: z.array(ValueChange),
  outputs: z.array(ValueChange),
  permissions: z.array(PermissionChange),
  /** Termination protection, stack policy, execution role, capabilities, rollback alarms. */
  settings: z.array(SettingChange),
  /** What a reader should know, one sentence each: a stack policy that will refuse, hooks that will run, findings that were waived. */
  notes: z.array(z.string()),
  after: z.array(Name).optional(),
  /** What was changed past CloudFormation since the stack's last update, as far as it is known; absent where nothing is. */
  drift: z.strictObject({ resources: z.array(DriftedResource) }).optional(),
  recovery: z
    .strictObject({ status: z.string(), action: RecoveryAction, skip: z.array(z.string()), approved: z.boolean() })
    .optional(),
});
export type StackPlan = z.infer<typeof StackPlan>;

export const TargetPlan = z.strictObject({
  schemaVersion: z.literal(2),
  target: Name,
  account: AccountId,
  region: Region,
  stacks: z.array(StackPlan),
});
export type TargetPlan = z.infer<typeof TargetPlan>;

/** A stack about which nothing is to be done. */
export function untouched(of: Pick<StackPlan, 'stack' | 'stackName'>): StackPlan {
  const nothing = { changes: [], parameters: [], tags: [], outputs: [], permissions: [], settings: [], notes: [] };
  return { stack: of.stack, stackName: of.stackName, kind: 'unchanged', ...nothing };
}

/**
 * Sorts what CloudFormation returns in no particular order, so that the plan's digest depends on the change alone, and masks secrets.
 * Doing it again changes nothing.
 */
export function normaliseChanges(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes
    .map((change) => ({
      ...change,
      scope: [...change.scope].sort(),
      details: change.details.map(visibleDetail).sort((a, b) => compareText(canonicalJson(a), canonicalJson(b))),
    }))
    .sort((a, b) => compareText(canonicalJson(orderOf(a)), canonicalJson(orderOf(b))));
}

type Detail = PlannedChange['details'][number];

function visibleDetail(detail: Detail): Detail {
  const { before, after } = detail;
  return {
    ...detail,
    ...(before === undefined ? {} : { before: visibleValue(before) }),
    ...(after === undefined ? {} : { after: visibleValue(after) }),
  };
}

/** Nested stacks after their parent's own resources; the whole change decides between two of one place. */
const orderOf = (change: PlannedChange) => [change.within ?? '', change.logicalId, change.action, change];

/** `Parent/Child/LogicalId`. */
export function placeOf({ within, logicalId }: Pick<PlannedChange, 'within' | 'logicalId'>): string {
  return within === undefined ? logicalId : `${within}/${logicalId}`;
}

/** Whether nothing at all is to be done, now or later. */
export function isIdle({ stacks }: Pick<TargetPlan, 'stacks'>): boolean {
  return stacks.every(({ kind }) => kind === 'unchanged');
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
