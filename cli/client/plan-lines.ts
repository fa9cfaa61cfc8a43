/** A plan as a person reads it: what would be added, changed, replaced and removed, with the values before and after. */
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { type PlannedChange, summarise } from '#shared/domain/plan/stack-plan.ts';

const symbols: Readonly<Record<string, string>> = { Add: '[+]', Modify: '[~]', Remove: '[-]', Import: '[i]' };
/** Longer values are cut: a line is for the eye, the whole plan is in its document. */
const longestValue = 40;

/** One line of counts for each target, and one for each changed resource. Targets without a change have none. */
export function planLines(plan: RolloutPlan): string[] {
  return plan.targets.flatMap((target) => {
    const { add, modify, replace, remove } = summarise(target);
    if (add + modify + replace + remove === 0) return [];
    const counts = `[+] ${add}  [~] ${modify}  replace ${replace}  [-] ${remove}`;
    return [
      `plan ${target.target} ${target.account}/${target.region}  ${counts}`,
      ...target.stacks.flatMap((stack) => stack.changes.map(changeLine)),
    ];
  });
}

function changeLine(change: PlannedChange): string {
  const replaced = change.action === 'Modify' && change.replacement !== undefined && change.replacement !== 'False';
  const replacement = replaced ? `  replacement ${change.replacement}` : '';
  const values = change.action === 'Modify' ? valuesOf(change) : '';
  return `  ${symbols[change.action] ?? '[?]'} ${change.type.padEnd(32)} ${change.logicalId}${replacement}${values}`;
}

function valuesOf({ details }: PlannedChange): string {
  const shown = new Map(
    details.flatMap(({ path, name, before, after }) =>
      before === undefined && after === undefined
        ? []
        : [[path ?? name ?? '', `${cut(before)} → ${cut(after)}`] as const],
    ),
  );
  return [...shown].map(([place, value]) => `  ${place.replace(/^\/Properties\//, '')} ${value}`).join(',');
}

function cut(value: string | undefined): string {
  if (value === undefined) return 'nothing';
  return value.length > longestValue ? `${value.slice(0, longestValue - 1)}…` : value;
}
