import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { onCall, onEvent } from '#shared/lambda/event.ts';
import { logged } from './logged.ts';

const context = {} as never;
let log: ReturnType<typeof logged>;
beforeEach(() => {
  log = logged();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a function that somebody waits for', () => {
  it('answers, and only the kind of the answer is logged', async () => {
    const handler = onCall('broker', async () => ({ kind: 'opened', secret: 'CANARY' }));
    expect(await handler({}, context)).toEqual({ kind: 'opened', secret: 'CANARY' });
    expect(log.text()).toContain('"kind":"opened"');
    expect(log.text()).not.toContain('CANARY');
  });

  it('answers a problem of the catalogue as such, and logs it', async () => {
    const refused = failure('TARGET_UNKNOWN', { target: 'x' });
    const handler = onCall('broker', () => Promise.reject(refused));
    expect(await handler({}, context)).toEqual({ kind: 'refused', problem: refused.problem });
    expect(log.lines()).toContainEqual(expect.objectContaining({ level: 'WARN', code: 'TARGET_UNKNOWN' }));
  });

  it('logs a problem on its way out without the SDK error behind it', async () => {
    const broken = failure('TARGET_UNKNOWN', { target: 'x' });
    broken.cause = Object.assign(new Error('CANARY'), { detail: 'CANARY' });
    await expect(onEvent('resume', () => Promise.reject(broken))({}, context)).rejects.toBe(broken);
    expect(log.lines()).toContainEqual(expect.objectContaining({ level: 'ERROR', code: 'TARGET_UNKNOWN' }));
    expect(log.text()).not.toContain('CANARY');
  });

  it('does not answer a defect', async () => {
    const handler = onCall('broker', () => Promise.reject(new TypeError('x')));
    await expect(handler({}, context)).rejects.toThrow(TypeError);
    expect(log.text()).toContain('broker broke');
  });
});
