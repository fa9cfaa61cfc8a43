/** Code that tests put in the place of a function's own. Whoever starts a sandbox without any gets none. */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { type StandIn, useStandIns } from '#sandbox/lambda/registry.ts';
import { lambdaServiceOver } from '#sandbox/lambda/service.ts';
import { bytes, parsed } from './functions.ts';
import { home, region, type StubSandbox, stubSandbox } from './stub-sandbox.ts';

const theirs: Record<string, Json> = {
  FunctionName: 'theirs',
  Handler: 'index.handler',
  Role: `arn:aws:iam::${home}:role/theirs`,
  Runtime: 'nodejs24.x',
  Code: { ZipFile: 'never run' },
  Environment: { Variables: { TABLE: 'orders' } },
};
const arn = `arn:aws:lambda:${region}:${home}:function:theirs`;

let sandbox: StubSandbox;
beforeEach(async () => {
  sandbox = stubSandbox([lambdaServiceOver('nowhere')]);
  await sandbox.create('AWS::Lambda::Function', theirs);
});

interface Invoked {
  readonly Payload: Uint8Array;
  readonly FunctionError?: string;
}

const invoke = async (payload: object = {}) => {
  const { Payload, FunctionError } = await sandbox.call<Invoked>('Invoke', {
    FunctionName: 'theirs',
    Payload: bytes(payload),
  });
  return [parsed(Payload), FunctionError];
};

describe('a function of a template', () => {
  it('answers null while nothing stands in for it', async () => {
    expect(await invoke()).toEqual([null, undefined]);
    useStandIns(sandbox, { other: () => 'other' });
    expect(await invoke()).toEqual([null, undefined]);
  });

  it.each([
    ['its name', 'theirs'],
    ['its ARN', arn],
  ])('is stood in for by %s, with event, context and the environment of its role', async (_name, key) => {
    const standIn: StandIn = (event, { environment, ...context }) => ({ event, context, environment });
    useStandIns(sandbox, { [key]: standIn });
    const [answer] = await invoke({ order: 7 });
    expect(answer).toMatchObject({
      event: { order: 7 },
      context: { functionName: 'theirs', invokedFunctionArn: arn, awsRequestId: expect.any(String) },
      environment: {
        TABLE: 'orders',
        AWS_REGION: region,
        AWS_ENDPOINT_URL: sandbox.endpoint,
        AWS_ACCESS_KEY_ID: expect.stringMatching(/^ASIA/),
      },
    });
    expect(sandbox.opened.at(-1)).toMatchObject({ roleArn: theirs['Role'], service: 'lambda.amazonaws.com' });
  });

  it('prefers the ARN, and takes nothing for null', async () => {
    useStandIns(sandbox, { theirs: () => 'by name', [arn]: () => undefined });
    expect(await invoke()).toEqual([null, undefined]);
  });

  it.each<[string, StandIn, object]>([
    [
      'an error',
      () => {
        throw new TypeError('no table');
      },
      { errorType: 'TypeError', errorMessage: 'no table' },
    ],
    ['a rejection that is no error', () => Promise.reject('odd'), { errorType: 'string', errorMessage: 'odd' }],
  ])('fails with %s of its stand-in', async (_name, standIn, error) => {
    useStandIns(sandbox, { theirs: standIn });
    expect(await invoke()).toEqual([error, 'Unhandled']);
  });

  it('is not waited for beyond its timeout', async () => {
    vi.useFakeTimers();
    try {
      useStandIns(sandbox, { theirs: () => new Promise(() => undefined) });
      const invoked = invoke();
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await invoked).toEqual([
        { errorType: 'Sandbox.Timedout', errorMessage: expect.stringContaining('timed out after 3.00 seconds') },
        'Unhandled',
      ]);
    } finally {
      vi.useRealTimers();
    }
  });
});
