/** What a schedule is about that promotes nothing, but verifies again what runs, or looks for drift of it. */
import { type Labelled, matchTargets } from '../config/match-targets.ts';
import type { Running } from '../promotion/running.ts';
import type { Release } from '../release/release.ts';
import type { Schedule } from './schedule.ts';

type Scope = Pick<Schedule, 'environments' | 'mode'>;
type Runs = Pick<Running, 'environment' | 'target' | 'release' | 'releaseId' | 'since' | 'mixed'>;

/** Whether it is about what runs, not about what is to run. */
export function isAboutWhatRuns({ mode }: Pick<Schedule, 'mode'>): boolean {
  return mode === 'verify' || mode === 'drift';
}

/**
 * The releases that run where the schedule looks: what most of the targets run is first, and of equals what arrived last. What a target runs
 * only in part cannot be verified.
 */
export function releasesThatRun(scope: Scope, running: readonly Runs[]): { digest: string; id: string }[] {
  const meant = running.filter(
    (one) => (scope.environments?.includes(one.environment) ?? true) && canBeLookedAt(scope, one),
  );
  return [...Map.groupBy(meant, ({ release }) => release)]
    .map(([digest, on]) => {
      const { since, releaseId: id } = on.reduce((a, b) => (a.since < b.since ? b : a));
      return { digest, id, targets: on.length, rank: `${since} ${digest}` };
    })
    .toSorted((a, b) => b.targets - a.targets || (a.rank < b.rank ? 1 : -1))
    .map(({ digest, id }) => ({ digest, id }));
}

/** So many targets a promotion may name. */
const mostNamed = 1000;

export interface Place {
  readonly environments: string[];
  /** Some of their targets; all of them where none is named. */
  readonly targets?: string[];
}

/**
 * Where a release that runs is looked at: for a verification on those targets that run it, for drift on all of an environment. Undefined
 * where the targets on record do not belong to its environments any more.
 */
export function placeOf(
  scope: Scope,
  release: Pick<Release, 'environments'> & { readonly digest: string },
  { running, targets }: { readonly running: readonly Runs[]; readonly targets: readonly Labelled[] },
): Place | undefined {
  const looked = running.filter((one) => canBeLookedAt(scope, one) && isOf(scope, one, release.digest));
  const places = release.environments
    .filter(({ name }) => scope.environments?.includes(name) ?? true)
    .map((environment) => {
      const here = new Set(looked.flatMap((one) => (one.environment === environment.name ? [one.target] : [])));
      const all = matchTargets(environment, targets).map(({ name }) => name);
      return { name: environment.name, all, on: all.filter((name) => here.has(name)) };
    })
    .filter(({ on }) => on.length > 0);
  if (places.length === 0) return undefined;
  const environments = places.map(({ name }) => name);
  if (scope.mode === 'drift' || places.every(({ all, on }) => all.length === on.length)) return { environments };
  return { environments, targets: [...new Set(places.flatMap(({ on }) => on))].slice(0, mostNamed) };
}

function canBeLookedAt({ mode }: Scope, { mixed }: Runs): boolean {
  return mode === 'drift' || mixed === undefined;
}

function isOf({ mode }: Scope, { release }: Runs, digest: string): boolean {
  return mode === 'drift' || release === digest;
}
