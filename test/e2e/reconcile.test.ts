/** What something that broke in between left is finished by the schedule of the reconciler, over the wire and with the shipped policies. */
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { sendDecision } from '#cli/client/approvals.ts';
import { promotionText } from '#cli/client/promotion-report.ts';
import { getPromotion } from '#cli/client/promotions.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import { callApi } from '#shared/aws/api.ts';
import { getItem } from '#shared/aws/ledger/table.ts';
import { clientsAs, invoke, ledgerOf, person } from './clients.ts';
import { calls, upTo } from './faults.ts';
import { executionOf } from './observations.ts';
import { openRehearsal, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended } from './small-release.ts';

let rehearsal: Rehearsal;
const minutes = 60_000;
const policy = (environment: string) => ({
  apiVersion: 'drawbridge/v1',
  kind: 'Policy',
  metadata: { name: 'asks' },
  selector: { environments: [environment] },
  approval: {},
});

beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 240_000);
afterEach(() => rehearsal.strike());
afterAll(() => rehearsal.close());

/** People are asked in this environment, and a promotion of the pipeline waits for them. */
async function waiting(pipeline: string, environment: string): Promise<string> {
  await callApi(rehearsal.apiAs('carol'), { method: 'PUT', path: '/v1/policies/asks', body: policy(environment) });
  const id = await begin(rehearsal, { pipeline });
  await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
  return id;
}
const record = (id: string) => getPromotion(rehearsal.apiAs('alice'), id);
const stop = (id: string) => {
  const { arn: executionArn } = executionOf(rehearsal, id);
  const { states } = clientsAs(rehearsal, person(rehearsal, 'carol'));
  return states.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause: 'it took too long' }));
};
const holder = async (pipeline: string, environment: string) =>
  (await getItem(ledgerOf(rehearsal), { pk: `LEASE#${pipeline}#${environment}`, sk: 'LEASE' }))?.['holder'];

it('an execution that somebody stopped: the promotion is closed, and the next one of the pipeline is admitted at once', async () => {
  const id = await waiting('stopped', 'production');
  await stop(id);
  expect((await record(id)).promotion.status).toBe('running');
  expect(await holder('stopped', 'production')).toBe(id);

  await rehearsal.sandbox.advance(6 * minutes);
  const closed = await record(id);
  expect(closed.promotion).toMatchObject({ status: 'aborted', settledAt: expect.any(String) });
  expect(closed.rollouts.map(({ environment, status }) => [environment, status])).toEqual([
    ['pre-production', 'succeeded'],
    ['production', 'aborted'],
  ]);
  expect(closed.approvals.map(({ status }) => status)).toEqual(['void']);
  expect(promotionText(closed, '--sandbox')).toContain(
    'EXECUTION_ENDED: The execution of the promotion ended (ABORTED)',
  );
  expect(await holder('stopped', 'production')).toBe('nobody');

  const begun = rehearsal.sandbox.now();
  const next = await waiting('stopped', 'production');
  expect((await record(next)).approvals.map(({ status }) => status)).toEqual(['open']);
  expect(rehearsal.sandbox.now() - begun).toBeLessThan(minutes);
  await stop(next);
  await rehearsal.sandbox.advance(6 * minutes);
});

it('while it runs, nothing of it is touched, however often the reconciler looks', async () => {
  const id = await waiting('running', 'pre-production');
  await rehearsal.sandbox.advance(60 * minutes);
  expect(await invoke(rehearsal, 'drawbridge-reconcile', {})).toMatchObject({ closed: [], told: [], trouble: [] });
  expect(await holder('running', 'pre-production')).toBe(id);
  expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
});

it('a decision that was recorded and could not be told: the promotion goes on by the schedule', async () => {
  const id = await waiting('untold', 'pre-production');
  const [{ environment, digest } = { environment: '', digest: '' }] = (await record(id)).approvals;
  rehearsal.strike(...calls('states:SendTaskSuccess', { nths: upTo(20) }));
  const yes = { environment, digest, decision: 'approve', reason: 'reviewed' } as const;
  await expect(sendDecision(rehearsal.apiAs('bob'), id, yes)).rejects.toMatchObject({ problem: { exit: 5 } });
  rehearsal.strike();
  expect((await record(id)).promotion.status).toBe('running');
  await rehearsal.sandbox.advance(6 * minutes);
  await rehearsal.sandbox.run();
  expect((await record(id)).promotion.status).toBe('succeeded');
});
