/** How far the preparation of a target's plan is, and the plan that comes of it. */
import { failure } from '../errors/catalogue.ts';
import type { Placed } from '../names.ts';
import { canonicalJson, digestOf } from '../release/canonical-json.ts';
import type { DesiredStack, LiveStack } from './comparison.ts';
import type { ExportInUse } from './exports.ts';
import type { SettingsToMake } from './settings.ts';
import { type PlannedChange, type StackPlan, type TargetPlan, untouched } from './stack-plan.ts';

export type Preparation = UnchangedStack | PendingStack | BusyStack | RefusedStack | UnplannedStack | PlannedStack;

interface UnchangedStack {
  readonly kind: 'unchanged';
  readonly stack: string;
  readonly notes?: readonly string[];
  readonly seen?: SeenStack;
  readonly emptyChangeSet?: EmptyChangeSet;
}

/** A change set that was made and turned out to change nothing. */
interface EmptyChangeSet {
  readonly stackName: string;
  readonly changeSet: string;
}

interface PendingStack {
  readonly kind: 'pending';
  readonly stack: string;
}

/** Somebody else's operation is under way. */
interface BusyStack {
  readonly kind: 'busy';
  readonly stack: string;
  readonly stackName: string;
  readonly status: string;
}

/** CloudFormation could not make the change set. */
interface RefusedStack {
  readonly kind: 'refused';
  readonly stack: string;
  readonly stackName: string;
  readonly reason: string;
}

interface UnplannedStack {
  readonly kind: 'unplanned';
  readonly stack: string;
  /** The stacks that have to be done first. */
  readonly after: readonly string[];
}

/** What CloudFormation says of the stack, as far as what is known of its drift depends on it. */
type SeenStack = Pick<LiveStack, 'updatedAt' | 'drift'>;

/** A stack with something to do: a change set, settings, or a recovery. */
interface PlannedStack {
  readonly kind: 'planned';
  readonly stack: string;
  readonly plan: StackPlan;
  readonly handles: Handles;
  readonly seen?: SeenStack;
  /** Where only settings change. */
  readonly emptyChangeSet?: EmptyChangeSet;
  /** Exports that the change set takes away or changes, and who imports them now. */
  readonly exportsInUse?: readonly ExportInUse[];
  /** What the stack imports once the change set has run. */
  readonly imports?: readonly string[];
}

/** What to execute by. */
interface Handles {
  readonly stackName: string;
  /** Absent only for a stack that does not exist and gets no change set, which has nothing to do. */
  readonly stackId: string;
  readonly changeSet?: { readonly name: string; readonly id: string; readonly changes: readonly PlannedChange[] };
  readonly settings: SettingsToMake;
  readonly recovery?: StackPlan['recovery'];
}

const mostLooks = 40;

/** The plan of a target, without anything that differs between two equal preparations (ids, names of change sets, times). */
export function targetPlanOf(
  target: Placed & { readonly name: string },
  desired: readonly DesiredStack[],
  preparations: readonly Preparation[],
): TargetPlan {
  const prepared = new Map(preparations.map((preparation) => [preparation.stack, preparation]));
  const { name, account, region } = target;
  return {
    schemaVersion: 2,
    target: name,
    account,
    region,
    stacks: desired.map((stack) => stackPlanOf(stack, prepared.get(stack.stack))),
  };
}

function stackPlanOf({ stack, stackName }: DesiredStack, preparation: Preparation | undefined): StackPlan {
  if (preparation?.kind === 'planned') return preparation.plan;
  const notes = preparation?.kind === 'unchanged' ? (preparation.notes ?? []) : [];
  const asIs = { ...untouched({ stack, stackName }), notes: [...notes] };
  return preparation?.kind === 'unplanned' ? { ...asIs, kind: 'unplanned', after: [...preparation.after] } : asIs;
}

/** The handles to execute by, each with the digest of what was seen, in the order of the stacks. */
export function plannedStacks(preparations: readonly Preparation[]) {
  return preparations
    .filter((prepared) => prepared.kind === 'planned')
    .map(({ stack, handles: { stackName, stackId, changeSet, settings, recovery } }) => ({
      stack,
      stackName,
      stackId,
      settings,
      ...(recovery && { recovery }),
      ...(changeSet && {
        changeSetName: changeSet.name,
        changeSetId: changeSet.id,
        digest: digestOfChanges(changeSet.changes),
      }),
    }));
}

/** Digest of normalised changes: equal for change sets that do the same. */
export function digestOfChanges(changes: readonly PlannedChange[]): string {
  return digestOf(canonicalJson(changes));
}

/** CloudFormation's words when a template imports what is not exported (ValidationError, or the reason of a failed change set). */
const missingExport = /No export named .+ found/;

/**
 * A stack that imports what a stack before it will export cannot be planned before that one is done; any other refusal stands. Throws
 * CHANGE_SET_REFUSED.
 */
export function withoutRefusals(
  preparations: readonly Preparation[],
  desired: readonly DesiredStack[],
  { account, region }: Placed,
): Preparation[] {
  const moving = new Set(
    preparations.filter(({ kind }) => kind !== 'unchanged' && kind !== 'refused').map(({ stack }) => stack),
  );
  // In the order of their dependencies, so that a stack behind an unplanned one is seen as such.
  return preparations.map((preparation): Preparation => {
    if (preparation.kind !== 'refused') return preparation;
    const { stack, stackName, reason } = preparation;
    const before = desired.find((candidate) => candidate.stack === stack)?.dependsOn ?? [];
    const after = before.filter((name) => moving.has(name));
    if (!missingExport.test(reason) || after.length === 0)
      throw failure('CHANGE_SET_REFUSED', { stack, reason }, { stack: stackName, account, region });
    moving.add(stack);
    return { kind: 'unplanned', stack, after };
  });
}

/** Whether every stack is prepared, or when to look again. Throws CHANGE_SET_OVERDUE or STACK_BUSY once it took too long. */
export function progressOf(
  preparations: readonly Preparation[],
  polls: number,
  place: Placed,
): { kind: 'prepared' } | { kind: 'pending'; polls: number; waitSeconds: number } {
  const waiting = preparations.find((prepared) => prepared.kind === 'pending' || prepared.kind === 'busy');
  if (waiting === undefined) return { kind: 'prepared' };
  if (polls >= mostLooks) throw overdue(waiting, place);
  // Short at first, since most change sets take a few seconds, then longer.
  return { kind: 'pending', polls: polls + 1, waitSeconds: Math.min(3 + polls * 2, 30) };
}

function overdue(waiting: PendingStack | BusyStack, { account, region }: Placed) {
  const { stack } = waiting;
  if (waiting.kind === 'pending') return failure('CHANGE_SET_OVERDUE', { stack }, { account, region });
  return failure('STACK_BUSY', { stack, status: waiting.status }, { stack: waiting.stackName, account, region });
}

/** The change sets that were made and change nothing, to be removed. */
export function emptyChangeSets(preparations: readonly Preparation[]): EmptyChangeSet[] {
  return preparations.flatMap((prepared) => ('emptyChangeSet' in prepared ? [prepared.emptyChangeSet] : []));
}
