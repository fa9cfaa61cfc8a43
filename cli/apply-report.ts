/** What `drawbridge apply` changes, as a person reads it. */
import type { FieldDifference } from '#shared/domain/config/field-differences.ts';
import type { ApplyPlan, PolicyChange, TargetChange } from './apply-plan.ts';
import type { WebhookChange } from './apply-webhooks.ts';

type Plan = Extract<ApplyPlan, { kind: 'plan' }> & { readonly webhooks?: readonly WebhookChange[] };

/** One line for each policy, target and webhook, and below it one for each field that differs. */
export function applyText({ policies, targets, webhooks = [] }: Plan): string {
  return [
    ...policies.flatMap((change) => [itemText('policy', change), ...change.differences.map(differenceLine)]),
    ...targets.flatMap((change) => [itemText('target', change), ...change.differences.map(differenceLine)]),
    ...webhooks.flatMap((change) => [itemText('webhook', change), ...change.differences.map(differenceLine)]),
  ].join('\n');
}

/** `policy  guard  changed  version 3`. */
export function itemText(
  kind: 'policy' | 'target' | 'webhook',
  change: PolicyChange | TargetChange | WebhookChange,
): string {
  const version = 'seen' in change && change.seen > 0 ? `version ${change.seen}` : '';
  return `${kind}  ${change.name.padEnd(24)} ${change.change.padEnd(10)} ${version}`.trimEnd();
}

function differenceLine({ field, before, after }: FieldDifference): string {
  if (before === undefined) return `  + ${field}  ${after}`;
  return after === undefined ? `  - ${field}  ${before}` : `  ~ ${field}  ${before} → ${after}`;
}
