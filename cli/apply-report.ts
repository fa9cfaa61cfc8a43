/** What `drawbridge apply` changes, as a person reads it. */
import type { FieldDifference } from '#shared/domain/config/field-differences.ts';
import type { Window } from '#shared/domain/window/window.ts';
import type { ApplyPlan, PolicyChange, TargetChange } from './apply-plan.ts';
import type { ScheduleChange } from './apply-schedules.ts';
import type { WebhookChange } from './apply-webhooks.ts';

type Plan = Extract<ApplyPlan, { kind: 'plan' }> & {
  readonly webhooks?: readonly WebhookChange[];
  readonly schedules?: readonly ScheduleChange[];
};

/** One line for each policy, target, webhook and schedule, and below it one for each field that differs. */
export function applyText({ policies, targets, webhooks = [], schedules = [] }: Plan): string {
  return [
    ...policies.flatMap((change) => [itemText('policy', change), ...change.differences.map(differenceLine)]),
    ...targets.flatMap((change) => [itemText('target', change), ...change.differences.map(differenceLine)]),
    ...webhooks.flatMap((change) => [itemText('webhook', change), ...change.differences.map(differenceLine)]),
    ...schedules.flatMap((change) => [itemText('schedule', change), ...change.differences.map(differenceLine)]),
  ].join('\n');
}

/** `policy  guard  changed  version 3`. */
export function itemText(
  kind: 'policy' | 'target' | 'webhook' | 'schedule',
  change: PolicyChange | TargetChange | WebhookChange | ScheduleChange,
): string {
  const version = 'seen' in change && change.seen > 0 ? `version ${change.seen}` : '';
  return `${kind}  ${change.name.padEnd(24)} ${change.change.padEnd(10)} ${version}`.trimEnd();
}

/** A warning: a window of a policy is over, and what follows from that. */
export function pastWindowText(policy: string, { name, kind }: Window): string {
  const then =
    kind === 'deny'
      ? 'It denies nothing any more.'
      : 'Where no other window allows, nothing opens any more: take it out, or give it another time.';
  return `warning: window ${name} of policy ${policy} never comes any more. ${then}`;
}

function differenceLine({ field, before, after }: FieldDifference): string {
  if (before === undefined) return `  + ${field}  ${after}`;
  return after === undefined ? `  - ${field}  ${before}` : `  ~ ${field}  ${before} → ${after}`;
}
