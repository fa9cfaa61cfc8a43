/** From the plans of the targets to one plan of the rollout, and what is to be done about it in this round. */
import type { Requirement } from '../approval/records.ts';
import type { Labelled } from '../config/match-targets.ts';
import type { Environment } from '../config/schema.ts';
import { failure } from '../errors/catalogue.ts';
import type { Openness } from '../promotion/openness.ts';
import type { Mode, Reason } from '../promotion/records.ts';
import { type Dependencies, deferredStacks, followers, stackKey } from './readiness.ts';
import type { StackPlan, TargetPlan } from './stack-plan.ts';
import { type Assignment, assignmentsOf, isLate, isSoaking, type RolloutWave, wavesOf } from './waves.ts';

/** One document for the whole rollout. Its digest is what an approval is bound to. */
export interface RolloutPlan {
  readonly schemaVersion: 2;
  readonly pipeline: string;
  readonly release: string;
  readonly environment: string;
  readonly targets: readonly TargetPlan[];
}

export type Decision =
  | { readonly kind: 'nothing-to-do' | 'denied' | 'planned' }
  | { readonly kind: 'needs-approval'; readonly requirement: Requirement; readonly seconds: number }
  | { readonly kind: 'recover'; readonly recoveries: { readonly target: string; readonly stack: string }[] }
  | {
      readonly kind: 'go';
      readonly more: boolean;
      /** Nothing is executed, so that there is nothing to clean up after. */
      readonly idle?: true;
      readonly waves: RolloutWave[];
      /** What is done in each target; the ledger keeps it. */
      readonly assignments: readonly Assignment[];
    }
  /** Everything may go, and rollouts may not start now. */
  | { readonly kind: 'wait'; readonly until: string; readonly reason: Reason }
  /** The plan is too old to start by. */
  | { readonly kind: 'again' }
  /** They may not, and nobody waits for that to change. */
  | { readonly kind: 'closed'; readonly reason: Reason };

export interface DecisionFacts {
  readonly mode: Mode;
  readonly environment: Environment;
  /** By the name of a stack: the stacks that come before it, and those of them whose outputs it takes. */
  readonly stacks: ReadonlyMap<string, Dependencies>;
  /** The targets on record, for their labels. */
  readonly targets: readonly Labelled[];
  /** Those of them that take part. */
  readonly members: readonly string[];
  /** Those of them that run the release and are verified with it. */
  readonly verified: ReadonlySet<string>;
  /** Targets that failed in an earlier round: they are not in the plan any more. */
  readonly leftOut: ReadonlySet<string>;
  /** Seconds that policies want alarms to be watched at least after the last wave. */
  readonly soakAtLeast?: number;
  /** Whether rollouts may start now. */
  readonly openness: Openness;
  /** Of what is only verified again: why that would judge something else than the release. */
  readonly elsewhere?: Reason | undefined;
  /** How old the oldest part of the plan is, in seconds. */
  readonly planAge: number;
  readonly denied: boolean;
  /** What still has to be approved of this plan, if anything. */
  readonly open?: { readonly requirement: Requirement; readonly seconds: number } | undefined;
}

/** After so long, in seconds, a plan says too little about now: a window may have been waited for. */
const mostPlanAge = 6 * 3600;

/** Targets that are checked for drift at once. */
const checkedAtOnce = 10;

/** Stacks that are brought back in one round: the state of a round has to stay small, and the next round brings back the rest. */
const mostRecoveries = 100;

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
  if (facts.mode === 'verify') return reverifying(facts);
  if (facts.mode === 'drift') return checking(facts);
  const work = plan.targets.flatMap(({ target, stacks }) => stacks.filter(isWork).map((stack) => ({ target, stack })));
  if (work.length === 0 && (facts.mode === 'plan' || !isUnverified(facts, plan))) return { kind: 'nothing-to-do' };
  if (facts.denied) return { kind: 'denied' };
  if (facts.mode === 'plan') return { kind: 'planned' };
  // Nobody is asked to approve what may go no further; what only has to wait is approved meanwhile.
  if (facts.openness.kind === 'closed') return facts.openness;
  if (facts.open !== undefined) return { kind: 'needs-approval', ...facts.open };
  if (facts.openness.kind === 'wait') return facts.openness;
  if (facts.planAge > mostPlanAge) return { kind: 'again' };
  const recoveries = work.filter(({ stack }) => stack.kind === 'recover');
  if (recoveries.length > 0)
    return {
      kind: 'recover',
      recoveries: recoveries.slice(0, mostRecoveries).map(({ target, stack }) => ({ target, stack: stack.stack })),
    };
  return going(facts, plan);
}

/** A decision as the step answers it: what an approval is about stays in the ledger. */
export function answerTo(
  decided: Decision,
  { leftOut, ...plan }: { readonly digest: string; readonly nextRound: number } & Pick<DecisionFacts, 'leftOut'>,
) {
  const { digest } = plan;
  const failed = leftOut.size > 0;
  switch (decided.kind) {
    case 'nothing-to-do':
      return { kind: decided.kind, digest, more: false as const, tolerant: failed };
    case 'planned':
      return { kind: decided.kind, digest };
    case 'denied':
    case 'closed':
      return { kind: 'denied' as const, digest };
    case 'needs-approval':
      return { kind: decided.kind, ...plan, seconds: decided.seconds };
    case 'wait':
      return { kind: decided.kind, digest, until: decided.until };
    case 'again':
    case 'recover':
      return { ...decided, ...plan };
    case 'go':
      return { kind: decided.kind, ...plan, ...goingAs(decided, failed) };
  }
}

function goingAs({ more, waves, idle }: Extract<Decision, { kind: 'go' }>, failed: boolean) {
  const tolerant = failed || (!idle && waves.some(({ failureTolerance }) => failureTolerance > 0));
  return { more, tolerant, waves };
}

/** Whether anything is to be done about a stack. */
export function isWork({ kind }: StackPlan): boolean {
  return kind !== 'unchanged';
}

/** Nothing is planned and nothing executed: every target is verified, whether it was before or not. */
function reverifying(facts: DecisionFacts): Decision {
  if (facts.elsewhere !== undefined) return { kind: 'closed', reason: facts.elsewhere };
  const soaks = isSoaking(facts) ? { soaks: true as const } : {};
  const assignments = facts.members.map((target) => ({ target, stacks: [], complete: true, ...soaks }));
  const waves = wavesOf({ ...facts, more: false }, assignments);
  return waves.length === 0 ? { kind: 'nothing-to-do' } : { kind: 'go', more: false, waves, assignments };
}

/** Every target is compared with its templates, whatever the others turn out to be. Waves and `maxConcurrency` are for changes. */
function checking({ environment, targets, members }: DecisionFacts): Decision {
  const { name, targets: selected } = environment;
  const flat = { name, targets: selected, maxConcurrency: checkedAtOnce, failureTolerance: members.length };
  const assignments = members.map((target) => ({ target, stacks: [], complete: true }));
  const waves = wavesOf({ environment: flat, targets, more: false }, assignments);
  if (waves.length === 0) return { kind: 'nothing-to-do' };
  return { kind: 'go', more: false, idle: true, waves, assignments };
}

/** Nothing changes, and the environment verifies what some target has not been verified with. */
function isUnverified(facts: DecisionFacts, plan: RolloutPlan): boolean {
  return assignmentsOf({ ...facts, deferred: new Set() }, plan).length > 0;
}

function going(facts: DecisionFacts, plan: RolloutPlan): Decision {
  const deferred = deferredStacks(plan, facts.stacks);
  const following = followers(plan, facts.stacks);
  const assignments = assignmentsOf({ ...facts, deferred: new Set([...deferred, ...following]) }, plan);
  const more = deferred.size > 0 || following.size > 0 || plan.targets.some(({ stacks }) => stacks.some(isLate));
  const regions = new Map(plan.targets.map(({ target, region }) => [target, region]));
  const placed = assignments.map(({ target }) => ({ target, region: `${regions.get(target)}` }));
  const waves = wavesOf({ ...facts, more }, placed);
  if (waves.length > 0) return { kind: 'go', more, waves, assignments };
  const [key = ''] = deferred;
  const waiting = plan.targets.flatMap(({ target, stacks }) =>
    stacks.flatMap((stack) => (stackKey(target, stack.stack) === key ? [{ target, stack }] : [])),
  );
  const { target, stack } = waiting[0] as { target: string; stack: StackPlan };
  throw failure('OUTPUT_UNKNOWN', { stack: stack.stack, target, after: stack.after ?? [] });
}
