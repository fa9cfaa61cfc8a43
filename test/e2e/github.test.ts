/** Telling GitHub, over the wire: from a delivery with a commit to statuses and deployments, with a GitHub that fails, and without a secret. */
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publishRelease } from '#cli/client/releases.ts';
import { putWebhook } from '#cli/client/webhooks.ts';
import { sharedServicesAccount } from '#sandbox/organization.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { leaksIn } from '#test/canary/watch.ts';
import { aDeployment, aWebhook, gitHubHeaders, gitHubSecret } from '#test/domain/webhook/webhook-builders.ts';
import { fakeGitHub } from '#test/fake-github.ts';
import { clientsAs, person } from './clients.ts';
import { deployWith, gitHub as parameters } from './deployed-with.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { ended, smallRelease } from './small-release.ts';

const token = 'github_pat_0123456789abcdefghij';
const gitHub = fakeGitHub();
let rehearsal: Rehearsal;
const ofGitHub = () =>
  Object.values(rehearsal.sandbox.world.lambda.functions).find(({ name }) => name === 'drawbridge-github');

beforeAll(async () => {
  rehearsal = await openRehearsal();
  const carol = rehearsal.apiAs('carol');
  await putWebhook(carol, { ...aWebhook({ pipeline: 'small' }), metadata: { name: 'ci' } }, 0);
  const { secrets } = clientsAs(rehearsal, person(rehearsal, 'carol'));
  await secrets.send(new CreateSecretCommand({ Name: 'drawbridge/webhooks/ci', SecretString: gitHubSecret }));
  await secrets.send(new CreateSecretCommand({ Name: parameters.GitHubSecret, SecretString: token }));
}, 240_000);
beforeEach(() => {
  gitHub.token = token;
});
afterAll(() => rehearsal.close());

/** A deployment at GitHub that asks for a promotion, and how that ended. */
async function promoted(id: number, sha: string): Promise<PromotionRecord> {
  const small = await smallRelease({ pipeline: 'small', text: `text-${id}` });
  const { digest } = await publishRelease(rehearsal.apiAs('alice'), small);
  const body = JSON.stringify(aDeployment({}, { id, sha, payload: { release: digest } }));
  const headers = { ...gitHubHeaders(body), 'x-github-delivery': `delivery-${id}` };
  const url = `${rehearsal.apiAs('alice').endpoint}/v1/webhooks/ci`;
  const response = await fetch(url, { method: 'POST', body, headers });
  const promotion = (await response.json()) as Promotion;
  expect([response.status, promotion.trigger]).toEqual([202, { kind: 'webhook', source: 'ci', commit: sha }]);
  return ended(rehearsal, promotion.id);
}
const commit = (digit: string) => digit.repeat(40);
const deadLetters = () => rehearsal.sandbox.world.events.deadLetters;

describe('a promotion that began with a commit', () => {
  it('tells nobody where no secret is named: there is no function, no role, no rule and no queue', async () => {
    expect((await promoted(1, commit('a'))).promotion.status).toBe('succeeded');
    const { lambda, iam, events } = rehearsal.sandbox.world;
    const all = JSON.stringify([lambda.functions, iam.accounts[sharedServicesAccount]?.roles, events.rules]);
    expect(all).toContain('drawbridge-webhook');
    expect(all).not.toMatch(/drawbridge-github/);
    expect(gitHub.asked).toEqual([]);
  }, 240_000);

  it('tells GitHub how it goes in each environment, in order, and leaves the token nowhere', async () => {
    await deployWith(rehearsal, parameters);
    // The stack takes no address on this machine.
    ofGitHub()!.environment['GITHUB_API'] = gitHub.url;
    gitHub.commits = { 'acme/orders': [commit('b')] };
    const { promotion } = await promoted(2, commit('b'));
    expect(promotion.status).toBe('succeeded');
    const last = new Map(gitHub.statuses.map(({ context, state }) => [context, state]));
    expect(Object.fromEntries(last)).toEqual({
      'drawbridge/pre-production': 'success',
      'drawbridge/production': 'success',
    });
    const { id } = promotion;
    expect(gitHub.deployments).toMatchObject(
      ['pre-production', 'production'].map((environment) => ({
        environment,
        sha: commit('b'),
        payload: { promotion: id },
      })),
    );
    for (const { statuses } of gitHub.deployments)
      expect(statuses.map(({ state }) => state)).toEqual([...new Set(statuses.map(({ state }) => state))]);
    expect(gitHub.deployments.map(({ statuses }) => statuses.at(-1)?.state)).toEqual(['success', 'success']);
    expect(deadLetters()).toEqual([]);
    expect(await leaksIn(rehearsal.sandbox, rehearsal.sandbox.journal())).toEqual([]);
  }, 240_000);

  it('goes on as if nothing were while GitHub is away; what could not be told is kept in the queue', async () => {
    gitHub.commits = { 'acme/orders': [commit('c')] };
    gitHub.trouble = () => ({ status: 503 });
    const { promotion } = await promoted(3, commit('c'));
    expect(promotion.status).toBe('succeeded');
    expect([gitHub.statuses, gitHub.deployments]).toEqual([[], []]);
    const [first, ...others] = deadLetters();
    expect(first).toMatchObject({
      queueArn: expect.stringMatching(/:drawbridge-github-unsent$/),
      source: ofGitHub()?.arn,
      error: expect.stringContaining('GITHUB_UNREACHABLE'),
    });
    expect(JSON.parse(first!.payload)).toMatchObject({
      detail: { promotion: promotion.id, sequence: expect.any(Number) },
    });
    expect(others.length).toBeGreaterThan(0);
    expect(JSON.stringify(deadLetters())).not.toContain(token);
  }, 240_000);
});
