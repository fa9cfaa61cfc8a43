/** A sandbox with Step Functions alone: virtual time, jobs, and functions that are plain callbacks. */
import { AwsError } from '#sandbox/aws-error.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { Caller, Job, Json, Permission, Sandbox, SessionCaller, World } from '#sandbox/kernel.ts';
import { statesService } from '#sandbox/step-functions/service.ts';
import { emptyStatesState } from '#sandbox/step-functions/state.ts';

export type FunctionStub = (payload: Json, stub: Stub) => Json | Promise<Json>;

export interface Stub {
  readonly sandbox: Sandbox;
  readonly journal: JournalEntry[];
  readonly permissions: Permission[];
  readonly invocations: { at: number; functionName: string; payload: Json; caller: string }[];
  /** Payloads of the status events, in order. */
  readonly published: Json[];
  functions: Record<string, FunctionStub>;
  trust: boolean;
  /** Actions that the machine's role is asked for, in order, and those it does not have. */
  readonly asked: string[];
  readonly denied: Set<string>;
  /** Runs due jobs until none is left, or up to a time in seconds from the start. */
  run(untilSeconds?: number): Promise<void>;
  call(operation: string, input: unknown, caller?: Partial<SessionCaller>): Promise<never>;
  create(definition: unknown): string;
}

export const start = Date.parse('2026-01-05T08:00:00.000Z');
export const account = '111111111111';
export const region = 'eu-west-1';

/** A function that fails as a Lambda handler does. */
export class FunctionError extends Error {
  readonly report: Json;

  constructor(report: Json) {
    super('function error');
    this.report = report;
  }
}

export const thrown = (errorType: string, errorMessage = 'no'): FunctionError =>
  new FunctionError({ errorType, errorMessage, trace: [] });

export interface StubOptions {
  /** Replaces the world by its JSON copy after every job. */
  readonly reload?: boolean;
}

export function createStub(functions: Record<string, FunctionStub> = {}, options: StubOptions = {}): Stub {
  let world = { now: start, jobs: [], counters: {}, states: emptyStatesState() } as unknown as World;
  const next = (kind: string): number => {
    world.counters[kind] = (world.counters[kind] ?? 0) + 1;
    return world.counters[kind];
  };
  const sessions: Record<string, SessionCaller> = {};
  const stub: Stub = {
    journal: [],
    permissions: [],
    invocations: [],
    published: [],
    functions,
    trust: true,
    asked: [],
    denied: new Set(),
    sandbox: {
      get world() {
        return world;
      },
      endpoint: '',
      now: () => world.now,
      schedule: (job) => {
        const order = next('job');
        world.jobs.push({ ...job, order });
        return order;
      },
      cancel: (order) => {
        world.jobs = world.jobs.filter((job) => job.order !== order);
      },
      mint: (kind) => `${kind}-${next(kind)}`,
      uuid: (kind) => `${kind}-${next(kind)}`,
      record: (entry) => {
        stub.journal.push(entry);
      },
      openSession: ({ roleArn, sessionName, service }) => {
        if (!stub.trust || service !== 'states.amazonaws.com') throw new AwsError('AccessDenied', 'not trusted', 403);
        const accessKeyId = `ASIA${next('key')}`;
        const caller = sessionCaller({
          arn: `${roleArn}/${sessionName}`,
          accessKeyId,
          expiresAt: world.now + 3_600_000,
        });
        sessions[accessKeyId] = caller;
        return { accessKeyId, secretAccessKey: '', sessionToken: '', expiresAt: caller.expiresAt, caller };
      },
      callerOf: (accessKeyId) => sessions[accessKeyId],
      authorise: (_, { action }) => {
        stub.asked.push(action);
        if (stub.denied.has(action)) throw new AwsError('AccessDenied', `not authorized to perform: ${action}`, 403);
      },
      perform: async ({ input, caller }) => invoke(stub, input as InvokeInput, caller),
    } as Partial<Sandbox> as Sandbox,
    run: async (untilSeconds = Number.POSITIVE_INFINITY) => {
      const end = start + untilSeconds * 1000;
      for (let job = due(world, end); job; job = due(world, end)) {
        const { order } = job;
        world.jobs = world.jobs.filter((other) => other.order !== order);
        world.now = Math.max(world.now, job.at);
        if (job.service === 'events') stub.published.push(job.payload);
        else await statesService.jobs[job.name]!(stub.sandbox, job.payload as never);
        if (options.reload) world = JSON.parse(JSON.stringify(world));
      }
      if (Number.isFinite(end)) world.now = end;
    },
    call: async (operation, input, caller = {}) => {
      const found = statesService.operations[operation]!;
      const from = sessionCaller(caller);
      const call = { sandbox: stub.sandbox, input, caller: from, account: from.account, region, requestId: 'r' };
      stub.permissions.push(...found.permissions(call));
      return (await found.run(call)) as never;
    },
    create: (definition) => {
      const properties = {
        Definition: definition as Json,
        RoleArn: `arn:aws:iam::${account}:role/machine`,
        StateMachineName: 'machine',
      };
      const place = { sandbox: stub.sandbox, account, region, stackId: 's', stackName: 's', logicalId: 'Machine' };
      const request = { ...place, type: 'AWS::StepFunctions::StateMachine', properties };
      const made = statesService.providers['AWS::StepFunctions::StateMachine']!.create(request);
      return (made as { physicalId: string }).physicalId;
    },
  };
  return stub;
}

interface InvokeInput {
  readonly FunctionName: string;
  readonly Payload: Uint8Array;
}

async function invoke(stub: Stub, input: InvokeInput, caller: Caller): Promise<unknown> {
  const payload = JSON.parse(new TextDecoder().decode(input.Payload)) as Json;
  const arn = caller.kind === 'service' ? caller.service : caller.arn;
  stub.invocations.push({
    at: (stub.sandbox.now() - start) / 1000,
    functionName: input.FunctionName,
    payload,
    caller: arn,
  });
  const name = input.FunctionName.split(':').at(-1) ?? '';
  const found = stub.functions[name];
  if (!found) throw new AwsError('ResourceNotFoundException', `Function not found: ${name}`, 404);
  try {
    const result = await found(payload, stub);
    return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: new TextEncoder().encode(JSON.stringify(result)) };
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const Payload = new TextEncoder().encode(JSON.stringify(error.report));
    return { StatusCode: 200, FunctionError: 'Unhandled', Payload };
  }
}

const due = (world: World, end: number): Job | undefined =>
  world.jobs.toSorted((left, right) => left.at - right.at || left.order - right.order).find((job) => job.at <= end);

function sessionCaller(given: Partial<SessionCaller>): SessionCaller {
  return {
    kind: 'session',
    accessKeyId: 'ASIA',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/tester/tester`,
    roleArn: `arn:aws:iam::${account}:role/tester`,
    roleId: 'AROA',
    sessionName: 'tester',
    tags: {},
    transitiveTagKeys: [],
    expiresAt: Number.POSITIVE_INFINITY,
    ...given,
  };
}

export interface Outcome {
  readonly status: string;
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
}

/** Starts a machine with an input, lets all time pass, and answers how it ended. */
export async function runMachine(definition: unknown, input: Json = {}, stub = createStub()): Promise<Outcome> {
  const executionArn = await startMachine(stub, definition, input);
  await stub.run();
  return outcomeOf(stub, executionArn);
}

export async function startMachine(stub: Stub, definition: unknown, input: Json = {}): Promise<string> {
  const stateMachineArn = stub.create(definition);
  const request = { stateMachineArn, name: 'one', input: JSON.stringify(input) };
  const { executionArn } = (await stub.call('StartExecution', request)) as { executionArn: string };
  return executionArn;
}

export async function outcomeOf(stub: Stub, executionArn: string): Promise<Outcome> {
  const described = (await stub.call('DescribeExecution', { executionArn })) as Record<string, string>;
  const { status = '', output, error, cause } = described;
  return {
    status,
    ...(output !== undefined && { output: JSON.parse(output) as Json }),
    ...(error !== undefined && { error }),
    ...(cause !== undefined && { cause }),
  };
}

/** A machine of one state. */
export const single = (state: object): object => ({ StartAt: 'Only', States: { Only: { End: true, ...state } } });

/** A machine of states that follow each other. */
export function chain(states: Record<string, object>): object {
  const names = Object.keys(states);
  const linked = Object.entries(states).map(([name, state], index) => {
    const following = names[index + 1];
    const flows = !('Type' in state) || !['Choice', 'Succeed', 'Fail'].includes(String(state.Type));
    if (!flows) return [name, state];
    return [name, following === undefined ? { End: true, ...state } : { Next: following, ...state }];
  });
  return { StartAt: names[0], States: Object.fromEntries(linked) };
}

export const lambda = (name: string): string => `arn:aws:lambda:${region}:${account}:function:${name}`;

/** A task through the lambda:invoke integration; the payload is the whole input. */
export const invokeTask = (name: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Parameters: { FunctionName: lambda(name), 'Payload.$': '$' },
  ResultSelector: { 'value.$': '$.Payload' },
  OutputPath: '$.value',
  ...more,
});

/** A task that hands its token to a function and waits. */
export const tokenTask = (name: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Parameters: { FunctionName: lambda(name), Payload: { 'token.$': '$$.Task.Token', 'input.$': '$' } },
  ...more,
});

/** What the journal says about states, as `entered A`, `retried A`. */
export const transitions = (stub: Stub): string[] =>
  stub.journal.flatMap((entry) => (entry.kind === 'transition' ? [`${entry.event} ${entry.state}`] : []));

export async function historyOf(stub: Stub, executionArn: string): Promise<string[]> {
  const { events } = (await stub.call('GetExecutionHistory', { executionArn, maxResults: 1000 })) as {
    events: { type: string }[];
  };
  return events.map((event) => event.type);
}
