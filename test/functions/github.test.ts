/** The function that tells GitHub, against a GitHub that keeps what it is told: which states, in which order, and what happens when it cannot. */
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '#functions/github/handler.ts';
import { applyWebhook } from '#shared/aws/ledger/webhooks.ts';
import { monday, promotionId } from '#test/builders.ts';
import { aGitLabWebhook, aWebhook } from '#test/domain/webhook/webhook-builders.ts';
import { fakeGitHub, type Trouble } from '#test/fake-github.ts';
import { secretsManager } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const gitHub = fakeGitHub();
const { ledger, found, item } = deployment();
const commit = 'c'.repeat(40);
const repository = 'acme/orders';
/** Newest last. */
let secrets: string[] = [];

beforeAll(() => {
  vi.stubEnv('GITHUB_SECRET', 'drawbridge/github');
  vi.stubEnv('GITHUB_API', gitHub.url);
});
beforeEach(async () => {
  gitHub.commits = { [repository]: [commit] };
  // A token that no test had before: the function keeps the one it knows.
  gitHub.token = `github_pat_${String(expect.getState().currentTestName).length}_${Math.trunc(performance.now())}0123456789`;
  secrets = [gitHub.token];
  secretsManager.on(GetSecretValueCommand).callsFake(() => ({ SecretString: `${secrets.at(-1)}\n` }));
  await applyWebhook(ledger, { name: 'orders-ci', webhook: aWebhook(), seen: 0, by: 'carol', at: monday });
});

interface Change {
  readonly type?: 'Promotion State Change' | 'Rollout State Change' | 'Approval Requested' | 'Approval Decided';
  readonly detail?: object;
  readonly envelope?: object;
}
/** An event as EventBridge hands it over. */
function event(sequence: number, state: string, { type = 'Rollout State Change', detail, envelope }: Change = {}) {
  const approval = {
    digest: `sha256:${'0'.repeat(64)}`,
    groups: [],
    because: [],
    requestedAt: monday,
    expiresAt: monday,
  };
  return {
    ...{ source: 'drawbridge', 'detail-type': `Drawbridge ${type}`, account: '111111111111' },
    detail: {
      ...{ version: 1, sequence, promotion: promotionId, pipeline: 'orders', release: `sha256:${'0'.repeat(64)}` },
      ...{ releaseId: 'orders-000000000000', mode: 'promote', requestedAt: monday, occurredAt: monday },
      ...{ actor: 'webhook:orders-ci', trigger: { kind: 'webhook', source: 'orders-ci', commit } },
      reasons: [{ code: 'STACK_FAILED', text: 'arn:aws:iam::333333333333:role/secret-role may not' }],
      ...{ summary: 'It says more than the world should know.', environment: 'production', state },
      ...(type.startsWith('Approval') && { approval }),
      ...(type === 'Approval Decided' && { previousState: 'open' }),
      ...detail,
    },
    ...envelope,
  };
}
const tell = (...told: Parameters<typeof event>) => handler(event(...told), context);
const statuses = () =>
  gitHub.statuses.map(({ state, context: name, description }) => `${name} ${state}: ${description}`);
const deployments = () =>
  gitHub.deployments.map(({ environment, statuses: all }) => [environment, ...all.map(({ state }) => state)]);
const kept = () => item(`PROMOTION#${promotionId}`, 'GITHUB#production');

describe('a promotion that began with a commit', () => {
  it('is a status and a deployment for each environment, which follow it', async () => {
    await tell(3, 'running');
    await tell(4, 'open', { type: 'Approval Requested' });
    await tell(5, 'approved', { type: 'Approval Decided' });
    await tell(6, 'succeeded');
    await tell(7, 'running', { detail: { environment: 'second' } });
    await tell(8, 'failed', { detail: { environment: 'second' } });
    await tell(9, 'failed', { type: 'Promotion State Change', detail: { environment: 'second' } });
    expect(statuses()).toEqual([
      'drawbridge/production pending: orders-000000000000 is on its way',
      'drawbridge/production pending: orders-000000000000 waits for an approval',
      'drawbridge/production pending: orders-000000000000 was approved',
      'drawbridge/production success: orders-000000000000 is deployed',
      'drawbridge/second pending: orders-000000000000 is on its way',
      'drawbridge/second failure: orders-000000000000 failed',
      'drawbridge/second failure: orders-000000000000 failed',
    ]);
    expect(deployments()).toEqual([
      ['production', 'in_progress', 'queued', 'in_progress', 'success'],
      ['second', 'in_progress', 'failure', 'failure'],
    ]);
    expect(gitHub.deployments[0]).toMatchObject({
      sha: commit,
      task: 'drawbridge',
      payload: { promotion: promotionId },
    });
  });

  it.each([
    ['unchanged', 'success', 'success'],
    ['rejected', 'failure', 'failure'],
    ['errored', 'error', 'error'],
    ['aborted', 'error', 'error'],
  ])('%s is %s', async (state, status, deployed) => {
    await tell(3, state);
    expect([gitHub.statuses[0]?.state, gitHub.deployments[0]?.statuses[0]?.state]).toEqual([status, deployed]);
  });

  it('tells nothing of accounts, roles and stacks, and the token to nobody', async () => {
    await tell(6, 'failed');
    const told = JSON.stringify([gitHub.statuses, gitHub.deployments]);
    expect(told).not.toMatch(/arn:|333333333333|more than the world/);
    expect(JSON.stringify([found.log, await kept(), told])).not.toContain(gitHub.token);
  });

  it('links to where the webhook says', async () => {
    const webhook = aWebhook({ link: 'https://deploys.example.com/{promotion}/?id={promotion}' });
    await applyWebhook(ledger, { name: 'orders-ci', webhook, seen: 1, by: 'carol', at: monday });
    await tell(3, 'running');
    const link = `https://deploys.example.com/${promotionId}/?id=${promotionId}`;
    expect(gitHub.statuses).toMatchObject([{ target_url: link }]);
    expect(gitHub.deployments[0]?.statuses).toMatchObject([{ log_url: link }]);
  });
});

describe('nothing is told', () => {
  const noCommit = { trigger: { kind: 'webhook', source: 'orders-ci' } };
  it.each<[string, ReturnType<typeof event> | object]>([
    ['of what is no event of ours', event(3, 'running', { envelope: { source: 'aws.cloudformation' } })],
    ['of an event of another kind', event(3, 'running', { envelope: { 'detail-type': 'Drawbridge Something' } })],
    ['of an event of another form', event(3, 'running', { detail: { sequence: 0 } })],
    ['of nothing', {}],
    ['without a commit', event(3, 'running', { detail: noCommit })],
    ['by hand', event(3, 'running', { detail: { trigger: { kind: 'api' } } })],
    ['of a plan', event(3, 'planned', { detail: { mode: 'plan' } })],
    ['of a look for drift', event(3, 'failed', { detail: { mode: 'drift' } })],
    ['of no environment', event(1, 'accepted', { type: 'Promotion State Change', detail: { environment: undefined } })],
    ['of an approval that became void', event(5, 'void', { type: 'Approval Decided' })],
    [
      'of a webhook that is gone',
      event(3, 'running', { detail: { trigger: { kind: 'webhook', source: 'x', commit } } }),
    ],
  ])('%s', async (_what, sent) => {
    expect(await handler(sent, context)).toMatchObject({ kind: 'ignored' });
    expect([gitHub.asked, secretsManager.calls()]).toEqual([[], []]);
  });

  it('of a webhook that is of no repository at GitHub by now', async () => {
    await applyWebhook(ledger, { name: 'orders-ci', webhook: aGitLabWebhook(), seen: 1, by: 'carol', at: monday });
    expect(await tell(3, 'running')).toMatchObject({ kind: 'ignored' });
    expect(gitHub.asked).toEqual([]);
  });
});

describe('order', () => {
  it('a doubled event is told once', async () => {
    await tell(3, 'running');
    expect(await tell(3, 'running')).toMatchObject({ kind: 'ignored' });
    expect(statuses()).toHaveLength(1);
  });

  it('a late event is not told over a newer one', async () => {
    await tell(6, 'succeeded');
    expect(await tell(3, 'running')).toMatchObject({ kind: 'ignored' });
    expect(deployments()).toEqual([['production', 'success']]);
    expect(await kept()).toMatchObject({ claimed: 6, told: 6 });
  });

  it.each([
    ['status', '/statuses/'],
    ['deployment', 'POST /repos/acme/orders/deployments'],
    ['search for a deployment', 'GET '],
  ])('an event that is told while a %s of an older one is under way is what stands at the end', async (_what, part) => {
    let overtaken = false;
    gitHub.before = async (call) => {
      if (overtaken || !call.includes(part)) return;
      overtaken = true;
      await tell(6, 'succeeded');
    };
    await tell(3, 'running');
    expect(overtaken).toBe(true);
    expect(gitHub.statuses.at(-1)).toMatchObject({ state: 'success' });
    const { deployment: id } = (await kept()) as { deployment: number };
    expect(gitHub.deployments.find((one) => one.id === id)?.statuses.at(-1)).toMatchObject({ state: 'success' });
  });

  it.each([
    ['an object', { promotion: promotionId }],
    ['text', JSON.stringify({ promotion: promotionId })],
  ])('a deployment that was made before its id was kept is found again by its payload, %s', async (_form, payload) => {
    const made = { repository, sha: commit, environment: 'production', task: 'drawbridge' };
    const others = [{ promotion: 'prm-fedcba9876543210' }, 'no JSON', '', null];
    gitHub.deployments = [payload, ...others].map((one, at) => ({ ...made, id: 7 + at, payload: one, statuses: [] }));
    await tell(3, 'running');
    expect(deployments()).toEqual([['production', 'in_progress'], ...others.map(() => ['production'])]);
    expect(await kept()).toMatchObject({ deployment: 7 });
  });

  it('promotions of the same commit have deployments of their own', async () => {
    await tell(3, 'running', { detail: { promotion: 'prm-fedcba9876543210' } });
    await tell(3, 'succeeded');
    expect(deployments()).toEqual([
      ['production', 'in_progress'],
      ['production', 'success'],
    ]);
  });
});

describe('when GitHub will not', () => {
  const set = (change: Partial<typeof gitHub>) => () => {
    Object.assign(gitHub, change);
  };
  const everything = (trouble: Trouble) => set({ trouble: () => trouble });
  it.each<[string, () => void, string, RegExp]>([
    ['knows no such repository', set({ commits: {} }), 'GITHUB_REFUSED', /404 .*Not Found/],
    ['knows no such commit', set({ commits: { [repository]: [] } }), 'GITHUB_REFUSED', /422 .*No ref found/],
    ['takes no token', set({ token: 'another one' }), 'GITHUB_REFUSED', /401 .*Bad credentials/],
    ['forbids', everything({ status: 403 }), 'GITHUB_REFUSED', /403/],
    ['was moved', everything({ status: 301, headers: { location: 'https://evil.example' } }), 'GITHUB_REFUSED', /301/],
    ['is asked too often', everything({ status: 403, headers: { 'retry-after': '90' } }), 'GITHUB_BUSY', /90 seconds/],
    [
      'is asked too often for today',
      everything({ status: 403, headers: { 'x-ratelimit-remaining': '0' } }),
      'GITHUB_BUSY',
      /60 seconds/,
    ],
    ['is asked by too many', everything({ status: 429 }), 'GITHUB_BUSY', /60 seconds/],
    ['is broken', everything({ status: 502, body: '<html>' }), 'GITHUB_UNREACHABLE', /502/],
    ['answers in no JSON', everything({ status: 200, body: '<html>' }), 'GITHUB_UNREACHABLE', /SyntaxError/],
    ['hangs up', everything('hang up'), 'GITHUB_UNREACHABLE', /UND_ERR_SOCKET|ECONNRESET/],
  ])('because it %s, that is said, without the token', async (_why, arrange, code, text) => {
    arrange();
    const failed = await tell(3, 'running').then(
      () => undefined,
      (error: Error) => error,
    );
    expect([failed?.name, failed?.message]).toEqual([code, expect.stringMatching(text)]);
    expect(JSON.stringify([failed, failed?.stack, found.log])).not.toContain(secrets.at(-1));
    expect(gitHub.statuses).toEqual([]);
    expect((await kept())?.['told']).toBeUndefined();
  });

  it('and tried again, it is told', async () => {
    gitHub.trouble = () => ({ status: 503 });
    await expect(tell(3, 'running')).rejects.toMatchObject({ name: 'GITHUB_UNREACHABLE' });
    gitHub.trouble = () => undefined;
    expect(await tell(3, 'running')).toMatchObject({ kind: 'told' });
    expect(deployments()).toEqual([['production', 'in_progress']]);
  });

  it('and is silent, it is not waited for longer than some seconds', async () => {
    gitHub.trouble = () => 'silence';
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockReturnValue(AbortSignal.abort(new DOMException('late', 'TimeoutError')));
    await expect(tell(3, 'running')).rejects.toMatchObject({ name: 'GITHUB_UNREACHABLE', message: /TimeoutError/ });
    expect(timeout.mock.calls).toEqual([[4000]]);
  });

  it('take the token any more, the one that came in its place is read, once', async () => {
    await tell(3, 'running');
    const [old] = secrets;
    gitHub.token = 'github_pat_of_the_next_hour_0123';
    secrets.push(gitHub.token);
    expect(await tell(6, 'succeeded')).toMatchObject({ kind: 'told' });
    expect(secretsManager.commandCalls(GetSecretValueCommand)).toHaveLength(2);
    expect(old).not.toBe(gitHub.token);
  });

  it.each([[''], ['short'], ['two lines\nof text that are long enough']])(
    'be told with %j, which is no token',
    async (text) => {
      await tell(3, 'running').catch(() => undefined);
      gitHub.token = 'another one that is not known yet';
      secrets.push(text);
      await expect(tell(6, 'succeeded')).rejects.toMatchObject({ name: 'AWS_REFUSED' });
    },
  );
});
