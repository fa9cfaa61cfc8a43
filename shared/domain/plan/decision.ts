/** From the plans of the targets to one plan of the rollout, and what is to be done about it in this round. */
import type { Requirement } from '../approval/records.ts';
import { type Labelled, planWaves } from '../config/match-targets.ts';
import type { Environment } from '../config/schema.ts';
import { failure } from '../errors/catalogue.ts';
import type { Mode } from '../promotion/records.ts';
import { type Dependencies, deferredStacks, hasFollowers, stackKey } from './readiness.ts';
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

export type Decision =
  | { readonly kind: 'nothing-to-do' | 'denied' | 'planned' }
  | { readonly kind: 'needs-approval'; readonly requirement: Requirement; readonly seconds: number }
  | { readonly kind: 'recover'; readonly recoveries: { readonly target: string; readonly stack: string }[] }
  | { readonly kind: 'go'; readonly more: boolean; readonly waves: RolloutWave[] };

export interface DecisionFacts {
  readonly mode: Mode;
  readonly environment: Environment;
  /** By the name of a stack: the stacks that come before it, and those of them whose outputs it takes. */
  readonly stacks: ReadonlyMap<string, Dependencies>;
  /** The targets on record, for their labels. */
  readonly targets: readonly Labelled[];
  readonly denied: boolean;
  /** What still has to be approved of this plan, if anything. */
  readonly open?: { readonly requirement: Requirement; readonly seconds: number } | undefined;
}

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
 * What comes next: a no of a gate ends it, people are asked, stacks are brought back, and then everything runs whose inputs are certain.
 * Throws OUTPUT_UNKNOWN when stacks wait for outputs that nothing in the plan will bring.
 */
export function decision(facts: DecisionFacts, plan: RolloutPlan): Decision {
  const work = plan.targets.flatMap(({ target, stacks }) => stacks.filter(isWork).map((stack) => ({ target, stack })));
  if (work.length === 0) return { kind: 'nothing-to-do' };
  if (facts.denied) return { kind: 'denied' };
  if (facts.mode === 'plan') return { kind: 'planned' };
  if (facts.open !== undefined) return { kind: 'needs-approval', ...facts.open };
  const recoveries = work.filter(({ stack }) => stack.kind === 'recover');
  if (recoveries.length > 0)
    return { kind: 'recover', recoveries: recoveries.map(({ target, stack }) => ({ target, stack: stack.stack })) };
  return going(facts, plan);
}

/** A decision as the step answers it: what an approval is about stays in the ledger. */
export function answerTo(decided: Decision, plan: { readonly digest: string; readonly nextRound: number }) {
  const { digest } = plan;
  switch (decided.kind) {
    case 'nothing-to-do':
    case 'denied':
    case 'planned':
      return { kind: decided.kind, digest };
    case 'needs-approval':
      return { kind: decided.kind, ...plan, seconds: decided.seconds };
    case 'recover':
    case 'go':
      return { ...decided, ...plan };
  }
}

/** Whether anything is to be done about a stack. */
export function isWork({ kind }: StackPlan): boolean {
  return kind !== 'unchanged';
}

function going(facts: DecisionFacts, plan: RolloutPlan): Decision {
  const deferred = deferredStacks(plan, facts.stacks);
  const runs = (target: string, stack: StackPlan) =>
    (stack.kind === 'changes' || stack.kind === 'settings') && !deferred.has(stackKey(target, stack.stack));
  const waves = wavesOf(facts, plan, runs);
  const more = deferred.size > 0 || setsPolicyLater(plan) || hasFollowers(plan, facts.stacks);
  if (waves.length > 0) return { kind: 'go', more, waves };
  const [key = ''] = deferred;
  const waiting = plan.targets.flatMap(({ target, stacks }) =>
    stacks.flatMap((stack) => (stackKey(target, stack.stack) === key ? [{ target, stack }] : [])),
  );
  const { target, stack } = waiting[0] as { target: string; stack: StackPlan };
  throw failure('OUTPUT_UNKNOWN', { stack: stack.stack, target, after: stack.after ?? [] });
}

/** A stack policy can be set only on a stack that exists, so a new stack gets its own in a further round. */
function setsPolicyLater({ targets }: RolloutPlan): boolean {
  return targets.some(({ stacks }) =>
    stacks.some((stack) => stack.operation === 'create' && stack.settings.some(({ name }) => name === 'stack policy')),
  );
}

/**
 * The targets that change, each with its stacks of this round in order, in the environment's waves. Planned targets that no wave takes,
 * because of their labels or because those were changed since, come last, so that none is forgotten.
 */
function wavesOf(
  { environment, targets }: DecisionFacts,
  plan: RolloutPlan,
  runs: (target: string, stack: StackPlan) => boolean,
): RolloutWave[] {
  const labels = new Map(targets.map((target) => [target.name, target.labels]));
  const changing = plan.targets
    .map(({ target: name, stacks }) => ({
      name,
      labels: labels.get(name) ?? {},
      stacks: stacks.filter((stack) => runs(name, stack)).map(({ stack }) => stack),
    }))
    .filter(({ stacks }) => stacks.length > 0);
  const { waves } = planWaves(environment, changing);
  const taken = new Set(waves.flatMap((wave) => wave.targets));
  const left = changing.filter((target) => !taken.has(target));
  return [...waves, { targets: left, maxConcurrency: 1 }]
    .filter((wave) => wave.targets.length > 0)
    .map((wave) => ({
      maxConcurrency: wave.maxConcurrency,
      targets: wave.targets.map(({ name, stacks }) => ({ target: name, stacks })),
    }));
}
