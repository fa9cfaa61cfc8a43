import { AwsError } from '#sandbox/aws-error.ts';
import { emptyDynamoDbState } from '#sandbox/dynamodb/state.ts';
import { emptyEventsState } from '#sandbox/events/state.ts';
import type { DeliveryFault } from '#sandbox/fault.ts';
import { emptyHttpApiState } from '#sandbox/http-api/state.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type {
  Caller,
  Job,
  Json,
  Permission,
  ResourceRequest,
  Sandbox,
  Service,
  SessionCaller,
  World,
} from '#sandbox/kernel.ts';
import { emptyKmsState } from '#sandbox/kms/state.ts';
import { emptyLambdaState } from '#sandbox/lambda/state.ts';
import type { OpenSession } from '#sandbox/open-session.ts';
import { emptyS3State } from '#sandbox/s3/state.ts';

export const start = Date.UTC(2026, 0, 5, 9);
export const home = '111111111111';
export const elsewhere = '222222222222';
export const region = 'eu-west-1';

/** A sandbox of a few services: everything is allowed that is not denied; a service principal needs a resource policy naming it. */
export interface StubSandbox extends Sandbox {
  readonly journal: JournalEntry[];
  readonly asked: { caller: Caller; permission: Permission }[];
  readonly opened: OpenSession[];
  /** Actions that authorise refuses. */
  readonly denied: Set<string>;
  /** Roles that no service may assume. */
  readonly untrusted: Set<string>;
  readonly deliveryFaults: (DeliveryFault | undefined)[];
  advanceTo(time: number): void;
  /** Runs queued jobs in order until none is left but background jobs, or until a time. */
  run(until?: number): Promise<void>;
  create(type: string, properties: Record<string, Json>, place?: Partial<ResourceRequest>): Promise<string>;
  request(type: string, properties: Record<string, Json>, place?: Partial<ResourceRequest>): ResourceRequest;
  call<Output = Record<string, unknown>>(operation: string, input: unknown, as?: Partial<StubCall>): Promise<Output>;
}

interface StubCall {
  readonly caller: Caller;
  readonly region: string;
}

export function stubSandbox(services: readonly Service[], world = emptyStubWorld()): StubSandbox {
  const journal: JournalEntry[] = [];
  const asked: StubSandbox['asked'] = [];
  const opened: OpenSession[] = [];
  const denied = new Set<string>();
  const untrusted = new Set<string>();
  const deliveryFaults: StubSandbox['deliveryFaults'] = [];
  const callers = new Map<string, SessionCaller>();
  const clockBuffer = new SharedArrayBuffer(8);
  let order = 0;
  const moveTo = (time: number) => {
    world.now = time;
    new Float64Array(clockBuffer)[0] = time;
  };
  moveTo(world.now);

  const stub: StubSandbox & { clockBuffer: SharedArrayBuffer } = {
    world,
    clockBuffer,
    endpoint: 'http://127.0.0.1:9',
    journal,
    asked,
    opened,
    denied,
    untrusted,
    deliveryFaults,
    advanceTo: moveTo,
    now: () => world.now,
    schedule: (job) => {
      order += 1;
      world.jobs.push(JSON.parse(JSON.stringify({ ...job, order })) as Job);
      return order;
    },
    cancel: (cancelled) => {
      world.jobs = world.jobs.filter((job) => job.order !== cancelled);
    },
    faults: {
      call: () => undefined,
      probe: () => undefined,
      alarm: () => undefined,
      resource: () => undefined,
      staleRead: () => undefined,
      delivery: () => deliveryFaults.shift(),
    },
    mint: (kind, length, alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789') => {
      const count = (world.counters[kind] ?? 0) + 1;
      world.counters[kind] = count;
      return String(count)
        .padStart(length, alphabet[0])
        .replace(/\d/g, (digit) => alphabet[Number(digit) % alphabet.length] ?? '');
    },
    uuid: (kind) => {
      const count = (world.counters[kind] ?? 0) + 1;
      world.counters[kind] = count;
      return `00000000-0000-4000-8000-${String(count).padStart(12, '0')}`;
    },
    record: (entry) => void journal.push(entry),
    authorise: (caller, permission) => {
      asked.push({ caller, permission });
      const policy = permission.resourcePolicy?.document ?? '';
      const strange = caller.kind === 'service' && !policy.includes(caller.service);
      const foreign =
        caller.kind === 'session' &&
        permission.resourcePolicy !== undefined &&
        permission.resourcePolicy.account !== caller.account &&
        !policy.includes(caller.account);
      if (denied.has(permission.action) || strange || foreign)
        throw new AwsError('AccessDenied', `not authorized to perform: ${permission.action}`, 403);
    },
    openSession: (request) => {
      if (untrusted.has(request.roleArn))
        throw new AwsError('AccessDenied', 'not authorized to perform: sts:AssumeRole', 403);
      opened.push(request);
      const caller = sessionOf(request, `ASIA${String(opened.length).padStart(16, 'A')}`, world.now);
      callers.set(caller.accessKeyId, caller);
      const { accessKeyId, expiresAt } = caller;
      return { accessKeyId, secretAccessKey: 'secret', sessionToken: 'token', expiresAt, caller };
    },
    callerOf: (accessKeyId) => callers.get(accessKeyId),
    perform: async ({ service, operation, input, caller, region: place }) => {
      const found = services.find(({ name }) => name === service)?.operations[operation];
      if (!found) throw new AwsError('UnknownOperationException', operation);
      const requestId = stub.uuid('request');
      const call = { sandbox: stub, input, caller, account: caller.account, region: place, requestId };
      for (const permission of found.permissions(call)) stub.authorise(caller, permission);
      return await found.run(call);
    },
    provider: (type) => services.map(({ providers }) => providers[type]).find((found) => found !== undefined),
    run: async (until = Number.POSITIVE_INFINITY) => {
      for (;;) {
        world.jobs.sort((left, right) => left.at - right.at || left.order - right.order);
        const next = world.jobs[0];
        const idle = until === Number.POSITIVE_INFINITY && world.jobs.every(({ background }) => background);
        if (!next || next.at > until || idle) return;
        world.jobs.shift();
        moveTo(Math.max(world.now, next.at));
        const job = services.find(({ name }) => name === next.service)?.jobs[next.name];
        if (!job) throw new Error(`no job ${next.service}.${next.name}`);
        await job(stub, next.payload as never);
      }
    },
    request: (type, properties, place) => ({
      sandbox: stub,
      account: home,
      region,
      stackId: `arn:aws:cloudformation:${region}:${home}:stack/orders/1`,
      stackName: 'orders',
      logicalId: 'Thing',
      type,
      properties,
      ...place,
    }),
    create: async (type, properties, place) => {
      const made = await stub.provider(type)!.create(stub.request(type, properties, place));
      return made.physicalId;
    },
    call: async <Output>(operation: string, input: unknown, as: Partial<StubCall> = {}) => {
      const service = services.find(({ operations }) => operations[operation])!.name;
      return (await stub.perform({ service, operation, input, caller: person(), region, ...as })) as Output;
    },
  };
  return stub;
}

export function person(account = home, name = 'alice'): SessionCaller {
  const roleArn = `arn:aws:iam::${account}:role/ReleaseManager`;
  return { ...sessionOf({ roleArn, sessionName: name, service: '', durationSeconds: 3600 }, `ASIA${name}`, start) };
}

function sessionOf(request: OpenSession, accessKeyId: string, now: number): SessionCaller {
  const account = request.roleArn.split(':')[4] ?? '';
  const role = request.roleArn.split('/').at(-1) ?? '';
  return {
    kind: 'session',
    accessKeyId,
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${request.sessionName}`,
    roleArn: request.roleArn,
    roleId: `AROA${role.toUpperCase()}`,
    sessionName: request.sessionName,
    tags: {},
    transitiveTagKeys: [],
    expiresAt: now + request.durationSeconds * 1000,
  };
}

/** A world with the slices these services use. */
function emptyStubWorld(): World {
  return {
    schemaVersion: 1,
    seed: 1,
    now: start,
    jobs: [],
    counters: {},
    organization: {
      id: 'o-drawbridge',
      accounts: { [home]: { id: home, name: 'shared-services', disabledRegions: [] } },
      people: {},
    },
    s3: emptyS3State(),
    kms: emptyKmsState(),
    dynamodb: emptyDynamoDbState(),
    events: emptyEventsState(),
    lambda: emptyLambdaState(),
    httpApi: emptyHttpApiState(),
  } as unknown as World;
}
