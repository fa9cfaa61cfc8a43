/** Which stacks have to wait for a later round, because something they are made from is still to change. */
import type { RolloutPlan } from './decision.ts';
import type { StackPlan } from './stack-plan.ts';

export interface Dependencies {
  /** Stacks of the release that come before. */
  readonly dependsOn: readonly string[];
  /** Those of them whose outputs are taken; they may be in another target. */
  readonly outputsOf: readonly string[];
}

/** Names a stack in one target. */
export const stackKey = (target: string, stack: string): string => `${target}/${stack}`;

/**
 * The stacks that cannot run in this round: those not planned yet, those that take an output of a stack that is to change, anywhere in the
 * environment, and those that come after one that has to wait in their own target.
 */
export function deferredStacks(
  { targets }: Pick<RolloutPlan, 'targets'>,
  dependencies: ReadonlyMap<string, Dependencies>,
): ReadonlySet<string> {
  const changing = new Set(targets.flatMap(({ stacks }) => stacks.filter(isMoving).map(({ stack }) => stack)));
  const deferred = new Set<string>();
  for (const { target, stacks } of targets) {
    // The stacks of a target stand in the order of their dependencies.
    for (const stack of stacks.filter(isMoving)) {
      const { dependsOn, outputsOf } = dependencies.get(stack.stack) ?? { dependsOn: [], outputsOf: [] };
      const waits =
        stack.kind === 'unplanned' ||
        outputsOf.some((upstream) => changing.has(upstream)) ||
        dependsOn.some((before) => deferred.has(stackKey(target, before)));
      if (waits) deferred.add(stackKey(target, stack.stack));
    }
  }
  return deferred;
}

/**
 * The stacks that are as they should be and take an output of one that is to change, anywhere in the environment: what they are made from may
 * be another value then, so they have to be looked at again.
 */
export function followers(
  { targets }: Pick<RolloutPlan, 'targets'>,
  dependencies: ReadonlyMap<string, Dependencies>,
): ReadonlySet<string> {
  const changing = new Set(targets.flatMap(({ stacks }) => stacks.filter(isMoving).map(({ stack }) => stack)));
  return new Set(
    targets.flatMap(({ target, stacks }) =>
      stacks
        .filter(
          (stack) => !isMoving(stack) && dependencies.get(stack.stack)?.outputsOf.some((one) => changing.has(one)),
        )
        .map(({ stack }) => stackKey(target, stack)),
    ),
  );
}

/** Settings change no output. */
function isMoving({ kind }: StackPlan): boolean {
  return kind === 'changes' || kind === 'unplanned' || kind === 'recover';
}
