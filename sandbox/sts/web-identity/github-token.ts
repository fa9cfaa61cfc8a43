import type { Sandbox } from '../../kernel.ts';
import { type Claims, signToken } from './issuer.ts';

export const gitHubIssuer = 'token.actions.githubusercontent.com';

/** A workflow job that asks its runner for a token. */
export interface GitHubJob {
  /** `owner/name`. */
  readonly repository: string;
  /** Stays when the repository is renamed. */
  readonly repositoryId: string;
  /** With it, owner and repository stand in the subject with their ids. */
  readonly ownerId?: string;
  /** The deployment environment of the job, if it names one. */
  readonly environment?: string;
  readonly event?: 'push' | 'pull_request' | 'workflow_dispatch';
  readonly ref?: string;
  readonly audience?: string;
  /** Claims instead of or beside the usual; null leaves one out. */
  readonly claims?: Claims;
}

/**
 * The token GitHub gives a job: valid for five minutes, its subject made of repository and environment, else event or ref (GitHub Docs,
 * "OpenID Connect reference").
 */
export function gitHubToken(sandbox: Sandbox, job: GitHubJob): string {
  const claims = { ...usualClaims(sandbox, job), ...job.claims };
  const kept = Object.entries(claims).filter(([, value]) => value !== null);
  return signToken(sandbox, gitHubIssuer, Object.fromEntries(kept));
}

function usualClaims(sandbox: Sandbox, job: GitHubJob): Claims {
  const { repository, repositoryId, environment, event = 'push', ref = 'refs/heads/main' } = job;
  const issuedAt = Math.floor(sandbox.now() / 1000);
  const [owner = ''] = repository.split('/');
  return {
    jti: sandbox.uuid('github-token'),
    iss: `https://${gitHubIssuer}`,
    sub: `repo:${subjectRepository(job)}:${subjectContext(job)}`,
    aud: job.audience ?? 'sts.amazonaws.com',
    iat: issuedAt,
    nbf: issuedAt - 600,
    exp: issuedAt + 300,
    repository,
    repository_id: repositoryId,
    repository_owner: owner,
    repository_visibility: 'private',
    actor: 'alice',
    actor_id: '1001',
    event_name: event,
    ref: event === 'pull_request' ? 'refs/pull/7/merge' : ref,
    ref_type: 'branch',
    workflow: 'promote',
    job_workflow_ref: `${repository}/.github/workflows/promote.yml@${ref}`,
    runner_environment: 'github-hosted',
    ...(environment === undefined ? {} : { environment }),
  };
}

/** Immutable subjects (GitHub Changelog, 2026-04-23): of repositories that were made or renamed since July 2026. */
function subjectRepository({ repository, repositoryId, ownerId }: GitHubJob): string {
  const [owner = '', name = ''] = repository.split('/');
  return ownerId === undefined ? repository : `${owner}@${ownerId}/${name}@${repositoryId}`;
}

function subjectContext({ environment, event, ref = 'refs/heads/main' }: GitHubJob): string {
  if (environment !== undefined) return `environment:${environment}`;
  return event === 'pull_request' ? 'pull_request' : `ref:${ref}`;
}
