import type { Context } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { resources } from '#shared/lambda/resources.ts';
import { task, waitingTask } from '#shared/lambda/task.ts';
import { monday, promotionId } from '#test/builders.ts';
import { logged } from './logged.ts';

const context = {} as Context;
const here = {
  promotion: promotionId,
  pipeline: 'orders',
  release: digestOf('release'),
  environment: 'production',
  mode: 'promote',
};
const settleInput = { ...here, epoch: 1, at: monday, error: {} };
const executeInput = {
  ...here,
  epoch: 1,
  digest: digestOf('plan'),
  target: 'production',
  stack: 'api',
  at: monday,
  token: 'CANARY-TASK-TOKEN',
};

let log: ReturnType<typeof logged>;
beforeEach(() => {
  log = logged();
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('a task state', () => {
  it('is handed its parsed input and the deployment’s resources, and answers by its contract', async () => {
    const run = vi.fn(async () => ({ kind: 'succeeded' as const, reasons: '' }));
    expect(await task('settle', run)(settleInput, context)).toEqual({ kind: 'succeeded', reasons: '' });
    expect(run).toHaveBeenCalledWith(settleInput, resources);
  });

  it.each<[string, unknown, string]>([
    ['a field too many', { ...settleInput, role: 'admin' }, 'role'],
    ['a field too few', { ...settleInput, epoch: undefined }, '/epoch'],
    ['another type', { ...settleInput, promotion: 'prm-x' }, '/promotion'],
    ['nothing', undefined, 'settle'],
  ])('does not run on %s', async (_, input, said) => {
    const run = vi.fn();
    await expect(task('settle', run)(input, context)).rejects.toMatchObject({
      name: 'CONTRACT_BROKEN',
      message: expect.stringContaining(said),
    });
    expect(run).not.toHaveBeenCalled();
  });

  it('does not let an answer travel on that is not in its contract', async () => {
    const run = async () => ({ kind: 'succeeded', reasons: '', secret: 'x' }) as never;
    await expect(task('settle', run)(settleInput, context)).rejects.toMatchObject({ name: 'CONTRACT_BROKEN' });
  });

  it('logs where it began and how it ended', async () => {
    await task('settle', async () => ({ kind: 'failed', reasons: 'STACK_FAILED: x' }))(settleInput, context);
    expect(log.lines()).toMatchObject([
      { level: 'INFO', message: 'step started', step: 'settle', promotion: promotionId, environment: 'production' },
      { level: 'INFO', message: 'step ended', step: 'settle', kind: 'failed' },
    ]);
  });

  it('logs what stopped it by its code and place, and fails with it', async () => {
    const stopped = failure('STACK_BUSY', { stack: 'api', status: 'X' }, { stack: 'orders-api' });
    await expect(task('settle', () => Promise.reject(stopped))(settleInput, context)).rejects.toBe(stopped);
    expect(log.lines().at(-1)).toMatchObject({
      level: 'ERROR',
      step: 'settle',
      code: 'STACK_BUSY',
      message: stopped.problem.cause,
      place: { stack: 'orders-api' },
    });
  });

  it('logs a defect as it is, and fails with it', async () => {
    const defect = new TypeError('x is not a function');
    await expect(task('settle', () => Promise.reject(defect))(settleInput, context)).rejects.toBe(defect);
    expect(log.lines().at(-1)).toMatchObject({
      level: 'ERROR',
      message: 'step broke',
      error: { name: 'TypeError', message: 'x is not a function' },
    });
  });
});

describe('a task state that is answered through its token', () => {
  it('answers nothing by itself', async () => {
    const run = vi.fn(async () => {});
    expect(await waitingTask('execute', run)(executeInput, context)).toBeUndefined();
    expect(run).toHaveBeenCalledWith(executeInput, resources);
    expect(log.lines().at(-1)).toMatchObject({ message: 'step ended', target: 'production', stack: 'api' });
  });

  it('never logs the token, even when it breaks', async () => {
    const broken = waitingTask('execute', () => Promise.reject(failure('TARGET_UNKNOWN', { target: 'x' })));
    await expect(broken(executeInput, context)).rejects.toMatchObject({ name: 'TARGET_UNKNOWN' });
    await expect(broken({ ...executeInput, epoch: -1 }, context)).rejects.toMatchObject({ name: 'CONTRACT_BROKEN' });
    expect(log.text()).toContain('TARGET_UNKNOWN');
    expect(log.text()).not.toContain('CANARY');
  });
});

describe('a function without a state', () => {
  it('is handed the event as it came, and logs the kind of its answer', async () => {
    const run = vi.fn(async () => ({ kind: 'reconciled', started: [] }));
    expect(await onEvent('reconcile', run)({ any: 'event' }, context)).toEqual({ kind: 'reconciled', started: [] });
    expect(run).toHaveBeenCalledWith({ any: 'event' }, resources);
    expect(log.lines()).toMatchObject([{ message: 'reconcile ended', kind: 'reconciled' }]);
  });

  it('logs what it broke with, and fails with it', async () => {
    const defect = new Error('x');
    await expect(onEvent('resume', () => Promise.reject(defect))({}, context)).rejects.toBe(defect);
    expect(log.lines()).toMatchObject([{ level: 'ERROR', message: 'resume broke', error: { message: 'x' } }]);
  });
});
