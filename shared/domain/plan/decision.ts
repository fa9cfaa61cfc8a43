/** From the plans of the targets to one plan of the rollout, and what it asks for. */
import { type Labelled, planWaves } from '../config/match-targets.ts';
import type { Environment } from '../config/schema.ts';
import type { PromotionId } from '../identifiers.ts';
import { roleName, sessionName } from '../names.ts';
import type { Deployment } from '../promotion/records.ts';
import type { StackPlan, TargetPlan } from './stack-plan.ts';

/** One document for the whole rollout. Its digest is what an approval is bound to. */
export interface RolloutPlan {
  readonly schemaVersion: 2;
  readonly pipeline: string;
  readonly release: string;
  readonly environment: string;
  readonly targets: readonly TargetPlan[];
}

interface RolloutWave {
  readonly maxConcurrency: number;
  readonly targets: { readonly target: string; readonly stacks: string[] }[];
}

export type Decision = { readonly kind: 'nothing-to-do' } | { readonly kind: 'go'; readonly waves: RolloutWave[] };

/** The rollout's plan: targets in the order of their names, so that it does not depend on which was planned first. */
export function rolloutPlanOf(
  rollout: Pick<RolloutPlan, 'pipeline' | 'release' | 'environment'>,
  targets: readonly TargetPlan[],
): RolloutPlan {
  const { pipeline, release, environment } = rollout;
  return {
    schemaVersion: 2,
    pipeline,
    release,
    environment,
    targets: targets.toSorted((a, b) => (a.target < b.target ? -1 : 1)),
  };
}

/**
 * The targets that change, each with its changing stacks in order, in the environment's waves; or nothing to do. Planned targets that no
 * wave takes, because of their labels or because those were changed since, come last, so that none is forgotten.
 */
export function decision(
  environment: Environment,
  targets: readonly Labelled[],
  plans: readonly TargetPlan[],
): Decision {
  const labels = new Map(targets.map((target) => [target.name, target.labels]));
  const changing = plans
    .map(({ target: name, stacks }) => ({
      name,
      labels: labels.get(name) ?? {},
      stacks: stacks.filter(changes).map(({ stack }) => stack),
    }))
    .filter(({ stacks }) => stacks.length > 0);
  const { waves } = planWaves(environment, changing);
  const taken = new Set(waves.flatMap((wave) => wave.targets));
  const left = changing.filter((target) => !taken.has(target));
  const going = [...waves, { targets: left, maxConcurrency: 1 }]
    .filter((wave) => wave.targets.length > 0)
    .map((wave) => ({
      maxConcurrency: wave.maxConcurrency,
      targets: wave.targets.map(({ name, stacks }) => ({ target: name, stacks })),
    }));
  return going.length === 0 ? { kind: 'nothing-to-do' } : { kind: 'go', waves: going };
}

/** The deployments a decided plan foresees: what changes is pending, what does not is already done. */
export function foreseenDeployments(
  rollout: { promotion: PromotionId; environment: string; at: string },
  targets: readonly TargetPlan[],
): Deployment[] {
  const { promotion, environment, at } = rollout;
  return targets.flatMap(({ target, account, region, stacks }) =>
    stacks.map((stack) => {
      const role = changes(stack) ? 'deploy' : 'preview';
      return {
        promotion,
        environment,
        target,
        account,
        region,
        stack: stack.stack,
        stackName: stack.stackName,
        role: roleName(role),
        sessionName: sessionName(promotion, changes(stack) ? 'execute' : 'plan'),
        status: changes(stack) ? 'PLANNED' : 'UNCHANGED',
        outcome: changes(stack) ? 'pending' : 'unchanged',
        at,
      };
    }),
  );
}

function changes(stack: StackPlan): boolean {
  return stack.kind === 'changes';
}
