/** Calls that a promotion makes only when something went wrong before, over the wire and with the shipped policies. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { callApi } from '#shared/aws/api.ts';
import { calls, upTo } from './faults.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { ended, smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 60_000);
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
