/** A sandbox of CloudFormation alone: a clock, a queue, rules for what is denied or goes wrong, and buckets as plain text. */

import { AwsError } from '#sandbox/aws-error.ts';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { emptyCloudFormationState } from '#sandbox/cloudformation/state.ts';
import { cloudWatchService } from '#sandbox/cloudwatch/service.ts';
import { emptyCloudWatchState } from '#sandbox/cloudwatch/state.ts';
import type { Fault, ResourceFault, ResourcePlace } from '#sandbox/fault.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type {
  Caller,
  Job,
  Operation,
  Permission,
  ResourceProvider,
  Sandbox,
  SessionCaller,
  World,
} from '#sandbox/kernel.ts';
import type { OpenSession } from '#sandbox/open-session.ts';

const account = '222222222222';
const region = 'eu-west-1';
export const executionRole = `arn:aws:iam::${account}:role/drawbridge-execution`;
const start = Date.parse('2026-01-05T08:00:00.000Z');

export interface FakeSandbox extends Sandbox {
  readonly journal: JournalEntry[];
  /** Every permission that was asked, with who asked. */
  readonly asked: { readonly principal: string; readonly permission: Permission }[];
  /** Actions nobody is allowed, as `service:Action`. */
  readonly denied: Set<string>;
  /** Roles that cannot be assumed. */
  readonly untrusted: Set<string>;
  readonly resourceFaults: ResourceFault[];
  readonly providers: Record<string, ResourceProvider>;
  /** Object texts by `bucket/key`. */
  readonly objects: Record<string, string>;
  /** Events put on the default bus, in order of arrival. */
  readonly delivered: Record<string, unknown>[];
  /** Asks as the deploy role's session. */
  ask<Answer = Record<string, unknown>>(operation: string, input: object): Promise<Answer>;
  /** Runs all jobs, or those up to some seconds from now. */
  run(seconds?: number): Promise<void>;
  /** Saves and reloads the world before every job. */
  reloading: boolean;
  /** How many reads of a stack that is being created answer what it was before. */
  staleReads: number;
}

const deployer = session(account, 'drawbridge-deploy', 'prm-1');

export function fakeSandbox(): FakeSandbox {
  let world = { now: start, jobs: [], counters: {}, organization: { id: 'o-drawbridge' } } as unknown as World;
  world.cloudformation = emptyCloudFormationState();
  world.cloudwatch = emptyCloudWatchState();
  let order = 0;
  const fake: FakeSandbox = {
    get world() {
      return world;
    },
    endpoint: 'http://127.0.0.1:0',
    journal: [],
    asked: [],
    denied: new Set(),
    untrusted: new Set(),
    resourceFaults: [],
    providers: {},
    objects: {},
    delivered: [],
    reloading: false,
    staleReads: 0,
    now: () => world.now,
    schedule(job) {
      order += 1;
      world.jobs.push({ ...job, order });
      return order;
    },
    cancel(cancelled) {
      world.jobs = world.jobs.filter((job) => job.order !== cancelled);
    },
    faults: {
      call: () => undefined,
      delivery: () => undefined,
      probe: () => undefined,
      alarm: () => undefined,
      staleRead: () => (fake.staleReads-- > 0 ? { kind: 'stale-read', times: 1 } : undefined),
      resource: (place) => nextFault(fake.resourceFaults, place),
    },
    mint(kind, length, alphabet = '0123456789ABCDEF') {
      const count = (world.counters[kind] ?? 0) + 1;
      world.counters[kind] = count;
      return count
        .toString(alphabet.length > 16 ? 36 : 16)
        .toUpperCase()
        .padStart(length, '0');
    },
    uuid: (kind) => `00000000-0000-4000-8000-${fake.mint(kind, 12).toLowerCase()}`,
    record: (entry) => void fake.journal.push(entry),
    authorise(caller, permission) {
      const principal = caller.kind === 'service' ? caller.service : caller.arn;
      fake.asked.push({ principal, permission });
      if (!fake.denied.has(permission.action)) return;
      const text = `User: ${principal} is not authorized to perform: ${permission.action} on resource: ${permission.resource}`;
      throw new AwsError('AccessDenied', text, 403);
    },
    openSession: (request) => openSession(fake, request),
    callerOf: () => undefined,
    provider: (type) => fake.providers[type] ?? cloudWatchService.providers[type],
    perform: ({ operation, input, caller }) => perform(fake, { operation, input, caller }),
    ask: <Answer>(operation: string, input: object) =>
      perform(fake, { operation, input, caller: deployer }) as Promise<Answer>,
    async run(seconds = Number.POSITIVE_INFINITY) {
      const until = world.now + seconds * 1_000;
      for (let job = nextJob(world, until); job !== undefined; job = nextJob(world, until)) {
        if (fake.reloading) world = JSON.parse(JSON.stringify(world)) as World;
        world.jobs = world.jobs.filter((other) => other.order !== job?.order);
        world.now = Math.max(world.now, job.at);
        await runJob(fake, job);
      }
      if (Number.isFinite(seconds)) world.now = until;
    },
  };
  return fake;
}

function nextJob(world: World, until: number): Job | undefined {
  const due = world.jobs.filter((job) => job.at <= until);
  return due.sort((left, right) => left.at - right.at || left.order - right.order)[0];
}

async function runJob(fake: FakeSandbox, job: Job): Promise<void> {
  if (job.service === 'events') {
    fake.delivered.push((job.payload as { event: Record<string, unknown> }).event);
    return;
  }
  await cloudformationService.jobs[job.name]?.(fake, job.payload as never);
}

async function perform(
  fake: FakeSandbox,
  call: { operation: string; input: unknown; caller: Caller },
): Promise<unknown> {
  const { operation: name, input, caller } = call;
  if (name === 'GetObject') return getObject(fake, input as { Bucket: string; Key: string }, caller);
  const operation = { ...cloudformationService.operations, ...cloudWatchService.operations }[name] as
    | Operation<unknown, unknown>
    | undefined;
  if (operation === undefined) throw new AwsError('InvalidAction', name);
  const request = { sandbox: fake, input, caller, account, region, requestId: fake.uuid('request') };
  for (const permission of operation.permissions(request)) fake.authorise(caller, permission);
  return await operation.run(request);
}

function getObject(fake: FakeSandbox, { Bucket, Key }: { Bucket: string; Key: string }, caller: Caller) {
  fake.authorise(caller, { action: 's3:GetObject', resource: `arn:aws:s3:::${Bucket}/${Key}` });
  const text = fake.objects[`${Bucket}/${Key}`];
  if (text === undefined) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  return { Body: new TextEncoder().encode(text) };
}

function nextFault(faults: ResourceFault[], place: ResourcePlace): ResourceFault | undefined {
  const index = faults.findIndex(
    ({ logicalId, status, during = place.during, when = 'before' }) =>
      logicalId === place.logicalId && status === place.status && during === place.during && when === place.when,
  );
  const fault = faults[index];
  if (fault === undefined) return undefined;
  if (fault.times <= 1) faults.splice(index, 1);
  else faults[index] = { ...fault, times: fault.times - 1 };
  return fault;
}

function openSession(fake: FakeSandbox, request: OpenSession) {
  if (fake.untrusted.has(request.roleArn)) throw new AwsError('AccessDenied', 'not trusted', 403);
  const name = request.roleArn.split('/').at(-1) ?? '';
  const expiresAt = fake.now() + request.durationSeconds * 1_000;
  const caller = { ...session(account, name, request.sessionName), expiresAt };
  return { accessKeyId: 'ASIA', secretAccessKey: 'secret', sessionToken: 'token', expiresAt, caller };
}

function session(owner: string, role: string, sessionName: string): SessionCaller {
  return {
    kind: 'session',
    accessKeyId: 'ASIA',
    account: owner,
    arn: `arn:aws:sts::${owner}:assumed-role/${role}/${sessionName}`,
    roleArn: `arn:aws:iam::${owner}:role/${role}`,
    roleId: 'AROA',
    sessionName,
    tags: {},
    transitiveTagKeys: [],
    expiresAt: start + 900_000,
  };
}

export function fault(status: ResourceFault['status'], logicalId: string, times = 1): Fault & { kind: 'resource' } {
  return { kind: 'resource', logicalId, status, reason: `${logicalId} is out of order`, times };
}
