import { describe, expect, it } from 'vitest';
import { provenanceFrom, ReleaseCompletion } from '#shared/domain/release/provenance.ts';
import { releaseDigest } from '#shared/domain/release/release.ts';
import { aRelease } from '#test/builders.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';
const github = {
  ...{ GITHUB_ACTIONS: 'true', GITHUB_SHA: commit, GITHUB_SERVER_URL: 'https://github.com' },
  ...{ GITHUB_REPOSITORY: 'octo/orders', GITHUB_RUN_ID: '42', GITHUB_EVENT_NAME: 'push' },
};
const gitlab = {
  ...{ CI_COMMIT_SHA: commit, CI_PROJECT_URL: 'https://gitlab.com/octo/orders' },
  ...{ CI_JOB_URL: 'https://gitlab.com/octo/orders/-/jobs/42', CI_PIPELINE_SOURCE: 'schedule' },
};

describe('where a release comes from', () => {
  it.each<[string, Readonly<Record<string, string>>, object | undefined]>([
    [
      'a runner of GitHub',
      github,
      {
        ...{ commit, repository: 'https://github.com/octo/orders', event: 'push' },
        builder: 'https://github.com/octo/orders/actions/runs/42',
      },
    ],
    [
      'a runner of GitLab',
      gitlab,
      {
        ...{ commit, repository: 'https://gitlab.com/octo/orders', event: 'schedule' },
        builder: 'https://gitlab.com/octo/orders/-/jobs/42',
      },
    ],
    ['a person', { HOME: '/home/alice' }, undefined],
    ['a runner that says nonsense', { CI_COMMIT_SHA: 'main', CI_JOB_URL: ' ' }, undefined],
    ['a runner that says one thing of its form', { CI_COMMIT_SHA: commit, CI_JOB_URL: 'x'.repeat(513) }, { commit }],
  ])('%s', (_, variables, expected) => {
    expect(provenanceFrom(variables)).toEqual(expected);
  });

  it('is no part of what the release is', () => {
    const { provenance, ...release } = ReleaseCompletion.parse({ ...aRelease(), provenance: { commit } });
    expect(provenance).toEqual({ commit });
    expect(releaseDigest(release)).toBe(releaseDigest(aRelease()));
  });
});
