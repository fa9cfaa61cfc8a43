/** What `drawbridge apply` changes, as a person reads it. */
import type { FieldDifference } from '#shared/domain/config/field-differences.ts';
import type { ApplyPlan, PolicyChange, TargetChange } from './apply-plan.ts';

/** One line for each policy and target, and below it one for each field that differs. */
export function applyText({ policies, targets }: Extract<ApplyPlan, { kind: 'plan' }>): string {
  return [
    ...policies.flatMap((change) => [itemText('policy', change), ...change.differences.map(differenceLine)]),
    ...targets.flatMap((change) => [itemText('target', change), ...change.differences.map(differenceLine)]),
  ].join('\n');
}

/** `policy  guard  changed  version 3`. */
export function itemText(kind: 'policy' | 'target', change: PolicyChange | TargetChange): string {
  const version = 'seen' in change && change.seen > 0 ? `version ${change.seen}` : '';
  return `${kind}  ${change.name.padEnd(24)} ${change.change.padEnd(10)} ${version}`.trimEnd();
}

function differenceLine({ field, before, after }: FieldDifference): string {
  if (before === undefined) return `  + ${field}  ${after}`;
  return after === undefined ? `  - ${field}  ${before}` : `  ~ ${field}  ${before} → ${after}`;
}
