import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResourceRequest } from '#sandbox/kernel.ts';
import { type FakeSandbox, fakeSandbox, fault } from './fake-sandbox.ts';
import { deploy, plan, queue, type Resources, stackOf, template } from './scenario.ts';

const seed = 20_260_105;
const names = ['A', 'B', 'C', 'D', 'E'] as const;

/** Templates of up to five queues; each may depend on those before it. */
const templates = fc
  .array(fc.record({ timeout: fc.nat({ max: 5 }), renamed: fc.boolean(), present: fc.boolean(), before: fc.nat() }), {
    minLength: names.length,
    maxLength: names.length,
  })
  .map((choices): Resources => {
    const resources: Resources = { Anchor: queue() };
    for (const [index, { timeout, renamed, present, before }] of choices.entries()) {
      const known = Object.keys(resources);
      const name = names[index] ?? 'A';
      const named = renamed ? { QueueName: `${name}-${timeout}` } : {};
      const DependsOn = known[before % known.length];
      if (present) resources[name] = queue({ VisibilityTimeout: timeout, ...named }, { DependsOn });
    }
    return resources;
  });

const failing = fc.option(
  fc.record({ status: fc.constantFrom('CREATE_FAILED', 'UPDATE_FAILED'), name: fc.constantFrom(...names) }),
);

/** Queues as a provider keeps them: by physical id. */
function withQueues(fake: FakeSandbox): Map<string, unknown> {
  const queues = new Map<string, unknown>();
  const put = (physicalId: string, { properties }: ResourceRequest) => {
    queues.set(physicalId, properties);
    return { physicalId, attributes: { Arn: `arn:aws:sqs:::${physicalId}` } };
  };
  fake.providers['AWS::SQS::Queue'] = {
    create: (request) => put(`${request.logicalId}-${fake.mint('queue', 4)}`, request),
    update: (request) => put(request.physicalId ?? '', request),
    remove: ({ physicalId = '' }) => void queues.delete(physicalId),
  };
  return queues;
}

const scenario = fc.record({ first: templates, second: templates, fails: failing });

async function play(
  input: { first: Resources; second: Resources; fails: { status: string; name: string } | null },
  reload: boolean,
) {
  const fake = fakeSandbox();
  fake.reloading = reload;
  const queues = withQueues(fake);
  await deploy(fake, { body: template(input.first), type: 'CREATE', name: 'first' });
  const before = structuredClone([...queues]);
  const { Status, ChangeSetId } = await plan(fake, { body: template(input.second), name: 'second' });
  if (Status === 'FAILED') return { fake, queues, before, status: 'NO_CHANGE' };
  if (input.fails !== null) fake.resourceFaults.push(fault(input.fails.status as 'UPDATE_FAILED', input.fails.name));
  await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ClientRequestToken: 'op' });
  await fake.run();
  return { fake, queues, before, status: (await stackOf(fake)).StackStatus };
}

const direction = fc.constantFrom('forward' as const, 'rollback' as const);
const moment = fc.constantFrom('before' as const, 'after' as const);
const troubles = fc.record({
  strikes: fc.array(
    fc.record({
      status: fc.constantFrom('CREATE_FAILED' as const, 'UPDATE_FAILED' as const),
      logicalId: fc.constantFrom(...names),
      during: direction,
      when: moment,
      times: fc.integer({ min: 1, max: 2 }),
    }),
    { maxLength: 4 },
  ),
  interrupted: fc.option(fc.record({ by: fc.constantFrom('cancel', 'alarm'), after: fc.nat({ max: 120 }) })),
  DisableRollback: fc.boolean(),
  monitoredMinutes: fc.nat({ max: 1 }),
  tryAgain: fc.boolean(),
});

const alarm = {
  Type: 'AWS::CloudWatch::Alarm',
  Properties: { AlarmName: 'errors', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1 },
};
const Arn = 'arn:aws:cloudwatch:eu-west-1:222222222222:alarm:errors';

type Trouble = typeof troubles extends fc.Arbitrary<infer Value> ? Value : never;

/** Begins the update, and lets happen what is to go wrong. */
async function update(fake: FakeSandbox, body: string, trouble: Trouble): Promise<void> {
  const RollbackTriggers = [{ Arn, Type: alarm.Type }];
  const RollbackConfiguration = { RollbackTriggers, MonitoringTimeInMinutes: trouble.monitoredMinutes };
  const { ChangeSetId } = await plan(fake, { body, name: 'second', input: { RollbackConfiguration } });
  fake.resourceFaults.push(
    ...trouble.strikes.map((strike) => ({ kind: 'resource' as const, reason: 'out of order', ...strike })),
  );
  const { DisableRollback, interrupted } = trouble;
  await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, DisableRollback });
  if (interrupted !== null) await fake.run(interrupted.after);
  if (interrupted?.by === 'cancel') await fake.ask('CancelUpdateStack', { StackName: 'orders' }).catch(tooLate);
  if (interrupted?.by === 'alarm') await setAlarm(fake, 'ALARM');
  await fake.run();
  await setAlarm(fake, 'OK');
  await fake.run();
}

const setAlarm = (fake: FakeSandbox, StateValue: string) =>
  fake.ask('SetAlarmState', { AlarmName: 'errors', StateValue, StateReason: 'law' });

const tooLate = (error: Error) => expect(error.message).toContain('cannot be called from current stack status');

/** Does what the stack's status asks for until it is healthy. Answers the statuses on the way. */
async function recover(fake: FakeSandbox, body: string, { tryAgain }: Trouble): Promise<string[]> {
  const seen: string[] = [];
  for (let tries = 0; tries < 20; tries += 1) {
    const { StackStatus = '' } = await stackOf(fake);
    seen.push(StackStatus);
    if (StackStatus === 'UPDATE_ROLLBACK_FAILED') await fake.ask('ContinueUpdateRollback', { StackName: 'orders' });
    else if (StackStatus !== 'UPDATE_FAILED') return seen;
    else if (tryAgain && tries === 0) await deploy(fake, { body, execute: { DisableRollback: true } });
    else await fake.ask('RollbackStack', { StackName: 'orders' });
    await fake.run();
  }
  return seen;
}

describe('whatever strikes an update', () => {
  it('it ends, after recovery, in exactly the new resources or in exactly the old ones', async () => {
    const ends = new Set<string>();
    await fc.assert(
      fc.asyncProperty(templates, templates, troubles, async (first, second, trouble) => {
        const fake = fakeSandbox();
        const queues = withQueues(fake);
        await deploy(fake, { body: template({ Errors: alarm }), type: 'CREATE', stack: 'alarms' });
        await deploy(fake, { body: template(first), type: 'CREATE', name: 'first' });
        const before = structuredClone([...queues]);
        await update(fake, template(second), trouble);
        const seen = await recover(fake, template(second), trouble);
        for (const status of seen) ends.add(status);
        const stack = Object.values(fake.world.cloudformation.stacks).find(({ stackName }) => stackName === 'orders');
        const held = Object.values(stack?.resources ?? {});
        if (seen.at(-1) === 'UPDATE_COMPLETE') {
          const wanted = Object.entries(second).map(([id, resource]) => [
            id,
            (resource as { Properties: object }).Properties,
          ]);
          expect(held.map(({ logicalId, definition }) => [logicalId, definition.properties]).sort()).toEqual(
            wanted.sort(),
          );
        } else {
          expect(seen.at(-1)).toBe('UPDATE_ROLLBACK_COMPLETE');
          expect([...queues].sort()).toEqual(before.sort());
        }
        expect([...queues].sort()).toEqual(
          held.map(({ physicalId, definition }) => [physicalId, definition.properties]).sort(),
        );
        expect([fake.world.jobs, stack?.operation]).toEqual([[], undefined]);
      }),
      { seed, numRuns: 150 },
    );
    expect([...ends].sort()).toEqual([
      'UPDATE_COMPLETE',
      'UPDATE_FAILED',
      'UPDATE_ROLLBACK_COMPLETE',
      'UPDATE_ROLLBACK_FAILED',
    ]);
  });
});

describe('every update', () => {
  it('ends in exactly the new resources, or in exactly the old ones', async () => {
    const ends = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(scenario, async (input) => {
        const { fake, queues, before, status } = await play(input, false);
        ends.add(status);
        if (status === 'UPDATE_COMPLETE') {
          const { resources = {} } = Object.values(fake.world.cloudformation.stacks)[0] ?? {};
          expect(Object.keys(resources).sort()).toEqual(Object.keys(input.second).sort());
          const wanted = Object.values(resources).map(({ physicalId, definition }) => [
            physicalId,
            definition.properties,
          ]);
          expect([...queues].sort()).toEqual(wanted.sort());
          for (const [id, { definition }] of Object.entries(resources)) {
            expect(definition.properties).toEqual((input.second[id] as { Properties: object }).Properties);
          }
        } else {
          expect(['NO_CHANGE', 'UPDATE_ROLLBACK_COMPLETE']).toContain(status);
          expect([...queues].sort()).toEqual(before.sort());
        }
      }),
      { seed, numRuns: 150 },
    );
    expect([...ends].sort()).toEqual(['NO_CHANGE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
  });

  it('is the same in a world that is saved and reloaded before every job', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (input) => {
        const straight = await play(input, false);
        const reloaded = await play(input, true);
        expect(reloaded.fake.world).toEqual(JSON.parse(JSON.stringify(straight.fake.world)));
        expect(reloaded.fake.journal).toEqual(straight.fake.journal);
        expect(reloaded.fake.delivered).toEqual(straight.fake.delivered);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('leaves nothing busy and nothing queued', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async (input) => {
        const { fake } = await play(input, false);
        expect(fake.world.jobs).toEqual([]);
        const [stack] = Object.values(fake.world.cloudformation.stacks);
        expect(stack?.operation).toBeUndefined();
        expect(Object.values(stack?.resources ?? {}).filter(({ status }) => status.endsWith('IN_PROGRESS'))).toEqual(
          [],
        );
      }),
      { seed, numRuns: 60 },
    );
  });
});
