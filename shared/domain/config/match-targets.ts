/** Which targets an environment has, and in which waves they are deployed. */
import type { Labels } from './labels.ts';
import type { Environment } from './schema.ts';

/** True when every wanted label is there with exactly that value. */
export function matches(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}

/** What this needs of a target, wherever it was read from. */
export interface Labelled {
  readonly name: string;
  readonly labels: Labels;
}

/** Where a target is, if that is known: a wave may have its regions in an order. */
interface Ranked extends Labelled {
  readonly region?: string;
}

type Selecting = Pick<
  Environment,
  'targets' | 'waves' | 'maxConcurrency' | 'failureTolerance' | 'regionOrder' | 'soak'
>;

/** The environment's targets, by name, so that the order never depends on where they were read from. */
export function matchTargets<T extends Labelled>(environment: Pick<Selecting, 'targets'>, targets: readonly T[]): T[] {
  return targets
    .filter((target) => matches(environment.targets.matchLabels, target.labels))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface Wave<T> {
  readonly targets: readonly T[];
  readonly maxConcurrency: number;
  /** How many of them may fail before no more of them start. */
  readonly failureTolerance: number;
  /** How long alarms are watched before the next wave, as written. */
  readonly soak?: string | undefined;
}

export interface WavePlan<T> {
  readonly waves: readonly Wave<T>[];
  /** Targets of the environment that no wave takes. */
  readonly left: readonly T[];
}

/**
 * Each wave takes the targets that match it and that no earlier wave took: every target is in one wave, or left. Without waves there is one,
 * with every target. Within a wave the regions that have an order come first, then names decide.
 */
export function planWaves<T extends Ranked>(environment: Selecting, targets: readonly T[]): WavePlan<T> {
  let left = inOrder(matchTargets(environment, targets), environment.regionOrder ?? []);
  const waves = (environment.waves ?? [{}]).map((wave) => {
    const taken = left.filter((target) => matches(wave.matchLabels ?? {}, target.labels));
    left = left.filter((target) => !taken.includes(target));
    return {
      targets: taken,
      maxConcurrency: wave.maxConcurrency ?? environment.maxConcurrency ?? 1,
      failureTolerance: wave.failureTolerance ?? environment.failureTolerance ?? 0,
      soak: wave.soak,
    };
  });
  return { waves, left };
}

function inOrder<T extends Ranked>(targets: readonly T[], regions: readonly string[]): T[] {
  const rank = ({ region = '' }: T) => (regions.includes(region) ? regions.indexOf(region) : regions.length);
  return targets.toSorted((a, b) => rank(a) - rank(b));
}
