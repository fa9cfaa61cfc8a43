/** Where a release comes from, as whoever completed it says: kept beside the manifest, no part of the release's identity. */
import * as z from 'zod';
import { Commit } from '../promotion/records.ts';
import { Release } from './release.ts';

const Text = z.string().trim().min(1).max(512);

export const Provenance = z.strictObject({
  commit: Commit.exactOptional(),
  /** Address of the repository. */
  repository: Text.exactOptional(),
  /** Address of the run that packaged it. */
  builder: Text.exactOptional(),
  /** What started that run, such as `push`. */
  event: Text.exactOptional(),
});
export type Provenance = z.infer<typeof Provenance>;

/** What completes a release: its manifest, and where it comes from. */
export const ReleaseCompletion = Release.extend({ provenance: Provenance.exactOptional() });

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * What a runner of GitHub or GitLab says about itself in its environment variables; undefined elsewhere (GitHub documentation, "Variables
 * reference"; GitLab documentation, "Predefined CI/CD variables"). What is not of its form is left out.
 */
export function provenanceFrom(variables: Variables): Provenance | undefined {
  const said = variables['GITHUB_ACTIONS'] === 'true' ? github(variables) : gitlab(variables);
  const found = Object.fromEntries(
    Object.entries(said).filter(([key, value]) => Provenance.safeParse({ [key]: value }).success),
  );
  return Object.keys(found).length === 0 ? undefined : Provenance.parse(found);
}

function github(variables: Variables): Record<keyof Provenance, string | undefined> {
  const repository = `${variables['GITHUB_SERVER_URL']}/${variables['GITHUB_REPOSITORY']}`;
  return {
    commit: variables['GITHUB_SHA'],
    repository,
    builder: `${repository}/actions/runs/${variables['GITHUB_RUN_ID']}`,
    event: variables['GITHUB_EVENT_NAME'],
  };
}

function gitlab(variables: Variables): Record<keyof Provenance, string | undefined> {
  return {
    commit: variables['CI_COMMIT_SHA'],
    repository: variables['CI_PROJECT_URL'],
    builder: variables['CI_JOB_URL'],
    event: variables['CI_PIPELINE_SOURCE'],
  };
}
