/** Where the files of a release have to be before it is complete: in the artifacts bucket of every region its targets are in. */
import { mapBounded } from '#shared/bounded.ts';
import { targetsOf } from './journey.ts';
import type { Artifact, Release } from './release.ts';

export interface ArtifactPlace {
  readonly artifact: Artifact;
  readonly region: string;
}

type KnownTarget = {
  readonly name: string;
  readonly region: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** Every file of the release in every region of its targets. */
export function placesOf(release: Release, targets: readonly KnownTarget[]): ArtifactPlace[] {
  const reached = release.environments.flatMap((environment) => targetsOf(release, environment.name, targets));
  const regions = [...new Set(reached.map((target) => target.region))].sort();
  const artifacts = new Map(
    [...release.stacks.map((stack) => stack.template), ...release.assets].map((artifact) => [artifact.key, artifact]),
  );
  return regions.flatMap((region) => [...artifacts.values()].map((artifact) => ({ artifact, region })));
}

/** A manifest may name thousands of files. */
const mostAtOnce = 32;

/** The places where `isThere` says no, in order. Not all of them are asked for at once. */
export async function missingFrom(
  places: readonly ArtifactPlace[],
  isThere: (place: ArtifactPlace) => Promise<boolean>,
): Promise<ArtifactPlace[]> {
  const there = await mapBounded(places, mostAtOnce, isThere);
  return places.filter((_, index) => !there[index]);
}
