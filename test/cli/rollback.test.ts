/** `drawbridge rollback` against an API that answers as ours does. */
import { beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, promotionId } from '#test/builders.ts';
import { jsonServer, signedIn } from '#test/json-server.ts';
import { recorder } from './workspace.ts';

const reason = 'customers cannot pay';
const [older, newer] = ['orders-00000000000a', 'orders-00000000000b'];
const ran = { release: digestOf(newer), releaseId: newer, targets: ['eu-1', 'eu-2'] };
const promotion = aPromotion({
  ...{ environments: ['production'], releaseId: older, targets: ['eu-1', 'eu-2'], requestedBy: 'carol' },
  ...{ rollback: { automatic: false, reason, from: [ran] }, status: 'running' as const },
});
const recordOf = (status: 'running' | 'succeeded' | 'failed' | 'rejected'): PromotionRecord => ({
  promotion: { ...promotion, status },
  ...{
    rollouts: [aRollout({ status })],
    rounds: [],
    progress: [],
    waiting: [],
    attempts: [],
    rollbacks: [],
    approvals: [],
    decisions: [],
  },
  deployments: [aDeployment({ target: 'eu-1', outcome: 'deployed', status: 'UPDATE_COMPLETE' })],
});

/** How the promotion stands, look by look; the last one stays. */
let looks: PromotionRecord[];
let refusal: ReturnType<typeof problem> | undefined;

signedIn();
const api = jsonServer(({ call }) => {
  if (call !== 'POST /v1/rollbacks') return { body: looks.length > 1 ? looks.shift() : looks[0] };
  return refusal === undefined
    ? { status: 202, body: promotion }
    : { status: refusal.status, body: { ...refusal, detail: refusal.cause } };
});
beforeEach(() => {
  looks = [recordOf('succeeded')];
  refusal = undefined;
});

async function rollBack(...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(['rollback', ...words, '--api', api.endpoint, '--region', 'eu-west-1'], terminal);
  return { exit, out: terminal.printed.join('\n'), told: terminal.progressed };
}
const here = ['orders', '--environment', 'production', '--reason', reason];
const posted = () => api.received.filter(({ call }) => call.startsWith('POST'));
const looked = () => api.received.filter(({ call }) => call === `GET /v1/promotions/${promotionId}`).length;

describe('drawbridge rollback', () => {
  it('asks for the whole environment, under a key of its own', async () => {
    await rollBack(...here);
    expect(posted()).toMatchObject([
      { call: 'POST /v1/rollbacks', body: { pipeline: 'orders', environment: 'production', reason } },
    ]);
    expect(posted()[0]?.body).not.toHaveProperty('targets');
    expect(posted()[0]?.headers['idempotency-key']).toMatch(/\S{8,}/);
  });

  it.each([
    ['one after the other', ['eu-1', 'eu-2']],
    ['with commas', ['eu-1,eu-2']],
  ])('asks for some targets, named %s', async (_, names) => {
    await rollBack(...here, '--targets', ...names);
    expect(posted()).toMatchObject([{ body: { targets: ['eu-1', 'eu-2'] } }]);
  });

  it('says what each target of it goes back to, and where to look, before it waits', async () => {
    const { told } = await rollBack(...here);
    expect(told).toEqual([
      `eu-1  from ${newer} back to ${older}`,
      `eu-2  from ${newer} back to ${older}`,
      `promotion ${promotionId} goes on whether you wait or not; see it with: npm run -s drawbridge -- status ${promotionId} --api ${api.endpoint} --region eu-west-1`,
    ]);
  });

  it('tells how it ended: that it is a rollback, why, and every stack', async () => {
    const { exit, out } = await rollBack(...here);
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([
      `${older}  succeeded  (${promotionId}, asked for by carol)`,
      `  rollback: ${reason}`,
      '  production       succeeded',
      '    orders-api           deployed    UPDATE_COMPLETE            eu-1 333333333333/eu-west-1',
    ]);
  });

  it('tells the same as JSON', async () => {
    const { out } = await rollBack(...here, '--output', 'json');
    expect(JSON.parse(out)).toMatchObject({
      // An API on this machine is a simulated one.
      ...{ ok: true, simulated: true, outcome: 'succeeded', promotion: promotionId, requestedBy: 'carol' },
      rollback: { automatic: false, reason },
      environments: [{ name: 'production', outcome: 'succeeded', targets: [{ name: 'eu-1' }] }],
    });
  });

  it.each([
    ['failed', 1],
    ['rejected', 3],
  ] as const)('that %s says so by its exit code', async (status, exit) => {
    looks = [recordOf(status)];
    expect(await rollBack(...here)).toMatchObject({ exit, out: expect.stringContaining(`${older}  ${status}`) });
  });

  it('with --no-wait answers as soon as it is accepted', async () => {
    looks = [recordOf('running'), recordOf('succeeded')];
    const { exit, out } = await rollBack(...here, '--no-wait');
    expect([exit, looked()]).toEqual([0, 1]);
    expect(out).toContain(`${older}  running`);
  });

  it('that is refused has promised nothing, and says why and what to do', async () => {
    refusal = problem('ROLLBACK_NOWHERE', { environment: 'production', targets: ['eu-1'] });
    const { exit, told, out } = await rollBack(...here);
    expect([exit, looked()]).toEqual([refusal.exit, 0]);
    expect(`${told.join('\n')}${out}`).toContain('If others can go back, name those alone with --targets.');
    expect(told.filter((line) => line.includes('back to'))).toEqual([]);
  });

  it.each([
    ['environment', ['orders', '--reason', reason]],
    ['reason', ['orders', '--environment', 'production']],
  ])('asks nobody without its %s', async (word, words) => {
    const { exit, told, out } = await rollBack(...words);
    expect([exit, api.received]).toEqual([2, []]);
    const text = `${told.join('\n')}${out}`;
    expect(text).toContain(`No ${word} is given.`);
    expect(text).toContain('Say where with --environment, and why with --reason.');
  });
});
