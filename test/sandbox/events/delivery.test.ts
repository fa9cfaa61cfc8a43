import { describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import { eventsService } from '#sandbox/events/service.ts';
import type { Json } from '#sandbox/kernel.ts';
import { elsewhere, home, person, region, type StubSandbox, start, stubSandbox } from '../lambda/stub-sandbox.ts';
import { fakeTargets } from './fake-targets.ts';

const functionArn = `arn:aws:lambda:${region}:${home}:function:drawbridge-resume`;
const machineArn = `arn:aws:states:${region}:${home}:stateMachine:drawbridge-promotion`;
const centralBus = `arn:aws:events:${region}:${home}:event-bus/drawbridge`;
const role = (account: string) => `arn:aws:iam::${account}:role/drawbridge-event-forward`;
const ofCloudFormation = { EventPattern: { source: ['aws.cloudformation'] } };
const stackEvent = (account = home, more: Record<string, Json> = {}) => ({
  version: '0',
  id: 'event-1',
  'detail-type': 'CloudFormation Stack Status Change',
  source: 'aws.cloudformation',
  account,
  time: '2026-01-05T09:00:00Z',
  region,
  resources: ['arn:stack'],
  detail: { 'status-details': { status: 'UPDATE_COMPLETE' }, 'stack-id': 'arn:stack', ...more },
});
const sandboxWith = () => {
  const targets = fakeTargets();
  const sandbox = stubSandbox([eventsService, ...targets.services]);
  const arrive = async (event = stackEvent(), bus = 'default') => {
    const payload = { account: event.account, region, bus, event };
    sandbox.schedule({ at: sandbox.now(), service: 'events', name: 'deliver', payload });
    await sandbox.run();
  };
  const rule = (Targets: Json[], more: Record<string, Json> = {}, account = home) =>
    sandbox.create('AWS::Events::Rule', { Name: 'on-stack', ...ofCloudFormation, Targets, ...more }, { account });
  const outcomes = () =>
    sandbox.journal.flatMap((entry) => (entry.kind === 'event-delivery' ? [`${entry.bus}: ${entry.outcome}`] : []));
  return { sandbox, ...targets, arrive, rule, outcomes };
};

describe('a rule', () => {
  it('invokes a function asynchronously, as the service and for the rule', async () => {
    const { rule, arrive, received, outcomes } = sandboxWith();
    await rule([{ Id: 'resume', Arn: functionArn }]);
    await arrive();
    const sourceArn = `arn:aws:events:${region}:${home}:rule/on-stack`;
    expect(received).toMatchObject([
      {
        service: 'lambda',
        input: { FunctionName: functionArn, InvocationType: 'Event' },
        caller: { kind: 'service', service: 'events.amazonaws.com', account: home, sourceArn },
        payload: stackEvent(),
      },
    ]);
    expect(outcomes()).toEqual([`default: invoked ${functionArn}`]);
  });

  it('starts an execution as a session of the target’s role', async () => {
    const { sandbox, rule, arrive, received } = sandboxWith();
    await rule([{ Id: 'promote', Arn: machineArn, RoleArn: role(home), InputPath: '$.detail' }]);
    await arrive();
    expect(received).toMatchObject([
      {
        service: 'states',
        input: { stateMachineArn: machineArn, name: expect.stringMatching(/^event-1_/) },
        caller: { kind: 'session', roleArn: role(home) },
        payload: stackEvent().detail,
      },
    ]);
    expect(sandbox.opened).toMatchObject([{ service: 'events.amazonaws.com', sessionName: 'on-stack' }]);
  });

  it.each<[string, Record<string, Json>, unknown]>([
    ['the event', {}, stackEvent()],
    ['a constant', { Input: '{"fixed":true}' }, { fixed: true }],
    ['a part', { InputPath: '$.detail.status-details.status' }, 'UPDATE_COMPLETE'],
    ['a part that is not there', { InputPath: '$.detail.missing.deeper' }, null],
    [
      'a filled template',
      {
        InputTransformer: {
          InputPathsMap: {
            status: '$.detail.status-details.status',
            all: '$.detail.status-details',
            version: '$.version',
          },
          InputTemplate: '{"text":"is <status>","status":<status>,"all":<all>,"other":"<other>","v":"v<version>"}',
        },
      },
      {
        text: 'is UPDATE_COMPLETE',
        status: 'UPDATE_COMPLETE',
        all: { status: 'UPDATE_COMPLETE' },
        other: '<other>',
        v: 'v0',
      },
    ],
    [
      'the event in a template',
      { InputTransformer: { InputTemplate: '{"event":<aws.events.event>}' } },
      { event: stackEvent() },
    ],
  ])('sends %s', async (_what, target, payload) => {
    const { rule, arrive, received } = sandboxWith();
    await rule([{ Id: 'resume', Arn: functionArn, ...target }]);
    await arrive();
    expect(received[0]?.payload).toEqual(payload);
  });

  it.each<[string, Record<string, Json>, string]>([
    ['that does not match', { EventPattern: { source: ['aws.s3'] } }, 'default'],
    ['that is disabled', { State: 'DISABLED' }, 'default'],
    ['of another bus', {}, 'drawbridge'],
  ])('%s does nothing', async (_what, more, bus) => {
    const { rule, arrive, received, outcomes } = sandboxWith();
    await rule([{ Id: 'resume', Arn: functionArn }], more);
    await arrive(stackEvent(), bus);
    expect(received).toEqual([]);
    expect(outcomes()).toEqual([]);
  });

  it('reaches all of its targets, and says which it does not simulate', async () => {
    const { rule, arrive, received, outcomes } = sandboxWith();
    const queue = `arn:aws:sqs:${region}:${home}:queue`;
    await rule([
      { Id: 'queue', Arn: queue },
      { Id: 'resume', Arn: functionArn },
    ]);
    await arrive();
    expect(received).toHaveLength(1);
    expect(outcomes()).toEqual([`default: not simulated: ${queue}`, `default: invoked ${functionArn}`]);
  });

  it('that is deleted meanwhile takes its deliveries with it', async () => {
    const { sandbox, rule, received } = sandboxWith();
    const physicalId = await rule([{ Id: 'resume', Arn: functionArn }]);
    const payload = { account: home, region, bus: 'default', event: stackEvent() };
    sandbox.schedule({ at: start, service: 'events', name: 'deliver', payload });
    sandbox.schedule({ at: start, service: 'events', name: 'deliver', payload });
    await eventsService.jobs['deliver']!(sandbox, payload as never);
    await sandbox.provider('AWS::Events::Rule')!.remove(sandbox.request('AWS::Events::Rule', {}, { physicalId }));
    await sandbox.run();
    expect(received).toEqual([]);
  });
});

describe('an event that another account forwards', () => {
  const forwarding = async () => {
    const world = sandboxWith();
    const { sandbox, rule } = world;
    await sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    await rule([{ Id: 'bus', Arn: centralBus, RoleArn: role(elsewhere) }], {}, elsewhere);
    await rule([{ Id: 'resume', Arn: functionArn }], { EventBusName: 'drawbridge' });
    const open = () =>
      sandbox.create('AWS::Events::EventBusPolicy', {
        EventBusName: 'drawbridge',
        StatementId: 'target',
        Principal: elsewhere,
      });
    return { ...world, open };
  };

  it('arrives with the account it came from', async () => {
    const { sandbox, open, arrive, received, outcomes } = await forwarding();
    await open();
    await arrive(stackEvent(elsewhere));
    expect(received).toMatchObject([{ payload: stackEvent(elsewhere), caller: { account: home } }]);
    expect(outcomes()).toEqual(['default: forwarded', `drawbridge: invoked ${functionArn}`]);
    expect(sandbox.asked[0]).toMatchObject({
      caller: { kind: 'session', roleArn: role(elsewhere) },
      permission: {
        action: 'events:PutEvents',
        resource: centralBus,
        context: { 'events:source': 'aws.cloudformation', 'events:eventBusInvocation': 'true' },
        resourcePolicy: { account: home, document: expect.stringContaining(`arn:aws:iam::${elsewhere}:root`) },
      },
    });
  });

  it.each<[string, (sandbox: StubSandbox) => void]>([
    [
      'the bus admits another account only',
      (sandbox) => {
        sandbox.world.events.busPolicies[centralBus] = { other: { Principal: '999999999999' } };
      },
    ],
    ['the role may not put events', (sandbox) => void sandbox.denied.add('events:PutEvents')],
    ['the role cannot be assumed', (sandbox) => void sandbox.untrusted.add(role(elsewhere))],
  ])('is dropped when %s', async (_what, spoil) => {
    const { sandbox, open, arrive, received, outcomes } = await forwarding();
    await open();
    spoil(sandbox);
    await arrive(stackEvent(elsewhere));
    expect(received).toEqual([]);
    expect(outcomes()).toEqual([expect.stringMatching(/^default: dropped: AccessDenied/)]);
  });

  it('is dropped when the bus is gone', async () => {
    const { sandbox, arrive, outcomes } = await forwarding();
    sandbox.world.events.buses = {};
    await arrive(stackEvent(elsewhere));
    expect(outcomes()).toEqual([expect.stringContaining('dropped: ResourceNotFoundException')]);
  });

  it('does not go on to a third bus', async () => {
    const { sandbox, open, rule, arrive, outcomes } = await forwarding();
    await open();
    await sandbox.create('AWS::Events::EventBus', { Name: 'third' });
    const third = `arn:aws:events:${region}:${home}:event-bus/third`;
    await rule([{ Id: 'third', Arn: third }], { Name: 'on', EventBusName: 'drawbridge' });
    await arrive(stackEvent(elsewhere));
    expect(outcomes()).toContainEqual(expect.stringContaining(`not forwarded to ${third}`));
  });

  it.each([
    ['lost', 'lost', []],
    ['doubled', 'twice', [start, start]],
    ['late', { lateByMilliseconds: 90_000 }, [start + 90_000]],
  ] as const)('can be %s on its way', async (_what, what, arrivals) => {
    const { sandbox, open, arrive, outcomes } = await forwarding();
    await open();
    sandbox.deliveryFaults.push({ kind: 'delivery', nth: 1, what });
    await arrive(stackEvent(elsewhere));
    const invoked = sandbox.journal.filter((entry) => entry.kind === 'event-delivery' && entry.bus === 'drawbridge');
    expect(invoked.map(({ at }) => at)).toEqual(arrivals);
    expect(outcomes()).toContain('default: forwarded');
    expect(sandbox.journal).toContainEqual(expect.objectContaining({ kind: 'fault' }));
    await arrive({ ...stackEvent(elsewhere), id: 'event-2' });
    expect(outcomes().filter((outcome) => outcome.startsWith('drawbridge'))).toHaveLength(arrivals.length + 1);
  });

  it('meets no fault inside one account', async () => {
    const { sandbox, rule, arrive, outcomes } = sandboxWith();
    await sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    await rule([{ Id: 'bus', Arn: centralBus, RoleArn: role(home) }]);
    sandbox.deliveryFaults.push({ kind: 'delivery', nth: 1, what: 'lost' });
    await arrive();
    expect(outcomes()).toEqual(['default: forwarded']);
    expect(sandbox.deliveryFaults).toHaveLength(1);
  });
});

describe('a delivery that fails', () => {
  const unavailable = new AwsError('ServiceException', 'try later', 500);

  it.each([
    ['a server error', unavailable],
    ['throttling', new AwsError('TooManyRequestsException', 'Rate exceeded', 429)],
    ['a lost reply', Object.assign(new Error('closed'), { name: 'LostReply' })],
  ])('by %s is tried again, later each time', async (_what, failure) => {
    const { sandbox, rule, arrive, received, failures, outcomes } = sandboxWith();
    failures.push(failure, failure);
    await rule([{ Id: 'resume', Arn: functionArn }]);
    await arrive();
    expect(received).toHaveLength(1);
    expect(sandbox.now()).toBe(start + 3000);
    expect(outcomes()).toMatchObject(
      [/to be retried/, /to be retried/, /invoked/].map((one) => expect.stringMatching(one)),
    );
  });

  it('goes to the dead-letter queue once its retries are used up', async () => {
    const { sandbox, rule, arrive, failures } = sandboxWith();
    failures.push(unavailable, unavailable);
    const queueArn = `arn:aws:sqs:${region}:${home}:dead`;
    const policy = { RetryPolicy: { MaximumRetryAttempts: 1 }, DeadLetterConfig: { Arn: queueArn } };
    await rule([{ Id: 'resume', Arn: functionArn, ...policy }]);
    await arrive();
    expect(sandbox.world.events.deadLetters).toEqual([
      {
        queueArn,
        at: start + 1000,
        source: `arn:aws:events:${region}:${home}:rule/on-stack`,
        payload: JSON.stringify(stackEvent()),
        error: 'ServiceException: try later',
      },
    ]);
  });

  it('is given up when the event is too old', async () => {
    const { sandbox, rule, arrive, failures, outcomes } = sandboxWith();
    failures.push(...Array.from({ length: 10 }, () => unavailable));
    await rule([{ Id: 'resume', Arn: functionArn, RetryPolicy: { MaximumEventAgeInSeconds: 60 } }]);
    await arrive();
    expect(sandbox.now() - start).toBeLessThanOrEqual(60_000);
    expect(outcomes().at(-1)).toMatch(/dropped/);
  });

  it.each([
    ['an error', new TypeError('defect')],
    ['no error at all', 'text' as unknown as Error],
  ])('by a defect of the sandbox is not swallowed: %s', async (_what, defect) => {
    const { rule, arrive, failures } = sandboxWith();
    failures.push(defect);
    await rule([{ Id: 'resume', Arn: functionArn }]);
    await expect(arrive()).rejects.toBe(defect);
  });
});

describe('PutEvents', () => {
  const entry = { Source: 'drawbridge', DetailType: 'Promotion', Detail: '{"sequence":1}', EventBusName: 'drawbridge' };
  const withBus = async () => {
    const world = sandboxWith();
    await world.sandbox.create('AWS::Events::EventBus', { Name: 'drawbridge' });
    return world;
  };

  it('queues an event that carries the caller’s account', async () => {
    const { sandbox, rule, received } = await withBus();
    const pattern = { EventPattern: { source: ['drawbridge'] }, EventBusName: 'drawbridge' };
    await rule([{ Id: 'resume', Arn: functionArn }], pattern);
    const answer = await sandbox.call('PutEvents', { Entries: [{ ...entry, Resources: ['arn:release'] }] });
    const { EventId } = (answer['Entries'] as { EventId: string }[])[0]!;
    expect(answer['FailedEntryCount']).toBe(0);
    await sandbox.run();
    expect(received[0]?.payload).toEqual({
      version: '0',
      id: EventId,
      'detail-type': 'Promotion',
      source: 'drawbridge',
      account: home,
      time: '2026-01-05T09:00:00Z',
      region,
      resources: ['arn:release'],
      detail: { sequence: 1 },
    });
  });

  it('asks once for each bus, source and detail type', async () => {
    const { sandbox } = await withBus();
    await sandbox.call('PutEvents', {
      Entries: [entry, entry, { ...entry, EventBusName: centralBus }, { ...entry, EventBusName: undefined }],
    });
    expect(sandbox.asked.map(({ permission }) => permission)).toMatchObject([
      {
        action: 'events:PutEvents',
        resource: centralBus,
        context: { 'events:source': 'drawbridge', 'events:detail-type': 'Promotion' },
      },
      { resource: `arn:aws:events:${region}:${home}:event-bus/default` },
    ]);
  });

  it('needs the policy of a bus in another account', async () => {
    const { sandbox } = await withBus();
    const Entries = [{ ...entry, EventBusName: centralBus }];
    const policy = { EventBusName: 'drawbridge', StatementId: 'nobody', Principal: '999999999999' };
    await sandbox.create('AWS::Events::EventBusPolicy', policy);
    const caller = person(elsewhere);
    await expect(sandbox.call('PutEvents', { Entries }, { caller })).rejects.toMatchObject({ code: 'AccessDenied' });
  });

  it.each([
    ['a source of AWS', { Source: 'aws.cloudformation' }, 'NotAuthorizedForSource'],
    ['no source', { Source: undefined }, 'InvalidArgument'],
    ['no detail type', { DetailType: '' }, 'InvalidArgument'],
    ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
    ['a detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
    ['an unknown bus', { EventBusName: 'other' }, 'ResourceNotFoundException'],
  ])('reports an entry with %s beside the good ones', async (_what, wrong, ErrorCode) => {
    const { sandbox } = await withBus();
    const answer = await sandbox.call('PutEvents', { Entries: [entry, { ...entry, ...wrong }] });
    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ EventId: expect.any(String) }, { ErrorCode }] });
    expect(sandbox.world.jobs).toHaveLength(1);
  });

  it.each([
    ['no entry', []],
    ['eleven entries', Array.from({ length: 11 }, () => entry)],
    ['256 KB', [{ ...entry, Time: new Date(start), Detail: JSON.stringify({ text: 'x'.repeat(262_144) }) }]],
  ])('refuses %s', async (_what, Entries) => {
    const { sandbox } = await withBus();
    await expect(sandbox.call('PutEvents', { Entries })).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
