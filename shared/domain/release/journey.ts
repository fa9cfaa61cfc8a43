/** The way of a release: its environments, and the targets they mean. */
import { matches } from '../config/match-targets.ts';
import type { Release } from './release.ts';

/** The names of the release's environments, in order. */
export function journeyOf(release: Release): string[] {
  return release.environments.map((environment) => environment.name);
}

/** The targets that belong to an environment by its labels, by name. An environment the release does not have has none. */
export function targetsOf<Target extends { readonly name: string; readonly labels: Readonly<Record<string, string>> }>(
  release: Release,
  environment: string,
  targets: readonly Target[],
): Target[] {
  const wanted = release.environments.find((candidate) => candidate.name === environment)?.targets.matchLabels;
  if (wanted === undefined) return [];
  return targets.filter((target) => matches(wanted, target.labels)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
