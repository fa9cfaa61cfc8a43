/** Verifying a target, with the ledger as it is and AWS call by call. */
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { getDocument } from '#shared/aws/documents.ts';
import { listAttempts, listVerifications } from '#shared/aws/ledger/verifications.ts';
import { type Verifying, verifyTarget } from '#shared/aws/verify-target.ts';
import type { Probe } from '#shared/domain/verification/probe.ts';
import { aRelease, aTarget, monday, promotionId } from '#test/builders.ts';
import { awsError, cloudFormation, fakeAws, lambda, objects, stepFunctions, sts, stsTrusts } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const documents = { bucket: 'documents' };
beforeEach(() => {
  stsTrusts();
  objects();
});

const digest = `sha256:${'1'.repeat(64)}`;
const later = (seconds: number) => new Date(Date.parse(monday) + seconds * 1000).toISOString();
const verify = (probes: Probe[], change: Partial<Verifying> = {}) => {
  const { environments } = aRelease();
  const verified = environments.map((one) =>
    one.name === 'production' && probes.length > 0 ? { ...one, verify: probes } : one,
  );
  const release = { ...aRelease({ environments: verified }), id: 'orders-111111111111', digest };
  const asked = { promotion: promotionId, environment: 'production', target: aTarget(), release, at: monday, polls: 0 };
  return verifyTarget({ ledger, documents }, { ...asked, ...change });
};
const attempts = () => listVerifications(ledger, promotionId);

const smoke: Probe = { lambda: 'drawbridge-verify-orders' };
const answers = (payload: string, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => payload } as never, ...more });

describe('a function as a probe', () => {
  it('is asked as the audit role, for this function alone, and told whom it is about', async () => {
    answers('{"kind":"passed"}');
    expect(await verify([smoke])).toEqual({ kind: 'verified' });
    const [call] = lambda.commandCalls(InvokeCommand);
    expect(call?.args[0].input).toMatchObject({ FunctionName: 'drawbridge-verify-orders' });
    expect(JSON.parse(`${call?.args[0].input.Payload}`)).toEqual({
      schemaVersion: 1,
      promotion: promotionId,
      pipeline: 'orders',
      environment: 'production',
      target: { name: 'production', account: '333333333333', region: 'eu-west-1' },
      release: { id: 'orders-111111111111', digest },
      attempt: expect.stringMatching(/^prm-[0-9a-f]{16}-[0-9a-f]{32}$/),
    });
    const [assumed] = sts.commandCalls(AssumeRoleCommand);
    expect(assumed?.args[0].input).toMatchObject({
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      RoleSessionName: `${promotionId}-verify`,
    });
    expect(JSON.parse(`${assumed?.args[0].input.Policy}`).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: 'arn:aws:lambda:eu-west-1:333333333333:function:drawbridge-verify-orders',
      },
    ]);
  });

  it('is on record with what it answered', async () => {
    answers('{"kind":"failed","reason":"no orders"}');
    expect(await verify([smoke])).toMatchObject({
      kind: 'not-verified',
      reason: {
        code: 'PROBE_FAILED',
        target: 'production',
        text: 'The verification drawbridge-verify-orders in production says no: no orders.',
      },
    });
    expect(await attempts()).toEqual([
      {
        ...{ promotion: promotionId, environment: 'production', target: 'production', series: 0 },
        ...{ index: 0, probe: 'drawbridge-verify-orders', attempt: 1, startedAt: monday, endedAt: monday },
        ...{ outcome: 'failed', reason: 'no orders', output: '{"kind":"failed","reason":"no orders"}' },
      },
    ]);
  });

  it('keeps a long answer as a document under its digest', async () => {
    const answer = JSON.stringify({ kind: 'passed', log: 'x'.repeat(10_000) });
    answers(answer);
    await verify([smoke]);
    const [attempt] = await attempts();
    expect(attempt?.output).toBe(answer.slice(0, 4096));
    expect(await getDocument(documents, 'probe-outputs', `${attempt?.outputDigest}`)).toEqual({ output: answer });
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'is not there',
      () => lambda.on(InvokeCommand).rejects(awsError('ResourceNotFoundException', 'Function not found', 404)),
      /Function not found/,
    ],
    [
      'may not be invoked',
      () => lambda.on(InvokeCommand).rejects(awsError('AccessDeniedException', 'not authorized', 403)),
      /not authorized/,
    ],
    [
      'throws',
      () => answers('{"errorType":"Error","errorMessage":"no table"}', { FunctionError: 'Unhandled' }),
      /it failed: no table/,
    ],
    ['answers something else', () => answers('"ok"'), /it answered/],
    ['answers nothing', () => lambda.on(InvokeCommand).resolves({}), /it answered ""/],
  ])('that %s is an error, not a no', async (_, arrange, said) => {
    arrange();
    await expect(verify([smoke])).rejects.toMatchObject({
      name: 'PROBE_ERROR',
      problem: { exit: 5, cause: expect.stringMatching(said), place: { account: '333333333333' } },
    });
    expect(await attempts()).toMatchObject([{ outcome: 'error', reason: expect.stringMatching(said) }]);
    // Looked at again, it is still what it was.
    lambda.reset();
    await expect(verify([smoke], { at: later(60) })).rejects.toMatchObject({ name: 'PROBE_ERROR' });
    expect(lambda.calls()).toEqual([]);
  });

  it('that does not answer in time is an error', async () => {
    lambda
      .on(InvokeCommand)
      .callsFake(() => new Promise((_, reject) => setImmediate(() => reject(new Error('aborted')))));
    const aborted = AbortSignal.abort();
    const { timeout } = AbortSignal;
    AbortSignal.timeout = () => aborted;
    try {
      await expect(verify([smoke])).rejects.toThrow(/did not answer within 60 seconds/);
    } finally {
      AbortSignal.timeout = timeout;
    }
  });

  it('is asked again with the same token where AWS was away, and the error is AWS’s', async () => {
    lambda.on(InvokeCommand).rejectsOnce(awsError('TooManyRequestsException', 'Rate exceeded', 429));
    await expect(verify([smoke])).rejects.toMatchObject({ name: 'THROTTLED' });
    expect(await attempts()).toMatchObject([{ attempt: 1 }]);
    answers('{"kind":"passed"}');
    expect(await verify([smoke])).toEqual({ kind: 'verified' });
    const tokens = lambda.commandCalls(InvokeCommand).map(({ args }) => JSON.parse(`${args[0].input.Payload}`).attempt);
    expect(tokens[0]).toBe(tokens[1]);
    expect(await attempts()).toHaveLength(1);
  });

  it('is asked again after a rest as often as it may be, each time with another token', async () => {
    answers('{"kind":"failed"}');
    const retried = { ...smoke, retries: 1 };
    expect(await verify([retried])).toEqual({ kind: 'pending', polls: 1, waitSeconds: 15 });
    expect(await verify([retried], { at: later(5), polls: 1 })).toEqual({ kind: 'pending', polls: 2, waitSeconds: 10 });
    answers('{"kind":"passed"}');
    expect(await verify([retried], { at: later(15), polls: 2 })).toEqual({ kind: 'verified' });
    const tokens = lambda.commandCalls(InvokeCommand).map(({ args }) => JSON.parse(`${args[0].input.Payload}`).attempt);
    expect(new Set(tokens).size).toBe(2);
    expect((await attempts()).map(({ outcome }) => outcome)).toEqual(['failed', 'passed']);
  });

  it('is not asked in the same call as a slow one before it', async () => {
    answers('{"kind":"passed"}');
    const slow: Probe = { ...smoke, timeout: '4m' };
    expect(await verify([slow, smoke])).toEqual({ kind: 'pending', polls: 1, waitSeconds: 1 });
    expect(await verify([slow, smoke], { polls: 1 })).toEqual({ kind: 'verified' });
    expect(lambda).toHaveReceivedCommandTimes(InvokeCommand, 2);
  });

  it('is asked anew in another series', async () => {
    answers('{"kind":"passed"}');
    await verify([smoke]);
    await verify([smoke], { series: 1 });
    expect(lambda).toHaveReceivedCommandTimes(InvokeCommand, 2);
    const where = { promotion: promotionId, environment: 'production', target: 'production' } as const;
    expect(await listAttempts(ledger, { ...where, series: 1 })).toHaveLength(1);
  });
});

describe('a state machine as a probe', () => {
  const load: Probe = { stateMachine: 'drawbridge-verify-load', timeout: '10m' };
  const machine = 'arn:aws:states:eu-west-1:333333333333:stateMachine:drawbridge-verify-load';
  const stands = (execution: object) => stepFunctions.on(DescribeExecutionCommand).resolves(execution as never);
  beforeEach(() => void stepFunctions.on(StartExecutionCommand).resolves({ executionArn: 'x', startDate: new Date() }));

  it('is started under the token of its attempt, and looked at until it ends', async () => {
    expect(await verify([load])).toEqual({ kind: 'pending', polls: 1, waitSeconds: 10 });
    const [{ args: [start] = [] } = {}] = stepFunctions.commandCalls(StartExecutionCommand);
    expect(start?.input).toMatchObject({ stateMachineArn: machine, name: JSON.parse(`${start?.input.input}`).attempt });
    stands({ status: 'RUNNING' });
    expect(await verify([load], { at: later(10), polls: 1 })).toEqual({ kind: 'pending', polls: 2, waitSeconds: 20 });
    stands({ status: 'SUCCEEDED', output: '{}' });
    expect(await verify([load], { at: later(30), polls: 2 })).toEqual({ kind: 'verified' });
    expect(stepFunctions).toHaveReceivedCommandWith(DescribeExecutionCommand, {
      executionArn: `${machine.replace('stateMachine', 'execution')}:${start?.input.name}`,
    });
    expect(await attempts()).toMatchObject([{ outcome: 'passed', startedAt: monday, endedAt: later(30) }]);
    expect(stepFunctions).toHaveReceivedCommandTimes(StartExecutionCommand, 1);
  });

  it('that fails says no', async () => {
    await verify([load]);
    stands({ status: 'FAILED', error: 'Slow', cause: 'p99 is 900 ms' });
    expect(await verify([load], { at: later(10) })).toMatchObject({
      kind: 'not-verified',
      reason: { code: 'PROBE_FAILED', text: expect.stringContaining('Slow: p99 is 900 ms') },
    });
  });

  it.each(['ABORTED', 'TIMED_OUT'])('that is %s is an error', async (status) => {
    await verify([load]);
    stands({ status });
    await expect(verify([load], { at: later(10) })).rejects.toMatchObject({ name: 'PROBE_ERROR' });
  });

  it('that runs for longer than it may is an error', async () => {
    await verify([load]);
    await expect(verify([load], { at: later(600) })).rejects.toThrow(/did not end within 600 seconds/);
  });

  it('that is not there is an error', async () => {
    stepFunctions.on(StartExecutionCommand).rejects(awsError('StateMachineDoesNotExist'));
    await expect(verify([load])).rejects.toMatchObject({ name: 'PROBE_ERROR' });
  });

  it('that may not be looked at is an error', async () => {
    await verify([load]);
    stepFunctions.on(DescribeExecutionCommand).rejects(awsError('AccessDeniedException'));
    await expect(verify([load], { at: later(10) })).rejects.toMatchObject({ name: 'PROBE_ERROR' });
  });

  it('that was never started, since the step broke, is started; one that was, is not started twice', async () => {
    await verify([load]);
    stepFunctions.on(DescribeExecutionCommand).rejects(awsError('ExecutionDoesNotExist'));
    expect(await verify([load], { at: later(10) })).toMatchObject({ kind: 'pending' });
    stepFunctions.on(StartExecutionCommand).rejects(awsError('ExecutionAlreadyExists'));
    expect(await verify([load], { at: later(20) })).toMatchObject({ kind: 'pending' });
    const names = stepFunctions.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.name);
    expect(new Set(names).size).toBe(1);
  });
});

describe('a page as a probe', () => {
  const page: Probe = { http: { output: { stack: 'api', name: 'Url' } } };
  const outputs = (Outputs: object[]) =>
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs } as never] });

  it.each<[string, Probe, object[], RegExp]>([
    ['whose output is not there', page, [], /stack api has no output Url/],
    [
      'whose output is no public address',
      page,
      [{ OutputKey: 'Url', OutputValue: 'https://169.254.169.254' }],
      /169\.254\.169\.254 is not a public address/,
    ],
    [
      'whose host is a private one by name',
      page,
      [{ OutputKey: 'Url', OutputValue: 'https://orders.internal' }],
      /not a public/,
    ],
    [
      'of a stack that the target does not get',
      { http: { output: { stack: 'web', name: 'Url' } } },
      [],
      /production does not get the stack web/,
    ],
  ])('%s is an error', async (_, probe, found, said) => {
    outputs(found);
    await expect(verify([probe])).rejects.toThrow(said);
    for (const call of sts.commandCalls(AssumeRoleCommand))
      expect(call.args[0].input.RoleArn).toMatch(/drawbridge-preview$/);
  });
});

it('an environment without probes is verified, and nothing is asked', async () => {
  expect(await verify([])).toEqual({ kind: 'verified' });
  expect(sts.calls()).toEqual([]);
});
