import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { onCall } from '#shared/lambda/event.ts';
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

  it('does not answer a defect', async () => {
    const handler = onCall('broker', () => Promise.reject(new TypeError('x')));
    await expect(handler({}, context)).rejects.toThrow(TypeError);
    expect(log.text()).toContain('broker broke');
  });
});
