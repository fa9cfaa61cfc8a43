/** `drawbridge status --pipeline`: which release runs where, since when, whether it is verified, and what is in the way. */
import { beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '#cli/run-cli.ts';
import type { Whereabouts } from '#shared/domain/promotion/running.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday, promotionId } from '#test/builders.ts';
import { jsonServer, signedIn } from '#test/json-server.ts';
import { recorder } from './workspace.ts';

const releaseId = 'orders-0123456789ab';
const runs = (change: Partial<Whereabouts> = {}): Whereabouts => ({
  ...{ pipeline: 'orders', environment: 'production', target: 'eu-1', release: digestOf(releaseId), releaseId },
  ...{ promotion: promotionId, since: monday, verifiedAt: monday },
  ...change,
});
const { verifiedAt: _, ...unverified } = runs();
const mixed = { promotion: promotionId, releaseId: 'orders-ba9876543210', at: monday };

let items: Whereabouts[];
beforeEach(() => {
  items = [runs()];
});
signedIn();
const api = jsonServer(() => ({ body: { items } }));

async function status(...words: string[]) {
  const terminal = recorder();
  const exit = await runCli(['status', ...words, '--api', api.endpoint, '--region', 'eu-west-1'], terminal);
  return { exit, lines: terminal.printed.join('\n').split('\n'), told: terminal.progressed.join('\n') };
}
const line = (target: string, end: string, environment = 'production') =>
  `${environment.padEnd(16)} ${target.padEnd(20)} ${releaseId}  since ${monday}  ${end}`;

describe('drawbridge status --pipeline', () => {
  it.each<[string, Whereabouts, string[]]>([
    ['a verified release', runs(), [line('eu-1', 'verified')]],
    ['one that was not found good', unverified, [line('eu-1', 'not verified')]],
    ['one that another promotion changed in part', runs({ mixed }), [line('eu-1', 'not verified')]],
    ['a held one', runs({ held: ['hold-1'] }), [line('eu-1', 'verified, held by hold-1')]],
    [
      'one with everything in its way',
      runs({ held: ['hold-1', 'hold-2'], frozen: ['freeze-1'], stopped: ['stop-1'] }),
      [line('eu-1', 'verified, held by hold-1, hold-2, frozen by freeze-1, stopped by stop-1')],
    ],
    [
      'one that differs from the others, with why',
      runs({ why: 'prm-0 failed there' }),
      [line('eu-1', 'verified'), '  because prm-0 failed there'],
    ],
    [
      'one with a name longer than the column',
      runs({ target: 'a-target-with-a-long-name' }),
      [line('a-target-with-a-long-name', 'verified')],
    ],
  ])('tells of %s', async (_, item, expected) => {
    items = [item];
    expect(await status('--pipeline', 'orders')).toMatchObject({ exit: 0, lines: expected });
    expect(api.received.map(({ call }) => call)).toEqual(['GET /v1/environments?pipeline=orders']);
  });

  it('has a line for each target, in the order of the API', async () => {
    items = [runs({ environment: 'pre-production', target: 'pre' }), runs(), runs({ target: 'eu-2' })];
    expect((await status('--pipeline', 'orders')).lines).toEqual([
      line('pre', 'verified', 'pre-production'),
      line('eu-1', 'verified'),
      line('eu-2', 'verified'),
    ]);
  });

  it('says so where nothing was promoted yet', async () => {
    items = [];
    expect((await status('--pipeline', 'orders')).lines).toEqual(['Nothing of pipeline orders was promoted yet.']);
  });

  it('as JSON hands on what the API knows', async () => {
    items = [runs({ held: ['hold-1'], mixed, why: 'prm-0 failed there' })];
    const { exit, lines } = await status('--pipeline', 'orders', '--output', 'json');
    expect(exit).toBe(0);
    expect(JSON.parse(lines.join('\n'))).toEqual({
      ...{ schemaVersion: 1, ok: true, simulated: true, pipeline: 'orders', targets: items },
    });
  });

  it.each([
    ['nothing', [], 'Nothing to show is named.'],
    ['a promotion and a pipeline', [promotionId, '--pipeline', 'orders'], 'are two questions'],
  ])('asked about %s says what to leave out or to give', async (_, words, text) => {
    const { exit, lines, told } = await status(...words);
    expect([exit, api.received]).toEqual([2, []]);
    expect(`${lines.join('\n')}${told}`).toContain(text);
  });
});
