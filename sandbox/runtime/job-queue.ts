import { AsyncLocalStorage } from 'node:async_hooks';
import type { Job, World } from '#sandbox/kernel.ts';
import type { Clock } from './clock.ts';

export interface JobQueue {
  schedule(job: Omit<Job, 'order'>): number;
  cancel(order: number): void;
  run(until?: () => boolean): Promise<void>;
  advance(milliseconds: number): Promise<void>;
  /** True while a job is under way. */
  busy(): boolean;
}

export interface JobQueueOptions {
  readonly world: World;
  readonly clock: Clock;
  readonly limit: number;
  execute(job: Job): void | Promise<void>;
}

/**
 * Orders and runs the jobs of a world, strictly one at a time. The queue itself is `world.jobs`, kept sorted by (at, order), so it is saved
 * with the world. Runs asked for at the same time wait for each other; a job that asks for a run would wait for itself and is refused.
 */
export function createJobQueue(options: JobQueueOptions): JobQueue {
  const { world, clock } = options;
  const insideJob = new AsyncLocalStorage<Job>();
  let active: Job | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const execute = async (job: Job): Promise<void> => {
    world.jobs.splice(world.jobs.indexOf(job), 1);
    clock.moveTo(job.at);
    active = job;
    try {
      await insideJob.run(job, async () => options.execute(job));
    } catch (error) {
      throw new Error(`${describe(job)} failed: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    } finally {
      active = undefined;
    }
  };
  const drain = async (next: () => Job | undefined): Promise<void> => {
    let executed = 0;
    for (let job = next(); job; job = next()) {
      if (executed++ >= options.limit) throw new Error(runaway(options.limit, job));
      await execute(job);
    }
  };
  const inTurn = async (next: () => Job | undefined): Promise<void> => {
    const current = insideJob.getStore();
    // A callback that a job left behind still carries its context; only the job under way would wait for itself.
    if (current && current === active)
      throw new Error(`${describe(current)} asked the clock to run, which would wait for the job itself.`);
    const turn = last.then(() => drain(next));
    last = turn.catch(() => undefined);
    await turn;
  };

  return {
    schedule: (job) => insert(world, job),
    cancel: (order) => {
      const position = world.jobs.findIndex((job) => job.order === order);
      if (position >= 0) world.jobs.splice(position, 1);
    },
    run: (until) => inTurn(() => (until?.() || world.jobs.every((job) => job.background) ? undefined : world.jobs[0])),
    advance: async (milliseconds) => {
      const end = clock.now() + milliseconds;
      await inTurn(() => world.jobs.find((job) => job.at <= end));
      clock.moveTo(end);
    },
    busy: () => active !== undefined,
  };
}

function insert(world: World, job: Omit<Job, 'order'>): number {
  const order = world.counters['job'] ?? 0;
  world.counters['job'] = order + 1;
  const later = world.jobs.findIndex((other) => other.at > job.at);
  world.jobs.splice(later < 0 ? world.jobs.length : later, 0, { ...job, order });
  return order;
}

const describe = (job: Job): string =>
  `Job ${job.service}/${job.name} (order ${job.order}, due ${new Date(job.at).toISOString()})`;

const runaway = (limit: number, job: Job): string =>
  `The sandbox executed ${limit} jobs without coming to rest; next would have been: ${describe(job)}.`;
