/** What a verified delivery comes to: most of them to nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdmissionRequest } from '#shared/domain/promotion/request.ts';
import { readEvent, type VerifiedEvent } from '#shared/domain/webhook/read-event.ts';
import { admissionOf, bodyDigestOf } from '#shared/domain/webhook/records.ts';
import type { Webhook } from '#shared/domain/webhook/webhook.ts';
import { monday } from '#test/builders.ts';
import {
  aDeployment,
  aDispatch,
  aGitLabWebhook,
  aPipelineEvent,
  aPromotionEvent,
  aStandardWebhook,
  aWebhook,
  releaseDigest,
} from './webhook-builders.ts';

/** The release that is asked for, why nothing is, or the code of the refusal. */
function outcome(webhook: Webhook, event: VerifiedEvent): string {
  const reading = readEvent(webhook, event);
  if (reading.kind === 'promotion') return reading.release;
  return reading.kind === 'ignored' ? reading.reason : reading.problem.code;
}

const noEvent = 'it is no event by which this webhook asks for a promotion';
const otherRef = 'the ref is not one of the webhook';
const fromElsewhere = 'it comes from a pull request or a fork';

describe('an event of GitHub', () => {
  const pullRequest = { head: { repo: { fork: true, full_name: 'mallory/orders' } }, base: { ref: 'main' } };
  const repository = (change: object) => ({ repository: { id: 424242, full_name: 'acme/orders', ...change } });

  it.each<[string, VerifiedEvent, string]>([
    ['a deployment', { body: aDeployment() }, releaseDigest],
    ['a deployment, named in the header', { event: 'deployment', body: aDeployment() }, releaseDigest],
    [
      'a deployment by its release id',
      { body: aDeployment({}, { payload: { release: 'orders-0123456789ab' } }) },
      'orders-0123456789ab',
    ],
    [
      'a deployment with a payload as text',
      { body: aDeployment({}, { payload: JSON.stringify({ release: releaseDigest }) }) },
      releaseDigest,
    ],
    ['a dispatch', { event: 'repository_dispatch', body: aDispatch() }, releaseDigest],
    ['a ping', { event: 'ping', body: { zen: 'Keep it logically awesome.', hook_id: 1 } }, noEvent],
    ['a push', { event: 'push', body: { ref: 'refs/heads/main', ...repository({}) } }, noEvent],
    ['a deleted branch', { event: 'delete', body: { ref: 'main', ref_type: 'branch', ...repository({}) } }, noEvent],
    ['a tag', { event: 'create', body: { ref: 'v1', ref_type: 'tag', ...repository({}) } }, noEvent],
    [
      'a pull request from a fork',
      { event: 'pull_request', body: { action: 'opened', pull_request: pullRequest, ...repository({}) } },
      noEvent,
    ],
    [
      'a pull request that calls itself a deployment',
      { event: 'deployment', body: { action: 'opened', pull_request: pullRequest, ...repository({}) } },
      noEvent,
    ],
    [
      'a pull request with a deployment in it',
      { event: 'deployment', body: aDeployment({ pull_request: pullRequest }) },
      noEvent,
    ],
    ['a deployment said to be a pull request', { event: 'pull_request', body: aDeployment() }, noEvent],
    ['the status of a deployment', { body: aDeployment({ deployment_status: { state: 'success' } }) }, noEvent],
    ['a deployment that waits for a rule', { body: aDeployment({ action: 'requested' }) }, noEvent],
    ['a dispatch for somebody else', { body: aDispatch({ action: 'nightly' }) }, noEvent],
    ['nothing', { body: null }, noEvent],
    ['a list', { body: [] }, noEvent],
    [
      'a deployment by a run of a fork',
      { body: aDeployment({ workflow_run: { event: 'push', head_repository: { id: 7 } } }) },
      fromElsewhere,
    ],
    [
      'a deployment by a run of a pull request',
      { body: aDeployment({ workflow_run: { event: 'pull_request_target', head_repository: { id: 424242 } } }) },
      fromElsewhere,
    ],
    [
      'a deployment by a run of the branch',
      { body: aDeployment({ workflow_run: { event: 'push', head_repository: { id: 424242 } } }) },
      releaseDigest,
    ],
    [
      'another repository',
      { body: aDeployment(repository({ id: 7, full_name: 'mallory/orders' })) },
      'REPO_NOT_ALLOWED',
    ],
    [
      'a repository of the name with another number',
      { body: aDeployment(repository({ id: 4242420 })) },
      'REPO_NOT_ALLOWED',
    ],
    [
      'the repository under another name',
      { body: aDeployment(repository({ full_name: 'acme/orders2' })) },
      'REPO_NOT_ALLOWED',
    ],
    [
      'the repository in other letters',
      { body: aDeployment(repository({ full_name: 'Acme/Orders' })) },
      'REPO_NOT_ALLOWED',
    ],
    ['the number as text', { body: aDeployment(repository({ id: '424242' })) }, 'REPO_NOT_ALLOWED'],
    ['no repository', { body: aDeployment({ repository: undefined }) }, 'REPO_NOT_ALLOWED'],
    ['a bare branch', { body: aDeployment({}, { ref: 'main' }) }, otherRef],
    ['a ref with a line break', { body: aDeployment({}, { ref: 'refs/heads/main\n' }) }, otherRef],
    ['a ref below', { body: aDeployment({}, { ref: 'refs/heads/main/x' }) }, otherRef],
    ['a tag of the name', { body: aDeployment({}, { ref: 'refs/tags/main' }) }, otherRef],
    ['a ref for a shell', { body: aDeployment({}, { ref: 'refs/heads/$(curl evil)' }) }, otherRef],
    ['no ref', { body: aDeployment({}, { ref: undefined }) }, otherRef],
    ['another branch of a dispatch', { body: aDispatch({ branch: 'develop' }) }, otherRef],
    ['no branch of a dispatch', { body: aDispatch({ branch: null }) }, otherRef],
    ['no release', { body: aDeployment({}, { payload: {} }) }, 'it names no release'],
    ['a payload that is text', { body: aDeployment({}, { payload: 'x' }) }, 'it names no release'],
    ['no payload', { body: aDispatch({ client_payload: {} }) }, 'it names no release'],
    ['a path', { body: aDeployment({}, { payload: { release: '../x' } }) }, 'WEBHOOK_BODY'],
    ['an address', { body: aDeployment({}, { payload: { release: 'https://169.254.169.254/x' } }) }, 'WEBHOOK_BODY'],
    ['a number', { body: aDeployment({}, { payload: { release: 7 } }) }, 'WEBHOOK_BODY'],
  ])('%s', (_, event, expected) => {
    expect(outcome(aWebhook(), event)).toBe(expected);
  });

  it.each<[string, unknown, string]>([
    ['of a named user', 583231, releaseDigest],
    ['of one whose number contains a named one', 15832319, 'ACTOR_NOT_ALLOWED'],
    ['of one whose number is text', '583231', 'ACTOR_NOT_ALLOWED'],
    ['of nobody', undefined, 'ACTOR_NOT_ALLOWED'],
  ])('%s', (_, id, expected) => {
    expect(outcome(aWebhook({ actors: [1, 583231] }), { body: aDeployment({ sender: { id } }) })).toBe(expected);
  });

  it('counts only where the webhook names it', () => {
    expect(outcome(aWebhook({ events: ['deployment'] }), { body: aDispatch() })).toBe(noEvent);
    expect(outcome(aWebhook({ events: ['repository_dispatch'] }), { body: aDeployment() })).toBe(noEvent);
  });
});

describe('an event of GitLab', () => {
  const tag = aGitLabWebhook({ refs: ['refs/tags/v1'] });

  it.each<[string, Webhook, unknown, string]>([
    ['a pipeline', aGitLabWebhook(), aPipelineEvent(), releaseDigest],
    ['a pipeline of a tag', tag, aPipelineEvent({}, { ref: 'v1', tag: true }), releaseDigest],
    ['a branch that is called like the tag', tag, aPipelineEvent({}, { ref: 'v1' }), otherRef],
    ['another branch', aGitLabWebhook(), aPipelineEvent({}, { ref: 'main/x' }), otherRef],
    ['no branch', aGitLabWebhook(), aPipelineEvent({}, { ref: null }), otherRef],
    ['a push', aGitLabWebhook(), { object_kind: 'push', ref: 'refs/heads/main' }, noEvent],
    [
      'a pipeline that runs',
      aGitLabWebhook(),
      aPipelineEvent({}, { status: 'running' }),
      'the pipeline has not succeeded',
    ],
    [
      'a pipeline of a merge request',
      aGitLabWebhook(),
      aPipelineEvent({ merge_request: { id: 1 } }),
      'it comes from a merge request',
    ],
    [
      'a pipeline started by one',
      aGitLabWebhook(),
      aPipelineEvent({}, { source: 'merge_request_event' }),
      'it comes from a merge request',
    ],
    [
      'a pipeline started from outside',
      aGitLabWebhook(),
      aPipelineEvent({}, { source: 'external_pull_request_event' }),
      'it comes from a merge request',
    ],
    [
      'another project',
      aGitLabWebhook(),
      aPipelineEvent({ project: { id: 424242, path_with_namespace: 'a/b' } }),
      'REPO_NOT_ALLOWED',
    ],
    ['another user', aGitLabWebhook({ actors: [1] }), aPipelineEvent(), 'ACTOR_NOT_ALLOWED'],
    ['no variable', aGitLabWebhook(), aPipelineEvent({}, { variables: [] }), 'it names no release'],
    ['no variables', aGitLabWebhook(), aPipelineEvent({}, { variables: undefined }), 'it names no release'],
  ])('%s', (_, webhook, body, expected) => {
    expect(outcome(webhook, { body })).toBe(expected);
  });

  it('counts only where the webhook names it', () => {
    expect(outcome(aGitLabWebhook({ events: ['promotion'] }), { body: aPipelineEvent() })).toBe(noEvent);
  });
});

describe('an event of our own', () => {
  it.each<[string, unknown, string]>([
    ['a promotion', aPromotionEvent(), releaseDigest],
    ['something else', aPromotionEvent({ type: 'ping' }), 'its type is not promotion'],
    ['nothing', 'text', 'its type is not promotion'],
    ['one without a time', aPromotionEvent({ timestamp: undefined }), 'WEBHOOK_BODY'],
    ['one with a role', aPromotionEvent({ data: { release: releaseDigest, roleArn: 'arn' } }), 'WEBHOOK_BODY'],
    ['one with an environment', aPromotionEvent({ environments: ['production'] }), 'WEBHOOK_BODY'],
    ['one with no release', aPromotionEvent({ data: {} }), 'WEBHOOK_BODY'],
    ['one with another template', aPromotionEvent({ data: { release: 'ssm-doc://x' } }), 'WEBHOOK_BODY'],
  ])('%s', (_, body, expected) => {
    expect(outcome(aStandardWebhook(), { body })).toBe(expected);
  });
});

describe('whatever somebody with the secret sends', () => {
  const webhooks = [aWebhook(), aGitLabWebhook(), aStandardWebhook()];

  it('is read without breaking, and asks for no promotion', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...webhooks), (body, webhook) => {
        expect(readEvent(webhook, { body }).kind).not.toBe('promotion');
      }),
      { seed: 23_34 },
    );
  });

  it('cannot choose what the webhook has not', () => {
    const body = JSON.parse(`{"__proto__": {"deployment": 1}, ${JSON.stringify(aDeployment()).slice(1)}`);
    expect(outcome(aWebhook(), { body })).toBe(releaseDigest);
    expect(outcome(aWebhook(), { body: JSON.parse('{"__proto__": {"type": "promotion"}}') })).toBe(noEvent);
  });
});

describe('what a delivery asks admission for', () => {
  const delivery = {
    webhook: 'orders-ci',
    version: 1,
    id: 'guid',
    body: bodyDigestOf(Buffer.from('{}')),
    release: releaseDigest,
    at: monday,
  };

  it('is known by its body, whatever id it came with', () => {
    const asked = admissionOf(aWebhook(), delivery);
    expect(AdmissionRequest.parse(asked)).toEqual({
      request: { release: releaseDigest },
      pipeline: 'orders',
      actor: 'webhook:orders-ci',
      idempotencyKey: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      trigger: { kind: 'webhook', source: 'orders-ci' },
      at: monday,
    });
    expect(admissionOf(aWebhook(), { ...delivery, id: 'other' })).toEqual(asked);
  });

  it('has the environments and the mode of the webhook', () => {
    const webhook = aWebhook({ environments: ['production'], mode: 'plan' });
    expect(admissionOf(webhook, delivery).request).toEqual({
      release: releaseDigest,
      environments: ['production'],
      mode: 'plan',
    });
  });
});
