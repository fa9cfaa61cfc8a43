/** What breaks between two calls is finished, adopted or given up in words; nothing is done twice, and nothing stays locked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listPromotions, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { loadWorld } from '#sandbox/runtime/world-file.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { getItem, queryItems } from '#shared/aws/ledger/table.ts';
import { invoke, ledgerOf } from '#test/e2e/clients.ts';
import { calls, refusal, upTo } from '#test/e2e/faults.ts';
import { callsOf, executionOf, operationsOn, stackIn, untilStack } from '#test/e2e/observations.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from '#test/e2e/rehearsed-world.ts';
import { begin, ended, smallRelease } from '#test/e2e/small-release.ts';

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await openRehearsal();
  // The SDK's pauses are real time: with one retry of its own, what comes after it is met sooner.
  for (const { environment } of Object.values(rehearsal.sandbox.world.lambda.functions))
    environment['AWS_MAX_ATTEMPTS'] = '2';
}, 120_000);
afterEach(() => rehearsal.strike());
afterAll(() => rehearsal.close());

const seconds = 1000;
const environments = ['pre-production', 'production'];
const accounts = [preProduction.account, production.account];
const names = new Map<string, number>();

/** A pipeline that no other test has. */
function newPipeline(word: string): string {
  const count = (names.get(word) ?? 0) + 1;
  names.set(word, count);
  return `${word}-${count}`;
}

/** What holds after every promotion that could be completed, whatever happened on the way. */
async function expectDoneOnce(id: string, pipeline: string): Promise<void> {
  const { promotion, deployments } = await getPromotion(rehearsal.apiAs('alice'), id);
  expect(promotion.status).toBe('succeeded');
  expect(deployments.map(({ outcome }) => outcome)).toEqual(['deployed', 'deployed']);
  expect(executionOf(rehearsal, id).run.status).toBe('SUCCEEDED');
  expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([1, 1]);
  expect(await holders(pipeline)).toEqual(['nobody', 'nobody']);
  expect(await listed(pipeline)).toEqual([id]);
  expect(rehearsal.sandbox.world.jobs.filter((job) => !job.background)).toEqual([]);
}

async function holders(pipeline: string): Promise<unknown[]> {
  const items = environments.map((name) =>
    getItem(ledgerOf(rehearsal), { pk: `LEASE#${pipeline}#${name}`, sk: 'LEASE' }),
  );
  return (await Promise.all(items)).map((item) => item?.['holder']);
}

async function listed(pipeline: string): Promise<string[]> {
  return (await listPromotions(rehearsal.apiAs('alice'), pipeline)).map((promotion) => promotion.id);
}

describe('between the record of a promotion and its execution', () => {
  async function ask(pipeline: string, idempotencyKey: string) {
    const api = rehearsal.apiAs('alice');
    const { digest } = await publishRelease(api, await smallRelease({ pipeline }));
    return requestPromotion(api, { release: digest, idempotencyKey });
  }
  /** Of promotions: each of their targets has one of its own below. */
  const executions = () =>
    Object.values(rehearsal.sandbox.world.states.executions).filter(({ child }) => child === undefined).length;
  const executionsSince = (before: number) => executions() - before;

  it('the reply of StartExecution is lost once: one execution, and the caller is told', async () => {
    const [before, pipeline] = [executions(), newPipeline('start')];
    rehearsal.strike(...calls('states:StartExecution', { when: 'after' }));
    const { id, status } = await ask(pipeline, 'lost-once');
    expect(status).toBe('running');
    expect(executionsSince(before)).toBe(1);
    await rehearsal.sandbox.run();
    await expectDoneOnce(id, pipeline);
  });

  it('its reply is lost for good: the caller asks again with the same key and gets the promotion that runs', async () => {
    const [before, pipeline] = [executions(), newPipeline('start')];
    rehearsal.strike(...calls('states:StartExecution', { nths: upTo(2), when: 'after' }));
    await expect(ask(pipeline, 'lost-for-good')).rejects.toMatchObject({ problem: { exit: 5 } });
    const { id } = await ask(pipeline, 'lost-for-good');
    expect(executionsSince(before)).toBe(1);
    await rehearsal.sandbox.run();
    await expectDoneOnce(id, pipeline);
    expect(await invoke(rehearsal, 'drawbridge-reconcile', {})).toMatchObject({ kind: 'reconciled', started: [] });
  });

  it.each([
    ['the schedule', () => rehearsal.sandbox.advance(6 * 60 * seconds)],
    [
      'hand, and only once it is overdue',
      async () => {
        expect(await invoke(rehearsal, 'drawbridge-reconcile', {})).toMatchObject({ kind: 'reconciled', started: [] });
        await rehearsal.sandbox.advance(61 * seconds);
        expect(await invoke(rehearsal, 'drawbridge-reconcile', {})).toMatchObject({ started: [expect.any(String)] });
        expect(await invoke(rehearsal, 'drawbridge-reconcile', {})).toMatchObject({ kind: 'reconciled', started: [] });
      },
    ],
  ])('nothing was started: reconcile, by %s, starts it once', async (_, reconcile) => {
    const [before, pipeline] = [executions(), newPipeline('reconciled')];
    rehearsal.strike(...calls('states:StartExecution', { nths: upTo(2) }));
    await expect(ask(pipeline, pipeline)).rejects.toMatchObject({ problem: { exit: 5 } });
    const { id, status } = await ask(pipeline, pipeline);
    expect(status).toBe('accepted');
    expect(executionsSince(before)).toBe(0);
    await reconcile();
    expect(executionsSince(before)).toBe(1);
    await rehearsal.sandbox.run();
    await rehearsal.sandbox.advance(6 * 60 * seconds);
    expect(executionsSince(before)).toBe(1);
    await expectDoneOnce(id, pipeline);
  });

  it('the execution starts and the note of it is lost: reconcile finds it, and starts no second one', async () => {
    const [before, pipeline] = [executions(), newPipeline('noted')];
    const api = rehearsal.apiAs('alice');
    const { digest } = await publishRelease(api, await smallRelease({ pipeline }));
    // The first update that admission makes is the note.
    rehearsal.strike(...calls('dynamodb:UpdateItem', { nths: upTo(2) }));
    const asked = requestPromotion(api, { release: digest, idempotencyKey: pipeline });
    await expect(asked).rejects.toMatchObject({ problem: { exit: 5 } });
    rehearsal.strike();
    const { id, status } = await requestPromotion(api, { release: digest, idempotencyKey: pipeline });
    expect(status).toBe('accepted');
    await rehearsal.sandbox.advance(6 * 60 * seconds);
    await rehearsal.sandbox.run();
    expect(executionsSince(before)).toBe(1);
    await expectDoneOnce(id, pipeline);
  });
});

describe('a reply of CloudFormation is lost', () => {
  it.each(
    ['CreateChangeSet', 'ExecuteChangeSet'].flatMap((operation) => [
      [operation, 'once', upTo(1)] as const,
      [operation, 'and again after the step was retried', upTo(3)] as const,
    ]),
  )('%s %s: what it did is adopted', async (operation, _, nths) => {
    const pipeline = newPipeline('adopted');
    const id = await begin(rehearsal, { pipeline });
    const since = rehearsal.sandbox.journal().length;
    rehearsal.strike(...calls(`cloudformation:${operation}`, { nths, when: 'after', account: preProduction.account }));
    await rehearsal.sandbox.run();
    await expectDoneOnce(id, pipeline);
    expect(callsOf(rehearsal, operation, { since, error: 'no-reply' })).toBeGreaterThan(0);
    const changeSets = Object.values(rehearsal.sandbox.world.cloudformation.changeSets);
    expect(changeSets.filter(({ stackId }) => stackId.includes(`stack/${pipeline}/`))).toHaveLength(2);
  });

  it('ExecuteChangeSet answers 500 before anything happened: it is asked again, with the same token', async () => {
    const pipeline = newPipeline('refused');
    const id = await begin(rehearsal, { pipeline });
    rehearsal.strike(...calls('cloudformation:ExecuteChangeSet', { what: refusal('InternalFailure', 500) }));
    await rehearsal.sandbox.run();
    await expectDoneOnce(id, pipeline);
    const { tokens } = stackIn(rehearsal, preProduction.account, pipeline)!;
    expect(Object.keys(tokens)).toEqual([expect.stringContaining(`${id}-pre-production-${pipeline}`)]);
  });
});

describe('AWS is busy', () => {
  const throttling = ['Throttling', 400] as const;
  it.each<[string, (readonly [operation: string, error: string, status: number])[]]>([
    [
      'reads of the ledger',
      [
        ['dynamodb:GetItem', 'ProvisionedThroughputExceededException', 400],
        ['dynamodb:Query', 'RequestLimitExceeded', 400],
      ],
    ],
    [
      'writes to the ledger',
      [
        ['dynamodb:PutItem', 'ThrottlingException', 400],
        ['dynamodb:UpdateItem', 'InternalServerError', 500],
      ],
    ],
    [
      'documents',
      [
        ['s3:GetObject', 'SlowDown', 503],
        ['s3:PutObject', 'InternalError', 500],
      ],
    ],
    [
      'sessions',
      [
        ['sts:AssumeRole', ...throttling],
        ['sts:GetCallerIdentity', ...throttling],
      ],
    ],
    [
      'reads of stacks',
      [
        ['cloudformation:DescribeStacks', ...throttling],
        ['cloudformation:DescribeChangeSet', ...throttling],
        ['cloudformation:DescribeStackEvents', ...throttling],
        ['cloudformation:GetTemplate', 'ServiceUnavailable', 503],
      ],
    ],
    [
      'changes of stacks',
      [
        ['cloudformation:CreateChangeSet', ...throttling],
        ['cloudformation:ExecuteChangeSet', ...throttling],
      ],
    ],
    [
      'answers and functions',
      [
        ['states:SendTaskSuccess', 'ThrottlingException', 400],
        ['lambda:Invoke', 'TooManyRequestsException', 429],
      ],
    ],
  ])('with %s: the promotion is late, not lost', async (_, refused) => {
    const pipeline = newPipeline('busy');
    const id = await begin(rehearsal, { pipeline });
    const since = rehearsal.sandbox.journal().length;
    rehearsal.strike(
      ...refused.flatMap(([operation, error, status]) =>
        calls(operation, { nths: upTo(3), what: refusal(error, status) }),
      ),
    );
    await rehearsal.sandbox.run();
    for (const [operation, error] of refused)
      expect([operation, callsOf(rehearsal, operation.split(':')[1]!, { since, error })]).toEqual([operation, 3]);
    await expectDoneOnce(id, pipeline);
  });

  it.each<[string, Parameters<typeof refusal>, number, { status: string; code?: string }]>([
    ['STS is down for a while', ['ServiceUnavailable', 503], 12, { status: 'succeeded' }],
    ['STS stays down', ['ServiceUnavailable', 503], 60, { status: 'errored', code: 'AWS_UNREACHABLE' }],
    [
      'STS is not activated in the region',
      ['RegionDisabledException', 403],
      1,
      { status: 'errored', code: 'REGION_DISABLED' },
    ],
    ['the trust is gone', ['AccessDenied', 403], 1, { status: 'errored', code: 'ASSUME_ROLE_DENIED' }],
  ])('%s: %o ×%i', async (_, [error, status], times, expected) => {
    const pipeline = newPipeline('sts');
    const id = await begin(rehearsal, { pipeline });
    const since = rehearsal.sandbox.journal().length;
    rehearsal.strike(...calls('sts:AssumeRole', { nths: upTo(times), what: refusal(error, status) }));
    const { promotion, rollouts } = await ended(rehearsal, id);
    expect(promotion.status).toBe(expected.status);
    expect(rollouts[0]?.reasons.map(({ code }) => code)).toEqual(expected.code === undefined ? [] : [expected.code]);
    if (expected.status !== 'errored') return;
    expect(rollouts[0]?.reasons[0]?.text).toMatch(/eu-west-1|role\/drawbridge\/drawbridge-preview/);
    expect(callsOf(rehearsal, 'CreateChangeSet', { since })).toBe(0);
    expect((await holders(pipeline))[0]).toBe('nobody');
  });
});

describe('the answer to a waiting step', () => {
  it.each([
    ['is given and its reply lost', { nths: upTo(1), when: 'after' as const }],
    ['is given and its reply lost to the end', { nths: upTo(3), when: 'after' as const }],
    ['cannot be given for a while', { nths: upTo(3), when: 'before' as const }],
    ['cannot be given by any event', { nths: upTo(9), when: 'before' as const }],
  ])('%s: the step goes on once', async (_, struck) => {
    const pipeline = newPipeline('answered');
    const id = await begin(rehearsal, { pipeline });
    rehearsal.strike(...calls('states:SendTaskSuccess', struck));
    await rehearsal.sandbox.run();
    await expectDoneOnce(id, pipeline);
    const waits = accounts.map((account) => stackIn(rehearsal, account, pipeline)!.stackId);
    for (const stackId of waits) {
      const [wait] = await queryItems(ledgerOf(rehearsal), `WAIT#${stackId}`, '');
      expect(wait).toMatchObject({ promotion: id, answered: true });
    }
  });
});

describe('every third invocation of a function', () => {
  const most = 60;
  it.each((['before', 'after'] as const).flatMap((when) => [1, 2].map((first) => [when, first] as const)))(
    'is lost %s it took effect, from number %i on: at least once is once',
    async (when, first) => {
      const pipeline = newPipeline('invoked');
      const id = await begin(rehearsal, { pipeline });
      const nths = upTo(most).filter((nth) => nth % 3 === first % 3);
      const since = rehearsal.sandbox.journal().length;
      rehearsal.strike(...calls('lambda:Invoke', { nths, when }));
      await rehearsal.sandbox.run();
      rehearsal.strike();
      expect(callsOf(rehearsal, 'Invoke', { since, error: 'no-reply' })).toBeGreaterThan(6);
      await expectDoneOnce(id, pipeline);
    },
  );
});

describe('the process that everything runs in', () => {
  it('ends while a stack is being created: another one goes on with the same operation', async () => {
    const pipeline = newPipeline('continued');
    const first = await openRehearsal();
    const folder = mkdtempSync(join(tmpdir(), 'continued-'));
    try {
      const id = await begin(first, { pipeline });
      await untilStack(first, preProduction.account, { name: pipeline, status: 'CREATE_IN_PROGRESS' });
      await first.sandbox.save(folder);
      await first.close();
      const loaded = await loadWorld(folder);
      if (loaded.kind !== 'world') throw new Error(`The world is ${loaded.kind}.`);
      const second = await openRehearsal({ world: loaded.world });
      const { promotion } = await ended(second, id);
      expect(promotion.status).toBe('succeeded');
      const tokens = accounts.map((account) => Object.keys(stackIn(second, account, pipeline)!.tokens).length);
      expect(tokens).toEqual([1, 1]);
      await second.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('two promotions of one environment', () => {
  it('the second waits for the first, and then runs', async () => {
    const pipeline = newPipeline('queued');
    const first = await begin(rehearsal, { pipeline, text: 'first' });
    const second = await begin(rehearsal, { pipeline, text: 'second' });
    const records = [await ended(rehearsal, first), await ended(rehearsal, second)];
    expect(records.map(({ promotion }) => promotion.status)).toEqual(['succeeded', 'succeeded']);
    for (const environment of environments) {
      const [before, after] = records.map(
        ({ rollouts }) => rollouts.find((rollout) => rollout.environment === environment)!,
      );
      expect(before!.settledAt! <= after!.startedAt).toBe(true);
      expect([before!.epoch, after!.epoch]).toEqual([1, 2]);
    }
    expect(callsOf(rehearsal, 'ExecuteChangeSet', { error: 'ValidationError' })).toBe(0);
    expect(accounts.map((account) => stackIn(rehearsal, account, pipeline)?.model?.parameters)).toEqual([
      { Text: 'second' },
      { Text: 'second' },
    ]);
  });

  it.each([
    ['was admitted', 'PlanTargets'],
    ['has planned', 'Decide'],
    ['is about to execute', 'Execute'],
  ])(
    'a holder that %s and whose lease was taken changes nothing, and does not free what is no longer its own',
    async (_, state) => {
      const pipeline = newPipeline('overtaken');
      const id = await begin(rehearsal, { pipeline });
      await rehearsal.sandbox.run(() => entered(id, state));
      const place = {
        pipeline,
        environment: 'pre-production',
        promotion: 'prm-00000000000000ff',
        mode: 'promote',
      } as const;
      const tomorrow = new Date(rehearsal.sandbox.now() + 26 * 3600 * seconds).toISOString();
      expect(await takeLease(ledgerOf(rehearsal), place, tomorrow)).toMatchObject({
        kind: 'granted',
        lease: { epoch: 2 },
      });
      const { promotion, rollouts } = await ended(rehearsal, id);
      expect(promotion.status).toBe('errored');
      expect(rollouts).toMatchObject([{ reasons: [{ code: 'LEASE_LOST' }] }]);
      expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([0, 0]);
      expect((await holders(pipeline))[0]).toBe('prm-00000000000000ff');
    },
  );

  /** The promotion's own execution or one of a target of it. */
  function entered(id: string, state: string): boolean {
    const { executions } = rehearsal.sandbox.world.states;
    const isOf = (arn: string) => (executions[arn]?.child?.parent ?? arn).endsWith(id);
    return rehearsal.sandbox
      .journal()
      .some((entry) => entry.kind === 'transition' && entry.state === state && isOf(entry.execution));
  }
});
