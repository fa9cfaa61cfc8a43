import { AsyncResource } from 'node:async_hooks';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job, World } from '#sandbox/kernel.ts';
import { createClock } from '#sandbox/runtime/clock.ts';
import { emptyWorld } from '#sandbox/runtime/empty-world.ts';
import { createJobQueue, type JobQueue } from '#sandbox/runtime/job-queue.ts';

const BEGINNING = Date.parse('2026-01-05T09:00:00Z');
const times = fc.integer({ min: 0, max: 20 });
const job = (at: number, name = 'job'): Omit<Job, 'order'> => ({
  at: BEGINNING + at,
  service: 'states',
  name,
  payload: null,
});

type Execute = (job: Job, queue: JobQueue) => void | Promise<void>;

function queueOf(execute: Execute = () => undefined, world: World = emptyWorld(1), limit = 1000) {
  const clock = createClock(world);
  const executed: Job[] = [];
  const queue: JobQueue = createJobQueue({
    world,
    clock,
    limit,
    execute: (next) => {
      executed.push(next);
      return execute(next, queue);
    },
  });
  return { world, clock, queue, executed };
}

describe('the job queue', () => {
  it('runs jobs by time, and jobs of one time in the order they were scheduled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(times, { maxLength: 30 }), async (ats) => {
        const { queue, executed, clock } = queueOf();
        const orders = ats.map((at) => queue.schedule(job(at)));
        await queue.run();
        const expected = ats
          .map((at, index) => ({ at: BEGINNING + at, order: orders[index]! }))
          .sort((left, right) => left.at - right.at || left.order - right.order);
        expect(executed.map(({ at, order }) => ({ at, order }))).toEqual(expected);
        expect(clock.now()).toBe(BEGINNING + Math.max(0, ...ats));
      }),
      { seed: 11, numRuns: 100 },
    );
  });

  it('never lets the clock run back, whatever jobs schedule', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(times, fc.array(fc.integer({ min: -5, max: 10 }), { maxLength: 2 })), { maxLength: 15 }),
        async (plan) => {
          const seen: number[] = [];
          const { queue, clock, world } = queueOf(({ payload }, inner) => {
            seen.push(clock.now());
            for (const delay of (payload as number[] | null) ?? [])
              inner.schedule({ ...job(0), at: clock.now() + delay });
          });
          for (const [at, delays] of plan) queue.schedule({ ...job(at), payload: delays });
          await queue.run();
          expect(seen).toEqual([...seen].sort((left, right) => left - right));
          expect(seen).toHaveLength(plan.length + plan.flatMap(([, delays]) => delays).length);
          expect(world.jobs).toEqual([]);
        },
      ),
      { seed: 12, numRuns: 100 },
    );
  });

  it('runs one job at a time and waits for it', async () => {
    let inside = 0;
    let most = 0;
    const { queue } = queueOf(async () => {
      inside += 1;
      most = Math.max(most, inside);
      await Promise.resolve();
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    });
    for (const at of [0, 0, 1, 2]) queue.schedule(job(at));
    await Promise.all([queue.run(), queue.run(), queue.advance(5)]);
    expect([most, inside]).toEqual([1, 0]);
  });

  it('does not run what was cancelled, and cancelling what ran changes nothing', async () => {
    const { queue, executed } = queueOf();
    const [kept, dropped] = [queue.schedule(job(1)), queue.schedule(job(1))];
    queue.cancel(dropped);
    await queue.run();
    queue.cancel(kept);
    expect(executed.map(({ order }) => order)).toEqual([kept]);
  });

  it('runs background jobs only while something else is to come', async () => {
    const { queue, executed, world } = queueOf();
    queue.schedule({ ...job(1, 'tick'), background: true });
    queue.schedule(job(2, 'work'));
    queue.schedule({ ...job(3, 'tock'), background: true });
    await queue.run();
    expect(executed.map(({ name }) => name)).toEqual(['tick', 'work']);
    expect(world.jobs.map(({ name }) => name)).toEqual(['tock']);
  });

  it('stops before the next job once the condition holds', async () => {
    const { queue, executed } = queueOf();
    for (const at of [1, 2, 3]) queue.schedule(job(at));
    await queue.run(() => executed.length === 2);
    expect(executed).toHaveLength(2);
  });

  it('advances to the end of the span, through the jobs due in it, also background ones', async () => {
    const { queue, executed, clock } = queueOf();
    queue.schedule({ ...job(5, 'tick'), background: true });
    queue.schedule(job(10, 'due'));
    queue.schedule(job(11, 'later'));
    await queue.advance(10);
    expect([executed.map(({ name }) => name), clock.now()]).toEqual([['tick', 'due'], BEGINNING + 10]);
  });

  it('names the job that failed, and goes on with the next one when asked', async () => {
    const cause = new Error('broken');
    const { queue, executed } = queueOf(({ name }) => {
      if (name === 'bad') throw cause;
    });
    queue.schedule(job(1, 'bad'));
    queue.schedule(job(2, 'good'));
    await expect(queue.run()).rejects.toMatchObject({
      message: expect.stringMatching(/^Job states\/bad \(order 0, .*\) failed: broken$/),
      cause,
    });
    expect(queue.busy()).toBe(false);
    await queue.run();
    expect(executed.map(({ name }) => name)).toEqual(['bad', 'good']);
  });

  it('quotes what was thrown when it is no error', async () => {
    const { queue } = queueOf(() => {
      throw 'text';
    });
    queue.schedule(job(1));
    await expect(queue.run()).rejects.toThrow('failed: text');
  });

  it('takes too many jobs for a loop', async () => {
    const { queue, executed } = queueOf(
      ({ at }, inner) => void inner.schedule({ ...job(0, 'again'), at }),
      emptyWorld(1),
      50,
    );
    queue.schedule(job(0));
    await expect(queue.run()).rejects.toThrow(
      'executed 50 jobs without coming to rest; next would have been: Job states/again',
    );
    expect(executed).toHaveLength(50);
  });

  it('runs for a callback that a finished job left behind', async () => {
    let later: () => Promise<void> = async () => undefined;
    const { queue, executed } = queueOf((_, inner) => {
      later = AsyncResource.bind(() => inner.run());
    });
    queue.schedule(job(1));
    await queue.run();
    queue.schedule(job(2));
    await later();
    expect(executed).toHaveLength(2);
  });

  it('refuses a job that runs the clock, which would wait for itself', async () => {
    const { queue } = queueOf(async (_, inner) => inner.run());
    queue.schedule(job(1));
    await expect(queue.run()).rejects.toThrow('asked the clock to run');
  });
});
