/** What stands in for the internet: pages behind outputs of stacks, over the wire. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '#sandbox/fault.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';

let sandbox: RunningSandbox | undefined;
const start = async (...faults: Fault[]) => {
  const pages = [
    { output: 'orders-api.Url', path: '/health', status: 204, body: '' },
    { output: 'orders-api.Url', path: '', status: 200, body: 'home' },
  ];
  sandbox = await startSandbox({ seed: 1, services: [], pages, faults });
  const stack = {
    account: '222222222222',
    stackName: 'orders-api',
    outputs: [{ key: 'Url', value: 'https://orders.example.com/' }],
  };
  Object.assign(sandbox.world.cloudformation.stacks, {
    one: stack,
    gone: { ...stack, stackName: 'old', deletedAt: 1 },
  });
  return sandbox;
};
afterEach(async () => {
  await sandbox?.close();
  sandbox = undefined;
});

const get = async (url: string, init: RequestInit = {}) => {
  const answer = await fetch(`${sandbox?.endpoint}/_outside/?url=${encodeURIComponent(url)}`, init);
  return [answer.status, await answer.text()];
};
const failing = (outcome: 'failed' | 'error'): Fault => ({
  ...{ kind: 'probe', probe: 'orders-api.Url', outcome, reason: 'Injected', times: 1 },
});

describe('a page outside', () => {
  it.each([
    ['https://orders.example.com/health', [204, '']],
    ['https://orders.example.com', [200, 'home']],
    ['https://orders.example.com/', [200, 'home']],
    ['https://orders.example.com/other', [200, '']],
    ['https://elsewhere.example.com/health', [200, '']],
  ])('at %s answers %j', async (url, expected) => {
    await start();
    expect(await get(url)).toEqual(expected);
  });

  it('says no as often as it is to, where its output is told', async () => {
    await start(failing('failed'));
    expect(await get('https://elsewhere.example.com/')).toEqual([200, '']);
    expect(await get('https://orders.example.com/health')).toEqual([503, 'Injected']);
    expect(await get('https://orders.example.com/health')).toEqual([204, '']);
  });

  it('hangs up if it is not to answer', async () => {
    await start(failing('error'));
    await expect(get('https://orders.example.com/health')).rejects.toThrow();
  });

  it.each<[string, RequestInit]>([
    ['a browser', { headers: { origin: 'https://evil.example.com' } }],
    ['a POST', { method: 'POST' }],
  ])('is not for %s', async (_, init) => {
    await start();
    expect(await get('https://orders.example.com/health', init)).toEqual([403, expect.any(String)]);
  });
});
