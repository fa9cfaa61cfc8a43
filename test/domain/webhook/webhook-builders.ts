/** Webhooks and what their senders send, signed as each provider signs. */
import { createHmac } from 'node:crypto';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';

export const gitHubSecret = "It's a Secret to Everybody";
export const signingKey = Buffer.from('0123456789abcdef0123456789abcdef');
export const signingSecret = `whsec_${signingKey.toString('base64')}`;
export const releaseDigest = `sha256:${'a'.repeat(64)}`;
export const deliveryGuid = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
/** 2026-01-05T09:00:00Z in seconds. */
export const mondaySeconds = 1_767_603_600;

export function aWebhook(change: Partial<Webhook> = {}): Webhook {
  return {
    apiVersion: 'drawbridge/v1',
    kind: 'Webhook',
    metadata: { name: 'orders-ci' },
    provider: 'github',
    pipeline: 'orders',
    repository: { id: 424242, fullName: 'acme/orders' },
    refs: ['refs/heads/main'],
    events: ['deployment', 'repository_dispatch'],
    ...change,
  };
}

export const aGitLabWebhook = (change: Partial<Webhook> = {}) =>
  aWebhook({ provider: 'gitlab', events: ['pipeline'], ...change });

/** Without what only repositories have. */
export function aStandardWebhook(change: Partial<Webhook> = {}): Webhook {
  const { repository: _repository, refs: _refs, ...rest } = aWebhook();
  return { ...rest, provider: 'standard', events: ['promotion'], ...change };
}

/** The members of GitHub's `deployment` event that are of any interest, among others. */
export function aDeployment(change: Record<string, unknown> = {}, deployment: Record<string, unknown> = {}) {
  return {
    action: 'created',
    deployment: {
      id: 145_988_746,
      ref: 'refs/heads/main',
      task: 'deploy',
      payload: { release: releaseDigest },
      environment: 'production',
      ...deployment,
    },
    workflow_run: null,
    repository: { id: 424242, full_name: 'acme/orders', fork: false },
    sender: { id: 583231, login: 'octocat' },
    ...change,
  };
}

export function aDispatch(change: Record<string, unknown> = {}) {
  return {
    action: 'drawbridge',
    branch: 'main',
    client_payload: { release: releaseDigest },
    repository: { id: 424242, full_name: 'acme/orders' },
    sender: { id: 583231 },
    ...change,
  };
}

/** GitLab's pipeline event. */
export function aPipelineEvent(change: Record<string, unknown> = {}, attributes: Record<string, unknown> = {}) {
  return {
    object_kind: 'pipeline',
    object_attributes: {
      id: 31,
      ref: 'main',
      tag: false,
      source: 'api',
      status: 'success',
      variables: [
        { key: 'OTHER', value: 'x' },
        { key: 'DRAWBRIDGE_RELEASE', value: releaseDigest },
      ],
      ...attributes,
    },
    merge_request: null,
    user: { id: 583231, username: 'root' },
    project: { id: 424242, path_with_namespace: 'acme/orders' },
    ...change,
  };
}

export function aPromotionEvent(change: Record<string, unknown> = {}) {
  return { type: 'promotion', timestamp: '2026-01-05T09:00:00Z', data: { release: releaseDigest }, ...change };
}

export function gitHubSignature(body: string | Uint8Array, secret = gitHubSecret): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export function gitHubHeaders(body: string | Uint8Array, secret = gitHubSecret): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-github-event': 'deployment',
    'x-github-delivery': deliveryGuid,
    'x-hub-signature-256': gitHubSignature(body, secret),
  };
}

export function standardSignature(
  signed: { id: string; timestamp: string | number; body: string },
  key: Buffer = signingKey,
) {
  const { id, timestamp, body } = signed;
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export function standardHeaders(
  body: string,
  { id = 'msg_1', timestamp = mondaySeconds, key = signingKey as Buffer } = {},
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': standardSignature({ id, timestamp, body }, key),
  };
}
