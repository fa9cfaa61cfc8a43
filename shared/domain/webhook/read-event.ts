/** Reads a verified delivery: does it ask for a promotion, and of which release? */
import * as z from 'zod';
import { problem } from '../errors/catalogue.ts';
import { Instant } from '../identifiers.ts';
import { refused } from './delivery.ts';
import { ignored, memberOf, type Reading, readingOf, releaseReading } from './reading.ts';
import type { Webhook, WebhookEvent } from './webhook.ts';

export interface VerifiedEvent {
  readonly body: unknown;
  /** The X-GitHub-Event header, which is not signed: it can only take away from what the body says. */
  readonly event?: string | undefined;
}

export function readEvent(webhook: Webhook, { body, event }: VerifiedEvent): Reading {
  switch (webhook.provider) {
    case 'github':
      return readGitHub(webhook, body, event);
    case 'gitlab':
      return readGitLab(webhook, body);
    case 'standard':
      return readStandard(body);
  }
}

/** The event_type of a repository_dispatch that is meant for us. */
const dispatchType = 'drawbridge';

/** GitHub Docs, "Webhook events and payloads". */
function readGitHub(webhook: Webhook, body: unknown, event: string | undefined): Reading {
  const kind = gitHubKind(body);
  if (kind === undefined || (event !== undefined && event !== kind) || !webhook.events.includes(kind))
    return ignored('it is no event by which this webhook asks for a promotion');
  const repository = { id: memberOf(body, 'repository', 'id'), fullName: memberOf(body, 'repository', 'full_name') };
  if (isOfPullRequest(body)) return ignored('it comes from a pull request or a fork');
  return readingOf(webhook, {
    repository,
    actor: memberOf(body, 'sender', 'id'),
    // A dispatch is always on the default branch, whose name GitHub adds.
    ref: kind === 'deployment' ? memberOf(body, 'deployment', 'ref') : refNamed('heads', memberOf(body, 'branch')),
    release:
      kind === 'deployment'
        ? deploymentRelease(memberOf(body, 'deployment'))
        : memberOf(body, 'client_payload', 'release'),
    commit: kind === 'deployment' ? memberOf(body, 'deployment', 'sha') : memberOf(body, 'client_payload', 'commit'),
  });
}

/** By what only this event has. */
function gitHubKind(body: unknown): WebhookEvent | undefined {
  const has = (name: string) => typeof memberOf(body, name) === 'object' && memberOf(body, name) !== null;
  if (has('pull_request') || has('deployment_status')) return undefined;
  if (has('deployment')) return memberOf(body, 'action') === 'created' ? 'deployment' : undefined;
  if (has('client_payload')) return memberOf(body, 'action') === dispatchType ? 'repository_dispatch' : undefined;
  return undefined;
}

/** A deployment made by a workflow names the run. */
function isOfPullRequest(body: unknown): boolean {
  const run = memberOf(body, 'workflow_run') ?? {};
  const from = memberOf(run, 'head_repository', 'id');
  const foreign = from !== undefined && from !== memberOf(body, 'repository', 'id');
  return foreign || String(memberOf(run, 'event')).startsWith('pull_request');
}

/** The payload of a deployment is what was given: an object, or text that may be JSON. */
function deploymentRelease(deployment: unknown): unknown {
  const payload = memberOf(deployment, 'payload');
  if (typeof payload !== 'string') return memberOf(payload, 'release');
  try {
    return memberOf(JSON.parse(payload), 'release');
  } catch {
    return undefined;
  }
}

/** The CI/CD variable by which a pipeline of GitLab names the release. */
const releaseVariable = 'DRAWBRIDGE_RELEASE';

/** GitLab Docs, "Webhook events", pipeline events. */
function readGitLab(webhook: Webhook, body: unknown): Reading {
  const attribute = (name: string) => memberOf(body, 'object_attributes', name);
  if (memberOf(body, 'object_kind') !== 'pipeline' || !webhook.events.includes('pipeline'))
    return ignored('it is no event by which this webhook asks for a promotion');
  const merging = memberOf(body, 'merge_request') ?? undefined;
  if (merging !== undefined || /merge_request|pull_request/.test(String(attribute('source'))))
    return ignored('it comes from a merge request');
  if (attribute('status') !== 'success') return ignored('the pipeline has not succeeded');
  const variables = attribute('variables');
  const named = (Array.isArray(variables) ? variables : []).filter((one) => memberOf(one, 'key') === releaseVariable);
  return readingOf(webhook, {
    repository: { id: memberOf(body, 'project', 'id'), fullName: memberOf(body, 'project', 'path_with_namespace') },
    actor: memberOf(body, 'user', 'id'),
    ref: refNamed(attribute('tag') === true ? 'tags' : 'heads', attribute('ref')),
    release: memberOf(named[0], 'value'),
  });
}

function refNamed(kind: 'heads' | 'tags', name: unknown): string | undefined {
  return typeof name === 'string' ? `refs/${kind}/${name}` : undefined;
}

/** Our own: the form that Standard Webhooks recommends. The time makes each one another body, which no replay has. */
const StandardEvent = z.strictObject({
  type: z.literal('promotion'),
  timestamp: Instant,
  data: z.strictObject({ release: z.unknown() }),
});

function readStandard(body: unknown): Reading {
  if (memberOf(body, 'type') !== 'promotion') return ignored('its type is not promotion');
  const read = StandardEvent.safeParse(body);
  if (read.success) return releaseReading(read.data.data.release);
  const detail = read.error.issues.map(({ path, message }) => `/${path.map(String).join('/')} ${message}`).join('; ');
  return refused(problem('WEBHOOK_BODY', { detail: `is no promotion: ${detail}` }));
}
