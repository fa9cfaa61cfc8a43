/** How far the preparation of a target's plan is, and the plan that comes of it. */
import { failure } from '../errors/catalogue.ts';
import type { Placed } from '../names.ts';
import { canonicalJson, digestOf } from '../release/canonical-json.ts';
import type { DesiredStack } from './comparison.ts';
import { type PlannedChange, type TargetPlan, untouched } from './stack-plan.ts';

export type Preparation = UnchangedStack | PendingStack | ReadyStack;

interface UnchangedStack {
  readonly kind: 'unchanged';
  readonly stack: string;
  /** A change set that was made and turned out to change nothing. */
  readonly emptyChangeSet?: { readonly stackName: string; readonly changeSet: string };
}

interface PendingStack {
  readonly kind: 'pending';
  readonly stack: string;
}

interface ReadyStack {
  readonly kind: 'ready';
  readonly stack: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly changeSetName: string;
  readonly changeSetId: string;
  readonly changes: PlannedChange[];
}

const mostLooks = 40;

/** The plan of a target, without anything that differs between two equal preparations (ids, names of change sets, times). */
export function targetPlanOf(
  target: Placed & { readonly name: string },
  desired: readonly DesiredStack[],
  preparations: readonly Preparation[],
): TargetPlan {
  const ready = new Map(
    preparations.filter((prepared) => prepared.kind === 'ready').map((prepared) => [prepared.stack, prepared]),
  );
  return {
    schemaVersion: 2,
    target: target.name,
    account: target.account,
    region: target.region,
    stacks: desired.map(({ stack, stackName }) => {
      const prepared = ready.get(stack);
      return { ...untouched({ stack, stackName }), ...(prepared && { kind: 'changes', changes: prepared.changes }) };
    }),
  };
}

/** The handles to execute by, each with the digest of what was seen, in the order of the stacks. */
export function plannedStacks(preparations: readonly Preparation[]) {
  return preparations
    .filter((prepared) => prepared.kind === 'ready')
    .map(({ kind: _kind, changes, ...handles }) => ({ ...handles, digest: digestOfChanges(changes) }));
}

/** Digest of normalised changes: equal for change sets that do the same. */
export function digestOfChanges(changes: readonly PlannedChange[]): string {
  return digestOf(canonicalJson(changes));
}

/** Whether every stack is prepared, or when to look again. Throws CHANGE_SET_OVERDUE once it took too long. */
export function progressOf(
  preparations: readonly Preparation[],
  polls: number,
): { kind: 'prepared' } | { kind: 'pending'; polls: number; waitSeconds: number } {
  const pending = preparations.find((prepared) => prepared.kind === 'pending');
  if (pending === undefined) return { kind: 'prepared' };
  if (polls >= mostLooks) throw failure('CHANGE_SET_OVERDUE', { stack: pending.stack });
  // Short at first, since most change sets take a few seconds, then longer.
  return { kind: 'pending', polls: polls + 1, waitSeconds: Math.min(3 + polls * 2, 30) };
}

/** The change sets that were made and change nothing, to be removed. */
export function emptyChangeSets(preparations: readonly Preparation[]) {
  return preparations.flatMap((prepared) =>
    prepared.kind === 'unchanged' && prepared.emptyChangeSet ? [prepared.emptyChangeSet] : [],
  );
}
