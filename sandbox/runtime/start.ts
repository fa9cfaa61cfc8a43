import type { Job, Sandbox, World } from '#sandbox/kernel.ts';
import { useStandIns } from '#sandbox/lambda/registry.ts';
import { tellClosing, tellMinted } from '#sandbox/observers.ts';
import { usePages } from '#sandbox/outside.ts';
import { listen, type WireServer } from '#sandbox/wire/server.ts';
import { type Clock, createClock } from './clock.ts';
import { emptyWorld } from './empty-world.ts';
import { createFaults } from './faults.ts';
import { identity as sandboxIdentity } from './identity.ts';
import { createJobQueue, type JobQueue } from './job-queue.ts';
import { createJournal, type Journal } from './journal.ts';
import { mint, uuid } from './mint.ts';
import { type PerformCall, performCall } from './perform.ts';
import type { Identity, RunningSandbox, SandboxService, StartOptions } from './running-sandbox.ts';
import { saveWorld } from './world-file.ts';

const JOB_LIMIT = 100_000;
/** How often live mode looks for jobs that have become due. */
const TICK_MILLISECONDS = 100;

/** Starts a sandbox on a loopback port. It keeps the process alive until `close`. */
export async function startSandbox(options: StartOptions): Promise<RunningSandbox> {
  const world = options.world ?? emptyWorld(options.seed);
  const live = options.mode === 'live';
  const machineNow = options.machineNow ?? Date.now;
  const { services, identity = sandboxIdentity, jobLimit: limit = JOB_LIMIT } = options;
  const clock = createClock(world, live ? machineNow : undefined);
  const journal = createJournal();
  const queue = createJobQueue({ world, clock, limit, execute: (job) => executeJob(sandbox, services, job) });
  const calls = trackCalls((request, requestId) => performCall({ sandbox, services }, request, requestId));
  const sandbox: Sandbox & { endpoint: string } = {
    world,
    endpoint: '',
    now: clock.now,
    schedule: queue.schedule,
    cancel: queue.cancel,
    faults: createFaults(world, options.faults ?? [], journal.record),
    record: journal.record,
    ...minting(world, () => sandbox),
    ...identified(identity, () => sandbox),
    perform: (request) => calls.perform(request, uuid(world, 'request')),
    provider: (type) => services.map(({ providers }) => providers[type]).find((provider) => provider !== undefined),
  };
  useStandIns(sandbox, options.standIns ?? {});
  usePages(sandbox, options.pages ?? []);
  const server = await listen({
    sandbox,
    machineNow,
    operations: (name) => services.find((service) => service.name === name)?.operations,
    sessionOf: (accessKeyId) => identity.sessionOf(world, accessKeyId),
    perform: calls.perform,
    ...(live && { advance: queue.advance }),
  });
  sandbox.endpoint = server.endpoint;
  const stopTicking = live ? tick(queue) : () => undefined;
  return Object.assign(sandbox, controls({ sandbox, clock, journal, queue, services, server, calls, stopTicking }));
}

interface Running {
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly queue: JobQueue;
  readonly services: readonly SandboxService[];
  readonly server: WireServer;
  readonly calls: TrackedCalls;
  stopTicking(): void;
}

function controls(running: Running): Omit<RunningSandbox, keyof Sandbox> {
  const { sandbox, clock, journal, queue, calls } = running;
  return {
    clockBuffer: clock.buffer,
    run: queue.run,
    advance: queue.advance,
    subscribe: journal.subscribe,
    journal: journal.entries,
    calls: journal.calls,
    resetCalls: journal.resetCalls,
    save: async (folder) => {
      if (queue.busy()) throw new Error('The world cannot be saved while a job is under way.');
      if (calls.open() > 0) throw new Error('The world cannot be saved while a request is being answered.');
      for (const service of running.services) await service.beforeSave?.(sandbox);
      sandbox.now();
      await saveWorld(folder, sandbox.world);
    },
    close: async () => {
      running.stopTicking();
      await tellClosing(sandbox, journal.entries());
      for (const service of running.services) await service.close?.(sandbox);
      await running.server.close();
    },
  };
}

async function executeJob(sandbox: Sandbox, services: readonly SandboxService[], job: Job): Promise<void> {
  const handler = services.find((service) => service.name === job.service)?.jobs[job.name];
  if (!handler) throw new Error('no service has a job of this name.');
  try {
    await handler(sandbox, job.payload as never);
  } catch (error) {
    const line = error instanceof Error ? (error.stack ?? error.message) : String(error);
    sandbox.record({ kind: 'log', at: sandbox.now(), source: `job ${job.service}/${job.name}`, line });
    throw error;
  }
}

interface TrackedCalls {
  readonly perform: PerformCall;
  /** How many calls are being worked on. */
  open(): number;
}

function trackCalls(perform: PerformCall): TrackedCalls {
  let open = 0;
  return {
    open: () => open,
    perform: async (request, requestId) => {
      open += 1;
      try {
        return await perform(request, requestId);
      } finally {
        open -= 1;
      }
    },
  };
}

function minting(world: World, sandbox: () => Sandbox): Pick<Sandbox, 'mint' | 'uuid'> {
  return {
    mint: (kind, length, alphabet) => {
      const text = mint(world, kind, { length, alphabet });
      tellMinted(sandbox(), { kind, text });
      return text;
    },
    uuid: (kind) => uuid(world, kind),
  };
}

function identified(
  identity: Identity,
  sandbox: () => Sandbox,
): Pick<Sandbox, 'authorise' | 'openSession' | 'callerOf'> {
  return {
    authorise: (caller, permission) => identity.authorise(sandbox(), caller, permission),
    openSession: (request) => identity.openSession(sandbox(), request),
    callerOf: (accessKeyId) => identity.callerOf(sandbox(), accessKeyId),
  };
}

/** In live mode nobody calls `run`, so jobs run as they fall due; a failed one is in the journal and the rest goes on. */
function tick(queue: JobQueue): () => void {
  const timer = setInterval(() => {
    if (!queue.busy()) queue.advance(0).catch(() => undefined);
  }, TICK_MILLISECONDS);
  return () => clearInterval(timer);
}
