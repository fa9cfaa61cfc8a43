/** Commit statuses and deployments at GitHub. Telling the same again changes nothing but the list of what was told. */
import * as z from 'zod';
import type { Report } from '#shared/domain/github/report.ts';
import { askGitHub, type GitHub } from './client.ts';

/** Where it is told: repository and commit; and where people read on. */
export interface Place {
  /** `acme/orders`. */
  readonly repository: string;
  readonly commit: string;
  readonly link?: string;
}

/** GitHub docs, REST API, "Create a commit status", "Create a deployment status": at most 140 characters. */
const longestDescription = 140;
const task = 'drawbridge';
const Deployment = z.object({ id: z.int().positive(), payload: z.unknown() });

/** Throws what `askGitHub` does. */
export async function tellStatus(gitHub: GitHub, place: Place, report: Report): Promise<void> {
  const body = {
    state: report.states.status,
    context: `drawbridge/${report.environment}`,
    description: report.description.slice(0, longestDescription),
    ...(place.link !== undefined && { target_url: linkOf(place.link, report) }),
  };
  await askGitHub(gitHub, { method: 'POST', path: `/repos/${place.repository}/statuses/${place.commit}`, body });
}

/** The id of the promotion's deployment to the environment, made unless GitHub has it. Throws what `askGitHub` does. */
export async function deploymentOf(gitHub: GitHub, place: Place, report: Report): Promise<number> {
  const { promotion, environment, description } = report;
  const path = `/repos/${place.repository}/deployments`;
  const query = new URLSearchParams({ sha: place.commit, environment, task, per_page: '100' });
  const listed = z.array(Deployment).parse(await askGitHub(gitHub, { method: 'GET', path: `${path}?${query}` }));
  const known = listed.find(({ payload }) => promotionIn(payload) === promotion);
  if (known !== undefined) return known.id;
  // Nothing is merged and no check is waited for. It names no release: a webhook takes no request out of it.
  const body = {
    ...{ ref: place.commit, environment, task, auto_merge: false, required_contexts: [], payload: { promotion } },
    description: description.slice(0, longestDescription),
  };
  return Deployment.parse(await askGitHub(gitHub, { method: 'POST', path, body })).id;
}

/** Throws what `askGitHub` does. */
export async function tellDeployment(gitHub: GitHub, place: Place, told: Report & { id: number }): Promise<void> {
  const body = {
    state: told.states.deployment,
    description: told.description.slice(0, longestDescription),
    ...(place.link !== undefined && { log_url: linkOf(place.link, told) }),
  };
  await askGitHub(gitHub, { method: 'POST', path: `/repos/${place.repository}/deployments/${told.id}/statuses`, body });
}

function linkOf(link: string, { promotion }: Report): string {
  return link.replaceAll('{promotion}', promotion);
}

/** An object, or text that may be JSON. */
function promotionIn(payload: unknown): unknown {
  const value = typeof payload === 'string' ? parsed(payload) : payload;
  return typeof value === 'object' && value !== null ? (value as { promotion?: unknown }).promotion : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
