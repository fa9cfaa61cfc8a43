/** Calls that a promotion makes only when something went wrong before, over the wire and with the shipped policies. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sendDecision } from '#cli/client/approvals.ts';
import { getPromotion, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import { callApi } from '#shared/aws/api.ts';
import { invoke } from './clients.ts';
import { calls, upTo } from './faults.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended, smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterAll(() => rehearsal.close());
afterEach(() => rehearsal.strike());

describe('a release that nobody made', () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  it('is unknown, not forbidden, to the API', async () => {
    const asked = callApi(rehearsal.apiAs('alice'), { method: 'GET', path: `/v1/releases/${digest}` });
    await expect(asked).rejects.toMatchObject({ name: 'RELEASE_UNKNOWN' });
  });

  it('is unknown, not forbidden, to admission', async () => {
    const wish = { release: digest, idempotencyKey: 'a-release-nobody-made' };
    await expect(requestPromotion(rehearsal.apiAs('alice'), wish)).rejects.toMatchObject({ name: 'RELEASE_UNKNOWN' });
  });
});

it('a promotion that was accepted and not started is started by the schedule', async () => {
  const api = rehearsal.apiAs('alice');
  const { digest } = await publishRelease(api, await smallRelease({ pipeline: 'left' }));
  rehearsal.strike(...calls('states:StartExecution', { nths: upTo(20) }));
  const wish = { release: digest, idempotencyKey: 'accepted-and-not-started' };
  await expect(requestPromotion(api, wish)).rejects.toMatchObject({ problem: { exit: 5 } });
  const { id, status } = await requestPromotion(api, wish);
  expect(status).toBe('accepted');
  rehearsal.strike();
  await rehearsal.sandbox.advance(6 * 60_000);
  expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
});

it('a step that waits for people answers by itself when they were quicker', async () => {
  const policy = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: 'asks' }, approval: {} };
  const carol = rehearsal.apiAs('carol');
  await callApi(carol, { method: 'PUT', path: '/v1/policies/asks', body: policy });
  const promotion = await begin(rehearsal, { pipeline: 'asked' });
  await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
  const { approvals } = await getPromotion(carol, promotion);
  const [{ environment, digest } = { environment: '', digest: '' }] = approvals;
  const wish = { environment, digest, decision: 'reject', reason: 'not now' } as const;
  await sendDecision(rehearsal.apiAs('bob'), promotion, wish);
  const { executions, tokens } = rehearsal.sandbox.world.states;
  const { input } = Object.values(executions).find(({ name }) => name === promotion)!;
  // A token that was issued, and is answered by now: of one that never was, nobody is asked for a permission.
  const [token] = Object.entries(tokens).findLast(([, { execution }]) => executions[execution]?.name === promotion)!;
  const at = new Date(rehearsal.sandbox.now()).toISOString();
  const asked = {
    ...(JSON.parse(input) as object),
    environment,
    epoch: 1,
    at,
    digest,
    seconds: 60,
    token,
  };
  const { environments: _, ...payload } = asked as typeof asked & { environments: unknown };
  expect(await invoke(rehearsal, 'drawbridge-await-approval', payload)).toBeNull();
  await callApi(carol, { method: 'DELETE', path: '/v1/policies/asks' });
  expect((await ended(rehearsal, promotion)).promotion.status).toBe('rejected');
});
