/** What is to be done in each target of a round, and in which waves. */
import { type Labelled, planWaves, type Wave } from '../config/match-targets.ts';
import type { Environment } from '../config/schema.ts';
import { secondsOf } from '../policy/duration.ts';
import type { RolloutPlan } from './decision.ts';
import { stackKey } from './readiness.ts';
import type { StackPlan } from './stack-plan.ts';

/** What one target gets in a round. */
export interface Assignment {
  readonly target: string;
  /** In the order of their dependencies; none where the target is only verified. */
  readonly stacks: readonly string[];
  /** No stack of the target is left for a later round, so that it can be verified as a whole. */
  readonly complete: boolean;
  /** Alarms are to be watched in it before it is through. */
  readonly soaks?: true;
}

export interface RolloutWave {
  readonly maxConcurrency: number;
  readonly failureTolerance: number;
  /** How long alarms are watched after the wave; 0 for not at all. */
  readonly soakSeconds: number;
  /** No wave and no round follows. */
  readonly last: boolean;
  readonly targets: string[];
}

export interface RoundFacts {
  readonly environment: Environment;
  /** The targets on record, for their labels. */
  readonly targets: readonly Labelled[];
  /** Targets that run the release and are verified with it: there is nothing to be seen to there. */
  readonly verified: ReadonlySet<string>;
  /** Stacks that wait for a later round, by `stackKey`. */
  readonly deferred: ReadonlySet<string>;
  /** Targets that failed in an earlier round. */
  readonly leftOut?: ReadonlySet<string>;
  /** Seconds that policies want alarms to be watched at least after the last wave. */
  readonly soakAtLeast?: number;
}

/** The targets with something to do in this round, or with nothing but their verification left. */
export function assignmentsOf(facts: RoundFacts, { targets }: Pick<RolloutPlan, 'targets'>): Assignment[] {
  return targets.flatMap(({ target, stacks }) => {
    const running = stacks.filter((stack) => isRunnable(stack) && !facts.deferred.has(stackKey(target, stack.stack)));
    const complete = stacks.every((stack) => !facts.deferred.has(stackKey(target, stack.stack)) && !isLate(stack));
    const unverified = complete && isVerifying(facts) && !facts.verified.has(target);
    if (running.length === 0 && !unverified) return [];
    return [{ target, stacks: running.map(({ stack }) => stack), complete, ...(isSoaking(facts) && { soaks: true }) }];
  });
}

type Watching = Pick<RoundFacts, 'environment' | 'soakAtLeast'>;

/** Whether anything is to be seen to in a target whose stacks are as they should be. */
export function isVerifying(facts: Watching): boolean {
  return facts.environment.verify !== undefined || isSoaking(facts);
}

/** Whether targets are watched at any time, by the word of the pipeline or of a policy. */
export function isSoaking({ environment: { soak, waves = [] }, soakAtLeast = 0 }: Watching): boolean {
  return soak !== undefined || soakAtLeast > 0 || waves.some((wave) => wave.soak !== undefined);
}

/**
 * The assigned targets in the environment's waves. Targets that no wave takes, because of their labels or because those were changed since,
 * come last, so that none is forgotten. Alarms are watched in the last round alone: before it no target is done. What a wave tolerates, it
 * tolerates once: those that failed in an earlier round count.
 */
export function wavesOf(
  {
    environment,
    targets,
    soakAtLeast = 0,
    leftOut = new Set(),
    more,
  }: Pick<RoundFacts, 'environment' | 'targets' | 'soakAtLeast' | 'leftOut'> & { readonly more: boolean },
  assigned: readonly { readonly target: string; readonly region?: string }[],
): RolloutWave[] {
  const labels = new Map(targets.map((target) => [target.name, target.labels]));
  const failed = [...leftOut].map((target) => ({ target, region: '' }));
  const ranked = [...assigned, ...failed].map(({ target: name, region = '' }) => {
    return { name, region, labels: labels.get(name) ?? {} };
  });
  const { waves } = planWaves(environment, ranked);
  const taken = new Set(waves.flatMap((wave) => wave.targets));
  const left = ranked.filter((target) => !taken.has(target));
  const filled = [...waves, { targets: left, maxConcurrency: 1, failureTolerance: 0, soak: undefined }]
    .map((wave) => without(leftOut, wave))
    .filter((wave) => wave.targets.length > 0);
  return filled.map(({ maxConcurrency, failureTolerance, soak, targets: members }, index) => {
    const last = !more && index === filled.length - 1;
    const spans = more ? [] : [soak, last ? environment.soak?.for : undefined];
    return {
      ...{ maxConcurrency, failureTolerance, last },
      soakSeconds: Math.max(
        last ? soakAtLeast : 0,
        ...spans.flatMap((span) => (span === undefined ? [] : [secondsOf(span)])),
      ),
      targets: members.map(({ name }) => name),
    };
  });
}

function without<Of extends Wave<{ readonly name: string }>>(leftOut: ReadonlySet<string>, wave: Of): Of {
  const targets = wave.targets.filter(({ name }) => !leftOut.has(name));
  const failed = wave.targets.length - targets.length;
  return { ...wave, targets, failureTolerance: Math.max(0, wave.failureTolerance - failed) };
}

function isRunnable({ kind }: StackPlan): boolean {
  return kind === 'changes' || kind === 'settings';
}

/** A stack policy can be set only on a stack that exists, so a new stack gets its own in a further round. */
export function isLate({ operation, settings }: StackPlan): boolean {
  return operation === 'create' && settings.some(({ name }) => name === 'stack policy');
}
