/** The way of a release: its environments, and the targets they mean. */
import { type Labelled, matchTargets } from '../config/match-targets.ts';
import type { Environment } from '../config/schema.ts';
import { failure } from '../errors/catalogue.ts';
import type { Release } from './release.ts';

/** The names of the release's environments, in order. */
export function journeyOf(release: Release): string[] {
  return release.environments.map((environment) => environment.name);
}

/** The release's environment of that name. Throws ENVIRONMENT_UNKNOWN. */
export function environmentOf(release: Release, name: string): Environment {
  const found = release.environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  throw failure('ENVIRONMENT_UNKNOWN', { environment: name, known: journeyOf(release) });
}

/** The targets that belong to an environment by its labels, by name. An environment the release does not have has none. */
export function targetsOf<Target extends Labelled>(
  release: Release,
  environment: string,
  targets: readonly Target[],
): Target[] {
  const found = release.environments.find((candidate) => candidate.name === environment);
  return found === undefined ? [] : matchTargets(found, targets);
}

/** Of the targets of an environment those that a promotion asked for: all of them where it named none. */
export function membersOf(targets: readonly Labelled[], only: readonly string[] | undefined): string[] {
  return targets.map(({ name }) => name).filter((name) => only === undefined || only.includes(name));
}
