import { afterEach, describe, expect, it } from 'vitest';
import type { Service } from '#sandbox/kernel.ts';
import { lambdaServiceOver } from '#sandbox/lambda/service.ts';
import { closeWorkers } from '#sandbox/lambda/warm-environments.ts';
import { bundles, bytes, ownFunction, parsed } from './functions.ts';
import { elsewhere, home, person, region, type StubSandbox, start, stubSandbox } from './stub-sandbox.ts';

const folder = bundles({
  echo: 'export const handler = async (event, context) => ({ event, id: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName, left: context.getRemainingTimeInMillis() > 0 });',
  environment: 'export const handler = async () => ({ ...process.env });',
  clock:
    'export const handler = () => ({ now: Date.now(), made: new Date().toISOString(), text: Date(), given: new Date(0).toISOString(), is: new Date() instanceof Date });',
  count: 'let calls = 0; export const handler = () => ++calls;',
  nothing: 'export const handler = async () => undefined;',
  fails:
    'class LeaseLost extends Error { name = "LEASE_LOST" } export const handler = async () => { throw new LeaseLost("epoch 3") };',
  text: 'export const handler = async () => { throw "just text" };',
  loops: 'export const handler = async () => { for (;;); };',
  exits: 'export const handler = async () => process.exit(7);',
  leaves: 'export const handler = async () => process.exit(0);',
  crashes: 'export const handler = () => new Promise(() => setTimeout(() => { throw new Error("later") }, 0));',
  prints:
    'export const handler = async () => { console.log("one\\ntwo"); console.error({ three: 3 }); process.stdout.write(Buffer.from("four\\n")); };',
  large: 'export const handler = async () => "x".repeat(7_000_000);',
  nameless: 'export const run = 1;',
  broken: 'throw new TypeError("no start");',
  slow: 'export const handler = (event) => new Promise((done) => setTimeout(() => done(event), 20));',
  callback: 'export const handler = async (event, context) => context.succeed(1);',
});

let opened: StubSandbox[] = [];
const sandboxWith = async (name: string, more = {}, extra: Service[] = []) => {
  const sandbox = stubSandbox([lambdaServiceOver(folder), ...extra]);
  opened.push(sandbox);
  await sandbox.create('AWS::Lambda::Function', ownFunction(name, more));
  return sandbox;
};
afterEach(async () => {
  await Promise.all(opened.map(closeWorkers));
  opened = [];
});

interface Answer {
  StatusCode: number;
  FunctionError?: string;
  Payload: Uint8Array;
}
const invoke = (sandbox: StubSandbox, name: string, more = {}) =>
  sandbox.call<Answer>('Invoke', { FunctionName: `drawbridge-${name}`, ...more });

describe('invoking one of our functions', () => {
  it('hands over the event and a Lambda context, and answers what the handler returned', async () => {
    const sandbox = await sandboxWith('echo');
    const answer = await invoke(sandbox, 'echo', { Payload: bytes({ release: 'r-1' }) });
    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(parsed(answer.Payload)).toEqual({
      event: { release: 'r-1' },
      id: '00000000-0000-4000-8000-000000000001',
      arn: `arn:aws:lambda:${region}:${home}:function:drawbridge-echo`,
      name: 'drawbridge-echo',
      left: true,
    });
  });

  it('shows the function its own environment only', async () => {
    process.env['HOST_SECRET'] = 'of the machine';
    const sandbox = await sandboxWith('environment', { Environment: { Variables: { LEDGER_TABLE: 'ledger' } } });
    const seen = parsed((await invoke(sandbox, 'environment')).Payload) as Record<string, string>;
    delete process.env['HOST_SECRET'];
    expect(seen).toEqual({
      LEDGER_TABLE: 'ledger',
      TZ: ':UTC',
      _HANDLER: 'build/functions/environment.handler',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_NAME: 'drawbridge-environment',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/drawbridge-environment',
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: 'ASIAAAAAAAAAAAAAAAA2',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL: sandbox.endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    });
  });

  it('opens a session of the function role, named after the function', async () => {
    const sandbox = await sandboxWith('count');
    await invoke(sandbox, 'count');
    expect(sandbox.opened.at(-1)).toEqual({
      roleArn: `arn:aws:iam::${home}:role/drawbridge-count`,
      service: 'lambda.amazonaws.com',
      sessionName: 'drawbridge-count',
      sourceArn: `arn:aws:lambda:${region}:${home}:function:drawbridge-count`,
      durationSeconds: 43_200,
    });
  });

  it('lives in virtual time, which moves under a warm function', async () => {
    const sandbox = await sandboxWith('clock');
    const iso = new Date(start).toISOString();
    const first = parsed((await invoke(sandbox, 'clock')).Payload);
    expect(first).toMatchObject({ now: start, made: iso, given: '1970-01-01T00:00:00.000Z', is: true });
    expect(first).toHaveProperty('text', expect.stringContaining('Jan 05 2026'));
    sandbox.advanceTo(start + 901_000);
    expect(parsed((await invoke(sandbox, 'clock')).Payload)).toMatchObject({ now: start + 901_000 });
  });

  it('answers null when the handler returns nothing', async () => {
    const sandbox = await sandboxWith('nothing');
    expect(parsed((await invoke(sandbox, 'nothing')).Payload)).toBeNull();
  });

  it('writes what the function prints to the journal, in order', async () => {
    const sandbox = await sandboxWith('prints');
    await invoke(sandbox, 'prints');
    const lines = sandbox.journal.flatMap((entry) => (entry.kind === 'log' ? [`${entry.source}: ${entry.line}`] : []));
    expect(lines).toEqual(['one', 'two', '{ three: 3 }', 'four'].map((line) => `drawbridge-prints: ${line}`));
  });

  it.each(['logs:CreateLogStream', 'logs:PutLogEvents'])(
    'loses what is printed where its role lacks %s',
    async (action) => {
      const sandbox = await sandboxWith('prints');
      sandbox.denied.add(action);
      expect(await invoke(sandbox, 'prints')).toMatchObject({ StatusCode: 200 });
      expect(sandbox.journal.filter(({ kind }) => kind === 'log')).toEqual([]);
    },
  );

  it.each<[string, object, string[]]>([
    ['is traced', { TracingConfig: { Mode: 'Active' } }, ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']],
    ['is not', { TracingConfig: { Mode: 'PassThrough' } }, []],
  ])('asks its role for permission to write traces when it %s, and works without', async (_, tracing, expected) => {
    const sandbox = await sandboxWith('count', tracing);
    sandbox.denied.add('xray:PutTraceSegments');
    expect(parsed((await invoke(sandbox, 'count')).Payload)).toBe(1);
    const traces = sandbox.asked.map(({ permission }) => permission.action).filter((name) => name.startsWith('xray:'));
    expect(traces).toEqual(expected);
  });
});

describe('a warm function', () => {
  it('keeps its module between invocations', async () => {
    const sandbox = await sandboxWith('count');
    await invoke(sandbox, 'count');
    expect(parsed((await invoke(sandbox, 'count')).Payload)).toBe(2);
    expect(sandbox.opened).toHaveLength(2);
  });

  it('starts cold with a fresh session once the old one would expire', async () => {
    const sandbox = await sandboxWith('count');
    await invoke(sandbox, 'count');
    sandbox.advanceTo(start + 43_200_000);
    expect(parsed((await invoke(sandbox, 'count')).Payload)).toBe(1);
    expect(sandbox.opened).toHaveLength(3);
  });

  it('starts cold after its configuration changed', async () => {
    const sandbox = await sandboxWith('count');
    await invoke(sandbox, 'count');
    const provider = sandbox.provider('AWS::Lambda::Function')!;
    const physicalId = 'drawbridge-count';
    await provider.update(
      sandbox.request('AWS::Lambda::Function', ownFunction('count', { Timeout: 9 }), { physicalId }),
    );
    expect(parsed((await invoke(sandbox, 'count')).Payload)).toBe(1);
  });

  it('serves a second call at the same time from a second environment', async () => {
    const sandbox = await sandboxWith('slow');
    const answers = await Promise.all([1, 2].map((value) => invoke(sandbox, 'slow', { Payload: bytes(value) })));
    expect(answers.map(({ Payload }) => parsed(Payload))).toEqual([1, 2]);
  });

  it('goes on with the same session in a world that was saved and loaded', async () => {
    const sandbox = await sandboxWith('environment');
    const key = async (asked: StubSandbox) =>
      (parsed((await invoke(asked, 'environment')).Payload) as Record<string, string>)['AWS_ACCESS_KEY_ID'];
    const before = await key(sandbox);
    const reloaded = stubSandbox([lambdaServiceOver(folder)], JSON.parse(JSON.stringify(sandbox.world)));
    opened.push(reloaded);
    expect(await key(reloaded)).toBe(before);
    expect(reloaded.opened).toEqual([]);
  });
});

describe('what goes wrong in a function is a FunctionError, not an error of Lambda', () => {
  it.each([
    ['fails', { errorType: 'LEASE_LOST', errorMessage: 'epoch 3', trace: expect.any(Array) }],
    ['text', { errorType: 'string', errorMessage: 'just text', trace: [] }],
    [
      'loops',
      { errorType: 'Sandbox.Timedout', errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/) },
    ],
    ['exits', { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 7$/) }],
    ['leaves', { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/without providing a reason$/) }],
    ['crashes', { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/exit status 1$/) }],
    ['large', { errorType: 'Function.ResponseSizeTooLarge', errorMessage: expect.stringContaining('6291556') }],
    ['nameless', { errorType: 'Runtime.HandlerNotFound', errorMessage: expect.anything(), trace: expect.any(Array) }],
    ['broken', { errorType: 'TypeError', errorMessage: 'no start', trace: expect.any(Array) }],
    ['missing', { errorType: 'Runtime.ImportModuleError', errorMessage: expect.anything(), trace: expect.any(Array) }],
    [
      'callback',
      { errorType: 'Runtime.CallbackHandlerDeprecated', errorMessage: expect.anything(), trace: expect.any(Array) },
    ],
  ])('%s', async (name, payload) => {
    const sandbox = await sandboxWith(name, { Timeout: 1 });
    const answer = await invoke(sandbox, name);
    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(parsed(answer.Payload)).toEqual(payload);
  });

  it.each(['exits', 'loops'])('and the next call after %s starts cold', async (name) => {
    const sandbox = await sandboxWith(name, { Timeout: 1 });
    await invoke(sandbox, name);
    expect(await invoke(sandbox, name)).toMatchObject({ FunctionError: 'Unhandled' });
  });
});

describe('other ways to invoke', () => {
  it('never runs a function of somebody else: it answers null', async () => {
    const sandbox = await sandboxWith('echo', { Handler: 'index.handler', Code: { ZipFile: 'x' } });
    expect(parsed((await invoke(sandbox, 'echo', { Payload: bytes(1) })).Payload)).toBeNull();
  });

  it('answers 204 to a dry run', async () => {
    const sandbox = await sandboxWith('fails');
    expect(await invoke(sandbox, 'fails', { InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });

  it('queues an event and runs it later', async () => {
    const sandbox = await sandboxWith('prints');
    expect(await invoke(sandbox, 'prints', { InvocationType: 'Event' })).toEqual({ StatusCode: 202 });
    expect(sandbox.journal).toEqual([]);
    await sandbox.run();
    expect(sandbox.journal).toHaveLength(4);
  });

  it('tries a failed event again after one and two minutes, then drops it', async () => {
    const sandbox = await sandboxWith('fails');
    await invoke(sandbox, 'fails', { InvocationType: 'Event' });
    await sandbox.run();
    expect(sandbox.now()).toBe(start + 180_000);
    expect(sandbox.journal).toMatchObject([
      { source: 'drawbridge-fails', line: expect.stringMatching(/failed 3 times/) },
    ]);
  });

  it('tries as often as the EventInvokeConfig says', async () => {
    const sandbox = await sandboxWith('fails');
    const FunctionName = 'drawbridge-fails';
    await sandbox.create('AWS::Lambda::EventInvokeConfig', {
      FunctionName,
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
    });
    await invoke(sandbox, 'fails', { InvocationType: 'Event' });
    await sandbox.run();
    expect(sandbox.journal).toMatchObject([{ line: expect.stringMatching(/failed 1 times/) }]);
  });

  it('drops an event whose function was deleted meanwhile', async () => {
    const sandbox = await sandboxWith('fails');
    await invoke(sandbox, 'fails', { InvocationType: 'Event' });
    sandbox.world.lambda.functions = {};
    await sandbox.run();
    expect(sandbox.journal).toMatchObject([{ line: expect.stringMatching(/function is gone/) }]);
  });

  it.each([
    ['name', 'drawbridge-echo'],
    ['partial ARN', `${home}:function:drawbridge-echo`],
    ['ARN', `arn:aws:lambda:${region}:${home}:function:drawbridge-echo`],
    ['ARN with the newest version', `arn:aws:lambda:${region}:${home}:function:drawbridge-echo:$LATEST`],
  ])('finds the function by its %s', async (_form, FunctionName) => {
    const sandbox = await sandboxWith('echo');
    expect(await sandbox.call('Invoke', { FunctionName, InvocationType: 'DryRun' })).toMatchObject({ StatusCode: 204 });
  });
});

describe('Lambda refuses', () => {
  const unknown = ['ResourceNotFoundException', 404] as const;
  const tooLarge = ['RequestTooLargeException', 413] as const;
  const FunctionName = 'drawbridge-echo';
  it.each([
    ['an unknown function', { FunctionName: 'other' }, unknown],
    ['an unknown alias', { FunctionName: 'drawbridge-echo:live' }, unknown],
    ['an unknown version', { FunctionName, Qualifier: '3' }, unknown],
    ['what is no name', { FunctionName: 'a b' }, ['ValidationException', 400]],
    ['no JSON', { FunctionName, Payload: new Uint8Array([123]) }, ['InvalidRequestContentException', 400]],
    ['a payload over 6 MB', { FunctionName, Payload: new Uint8Array(6_291_457) }, tooLarge],
    ['an event over 1 MB', { FunctionName, InvocationType: 'Event', Payload: new Uint8Array(1_048_577) }, tooLarge],
  ] as const)('%s', async (_what, input, [code, status]) => {
    const sandbox = await sandboxWith('echo');
    await expect(sandbox.call('Invoke', input)).rejects.toMatchObject({ code, status });
  });

  it('a caller without lambda:InvokeFunction', async () => {
    const sandbox = await sandboxWith('echo');
    sandbox.denied.add('lambda:InvokeFunction');
    await expect(invoke(sandbox, 'echo')).rejects.toMatchObject({ code: 'AccessDenied' });
    expect(sandbox.asked.at(-1)?.permission).toEqual({
      action: 'lambda:InvokeFunction',
      resource: `arn:aws:lambda:${region}:${home}:function:drawbridge-echo`,
    });
  });

  it('a service the function policy does not name, and another account', async () => {
    const sandbox = await sandboxWith('echo');
    const input = {
      FunctionName: `arn:aws:lambda:${region}:${home}:function:drawbridge-echo`,
      InvocationType: 'DryRun',
    };
    const service = { kind: 'service', service: 'events.amazonaws.com', account: home } as const;
    const denied = { code: 'AccessDenied' };
    await expect(sandbox.call('Invoke', input, { caller: service })).rejects.toMatchObject(denied);
    const permission = {
      Action: 'lambda:InvokeFunction',
      FunctionName: 'drawbridge-echo',
      Principal: 'events.amazonaws.com',
    };
    await sandbox.create('AWS::Lambda::Permission', permission);
    expect(await sandbox.call('Invoke', input, { caller: service })).toMatchObject({ StatusCode: 204 });
    await expect(sandbox.call('Invoke', input, { caller: person(elsewhere) })).rejects.toMatchObject(denied);
  });
});
