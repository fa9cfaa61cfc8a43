/** Plans of rollouts, of which a test says only what it is about. */
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import type { Dependencies } from '#shared/domain/plan/readiness.ts';
import { type StackPlan, type TargetPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import { aChange } from '#test/builders.ts';

/** A stack named as in the release; one that changes gets a queue. */
export function stackPlan(stack: string, kind: StackPlan['kind'], more: Partial<StackPlan> = {}): StackPlan {
  const changes = kind === 'changes' ? [aChange()] : [];
  return { ...untouched({ stack, stackName: `orders-${stack}` }), kind, changes, ...more };
}

export function targetPlan(target: string, ...stacks: StackPlan[]): TargetPlan {
  return { schemaVersion: 2, target, account: '333333333333', region: 'eu-west-1', stacks };
}

export function rolloutPlan(...targets: TargetPlan[]): RolloutPlan {
  const release = `sha256:${'1'.repeat(64)}`;
  return { schemaVersion: 2, pipeline: 'orders', release, environment: 'production', targets };
}

/** What each stack comes after, and of those whose outputs it takes. */
export function after(
  said: Readonly<Record<string, readonly [dependsOn: readonly string[], outputsOf?: readonly string[]]>>,
): ReadonlyMap<string, Dependencies> {
  return new Map(
    Object.entries(said).map(([stack, [dependsOn, outputsOf = []]]) => [stack, { dependsOn, outputsOf }] as const),
  );
}
