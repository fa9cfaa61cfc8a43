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

type Selecting = Pick<Environment, 'targets' | 'waves' | 'maxConcurrency'>;

/** The environment's targets, by name, so that the order never depends on where they were read from. */
export function matchTargets<T extends Labelled>(environment: Selecting, targets: readonly T[]): T[] {
  return targets
    .filter((target) => matches(environment.targets.matchLabels, target.labels))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

interface Wave<T> {
  readonly targets: readonly T[];
  readonly maxConcurrency: number;
}

export interface WavePlan<T> {
  readonly waves: readonly Wave<T>[];
  /** Targets of the environment that no wave takes. */
  readonly left: readonly T[];
}

/** Each wave takes the targets that match it and that no earlier wave took. Without waves there is one, with every target. */
export function planWaves<T extends Labelled>(environment: Selecting, targets: readonly T[]): WavePlan<T> {
  let left = matchTargets(environment, targets);
  const waves = (environment.waves ?? [{}]).map((wave) => {
    const taken = left.filter((target) => matches(wave.matchLabels ?? {}, target.labels));
    left = left.filter((target) => !taken.includes(target));
    return { targets: taken, maxConcurrency: wave.maxConcurrency ?? environment.maxConcurrency ?? 1 };
  });
  return { waves, left };
}
