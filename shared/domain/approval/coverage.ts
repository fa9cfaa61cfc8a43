/** Which parts of a plan were approved before: an approval is for what was seen, and outlives the change sets it was given for. */
import type { RolloutPlan } from '../plan/decision.ts';
import { isWork } from '../plan/decision.ts';
import type { StackPlan } from '../plan/stack-plan.ts';
import { canonicalJson } from '../release/canonical-json.ts';

export interface Coverage {
  /** The plan without what was approved exactly so. */
  readonly remaining: RolloutPlan;
  /** Nothing in it was unseen: it differs from what was approved in values taken from outputs alone. */
  readonly outputsOnly: boolean;
}

/** What is left to approve of `plan` when the plans in `approved` were. */
export function coverage(plan: RolloutPlan, approved: readonly RolloutPlan[]): Coverage {
  const seen = new Set(approved.flatMap((one) => textsOf(one, exact)));
  const alike = new Set(approved.flatMap((one) => textsOf(one, withoutOutputs)));
  const settings = new Set(approved.flatMap(settingTexts));
  // What stands beside the template may follow its changes in a round of its own; it was seen together with them.
  const isSeen = (target: string, stack: StackPlan) =>
    seen.has(exact(target, stack)) ||
    (stack.kind === 'settings' && stackSettings(target, stack).every((text) => settings.has(text)));
  const targets = plan.targets.map((target) => ({
    ...target,
    stacks: target.stacks.filter((stack) => isWork(stack) && !isSeen(target.target, stack)),
  }));
  const left = targets.flatMap(({ target, stacks }) => stacks.map((stack) => withoutOutputs(target, stack)));
  return { remaining: { ...plan, targets }, outputsOnly: left.every((text) => alike.has(text)) };
}

function settingTexts({ targets }: RolloutPlan): string[] {
  return targets.flatMap(({ target, stacks }) => stacks.flatMap((stack) => stackSettings(target, stack)));
}

function stackSettings(target: string, { stack, settings }: StackPlan): string[] {
  return settings.map((setting) => `${target} ${stack} ${canonicalJson(setting)}`);
}

type TextOf = (target: string, stack: StackPlan) => string;

function textsOf({ targets }: RolloutPlan, textOf: TextOf): string[] {
  return targets.flatMap(({ target, stacks }) => stacks.map((stack) => textOf(target, stack)));
}

const exact: TextOf = (target, stack) => `${target} ${canonicalJson(stack)}`;

/** A value that came from an output is replaced where it stands for itself; where it is part of a longer text, the text counts. */
const withoutOutputs: TextOf = (target, stack) => {
  const taken = stack.parameters.filter(({ fromOutput }) => fromOutput !== undefined);
  const names = new Map(taken.flatMap(({ after, fromOutput }) => (after === undefined ? [] : [[after, fromOutput]])));
  const replaced = (value: string | undefined) => (value === undefined ? {} : { after: names.get(value) ?? value });
  return exact(target, {
    ...stack,
    parameters: stack.parameters.map((parameter) => ({ ...parameter, ...replaced(parameter.after) })),
    changes: stack.changes.map((change) => ({
      ...change,
      details: change.details.map((detail) => ({ ...detail, ...replaced(detail.after) })),
    })),
  });
};
