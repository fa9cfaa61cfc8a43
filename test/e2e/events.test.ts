/** Stack events are wake-ups and no proofs: lost, doubled, late, early or forged, a promotion advances by what its stacks really are. */
import { CreateChangeSetCommand, DeleteChangeSetCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion } from '#cli/client/promotions.ts';
import type { DeliveryFault, Fault } from '#sandbox/fault.ts';
import { administrator, clientsAs, functionCredentials, invoke, person } from './clients.ts';
import { callsOf, executionOf, operationsOn, retriesOf, stackIn, untilStack } from './observations.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';
import { begin, ended, promote } from './small-release.ts';

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterEach(() => rehearsal.strike());
afterAll(() => rehearsal.close());

const seconds = 1000;
const accounts = [preProduction.account, production.account];

describe('events that do not arrive as they should', () => {
  /** More than any promotion here causes. */
  const every = (what: DeliveryFault['what']) =>
    Array.from({ length: 60 }, (_, index): Fault => ({ kind: 'delivery', nth: index + 1, what }));
  const only = (nth: number, what: DeliveryFault['what']): Fault[] => [{ kind: 'delivery', nth, what }];

  it.each<[string, Fault[], { retries: number }]>([
    ['all-lost', every('lost'), { retries: 2 }],
    ['all-doubled', every('twice'), { retries: 0 }],
    ['half-an-hour-late', every({ lateByMilliseconds: 1800 * seconds }), { retries: 2 }],
    ['a-minute-late', every({ lateByMilliseconds: 60 * seconds }), { retries: 0 }],
    ['last-of-pre-production-lost', only(3, 'lost'), { retries: 1 }],
    ['last-of-production-late', only(6, { lateByMilliseconds: 1800 * seconds }), { retries: 1 }],
    ['first-after-the-last', only(1, { lateByMilliseconds: 120 * seconds }), { retries: 0 }],
  ])('%s: the promotion ends, and each change set ran once', async (pipeline, faults, expected) => {
    rehearsal.strike(...faults);
    const since = rehearsal.sandbox.journal().length;
    const { promotion, deployments } = await promote(rehearsal, { pipeline });
    expect(promotion.status).toBe('succeeded');
    expect(deployments.map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
      'deployed CREATE_COMPLETE',
      'deployed CREATE_COMPLETE',
    ]);
    expect(executionOf(rehearsal, promotion.id).run.status).toBe('SUCCEEDED');
    expect(callsOf(rehearsal, 'ExecuteChangeSet', { since })).toBe(2);
    expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([1, 1]);
    // Each wait whose event did not come is read again once, after the wait's bound.
    expect(retriesOf(rehearsal, 'Execute', since)).toBe(expected.retries);
  });

  it('a step that is read again works with a session of its own, since the first one has ended', async () => {
    rehearsal.strike(...every('lost'));
    const since = rehearsal.sandbox.journal().length;
    await promote(rehearsal, { pipeline: 'sessions-while-waiting' });
    const sessions = rehearsal.sandbox
      .journal()
      .slice(since)
      .filter(
        (entry) =>
          entry.kind === 'decision' &&
          entry.action === 'sts:AssumeRole' &&
          entry.resource.endsWith('drawbridge-deploy'),
      );
    expect(sessions).toHaveLength(4);
    expect(callsOf(rehearsal, 'DescribeStackEvents', { since, error: 'ExpiredToken' })).toBe(0);
  });
});

describe('an event that nobody but us can tell from a true one', () => {
  const pipeline = 'forged';
  let stackId: string;
  let id: string;

  beforeAll(async () => {
    expect((await promote(rehearsal, { pipeline })).promotion.status).toBe('succeeded');
    id = await begin(rehearsal, { pipeline, text: 'two' });
    ({ stackId } = await untilStack(rehearsal, preProduction.account, {
      name: pipeline,
      status: 'UPDATE_IN_PROGRESS',
    }));
  });

  const event = (changed: object = {}, detail: object = {}) => ({
    version: '0',
    id: '00000000-0000-4000-8000-000000000000',
    'detail-type': 'CloudFormation Stack Status Change',
    source: 'aws.cloudformation',
    account: preProduction.account,
    time: '2026-01-05T09:00:00Z',
    region: preProduction.region,
    resources: [stackId],
    detail: { 'stack-id': stackId, 'status-details': { status: 'UPDATE_COMPLETE', 'status-reason': '' }, ...detail },
    ...changed,
  });
  const status = (text: string) => ({ 'status-details': { status: text, 'status-reason': '' } });

  it.each<[string, () => unknown, object]>([
    ['the end of an update that still runs', () => event(), { kind: 'waiting' }],
    [
      'the failure of an update that runs well',
      () => event({}, status('UPDATE_ROLLBACK_COMPLETE')),
      { kind: 'waiting' },
    ],
    ['the deletion of a stack that is there', () => event({}, status('DELETE_COMPLETE')), { kind: 'waiting' }],
    ['another operation', () => event({}, { 'client-request-token': 'mine' }), { kind: 'waiting' }],
    [
      'our stack, from another account',
      () => event({ account: production.account }),
      { kind: 'ignored', why: expect.stringContaining('not from the stack') },
    ],
    [
      'our stack, from the orchestrator account',
      () => event({ account: '111111111111' }),
      { kind: 'ignored', why: expect.stringContaining('not from the stack') },
    ],
    [
      'a stack nobody waits for',
      () =>
        event(
          { account: production.account },
          { 'stack-id': stackIn(rehearsal, production.account, pipeline)!.stackId },
        ),
      { kind: 'ignored', why: 'nobody waits for this stack' },
    ],
    [
      'a stack of the same name that was never there',
      () => event({}, { 'stack-id': stackId.replace(/[^/]+$/, '00000000-0000-4000-8000-000000000000') }),
      { kind: 'ignored', why: 'nobody waits for this stack' },
    ],
    ['work in progress', () => event({}, status('UPDATE_IN_PROGRESS')), { kind: 'ignored' }],
    ['another source', () => event({ source: 'orders' }), { kind: 'ignored', why: 'not a stack status event' }],
    ['nothing at all', () => null, { kind: 'ignored', why: 'not a stack status event' }],
    ['no text for a stack', () => event({}, { 'stack-id': 7 }), { kind: 'ignored', why: 'not a stack status event' }],
  ])('telling of %s advances nothing', async (_, forged, answer) => {
    expect(await invoke(rehearsal, 'drawbridge-resume', forged())).toMatchObject(answer);
    const { promotion, deployments } = await getPromotion(rehearsal.apiAs('alice'), id);
    expect(promotion.status).toBe('running');
    expect(deployments).toMatchObject([{ environment: 'pre-production', outcome: 'in-progress' }]);
    expect(executionOf(rehearsal, id).run.status).toBe('RUNNING');
    expect(callsOf(rehearsal, 'SendTaskSuccess', { error: 'TaskTimedOut' })).toBe(0);
  });

  it.each<[string, () => ReturnType<typeof person>]>([
    ['the administrator of another account of the organization', () => administrator(rehearsal, production.account)],
    ["the administrator of the stack's account", () => administrator(rehearsal, preProduction.account)],
    ['a viewer', () => person(rehearsal, 'dave')],
    ['a release manager', () => person(rehearsal, 'alice')],
    ['a function that touches targets', () => functionCredentials(rehearsal, 'drawbridge-plan')],
  ])('cannot be put on the bus by %s', async (_, credentials) => {
    const { events } = clientsAs(rehearsal, credentials());
    await expect(events.send(new PutEventsCommand({ Entries: [entryFrom('orders')] }))).rejects.toThrow(
      /not authorized to perform: events:PutEvents/,
    );
  });

  it('cannot be put on the bus in the name of AWS, even by the platform administrator', async () => {
    const invoked = callsOf(rehearsal, 'Invoke');
    const { events } = clientsAs(rehearsal, person(rehearsal, 'carol'));
    const Entries = [entryFrom('aws.cloudformation'), entryFrom('orders')];
    expect(await events.send(new PutEventsCommand({ Entries }))).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: 'NotAuthorizedForSource' }, { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }],
    });
    await rehearsal.sandbox.advance(0);
    expect(callsOf(rehearsal, 'Invoke')).toBe(invoked);
  });

  const entryFrom = (Source: string) => ({
    EventBusName: rehearsal.outputs['EventBusArn']!,
    Source,
    DetailType: 'CloudFormation Stack Status Change',
    Detail: JSON.stringify(event().detail),
  });

  it('then the promotion ends as if nothing had been', async () => {
    const { promotion } = await ended(rehearsal, id);
    expect(promotion.status).toBe('succeeded');
    expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([2, 2]);
  });

  it('and after its end no event changes anything', async () => {
    const api = rehearsal.apiAs('alice');
    const before = await getPromotion(api, id);
    expect(await invoke(rehearsal, 'drawbridge-resume', event())).toMatchObject({ kind: 'ignored' });
    await rehearsal.sandbox.run();
    expect(await getPromotion(api, id)).toEqual(before);
  });
});

describe('an event that comes before there is anything to tell', () => {
  it('is ignored while the step that waits has not executed yet', async () => {
    const pipeline = 'early';
    const refused = { error: 'InternalFailure', message: 'We are sorry.', status: 500 };
    rehearsal.strike(
      ...[1, 2, 3].map(
        (nth): Fault => ({
          kind: 'call',
          service: 'cloudformation',
          operation: 'ExecuteChangeSet',
          nth,
          when: 'before',
          what: refused,
        }),
      ),
    );
    const since = rehearsal.sandbox.journal().length;
    const id = await begin(rehearsal, { pipeline });
    await rehearsal.sandbox.run(
      () =>
        retriesOf(rehearsal, 'Execute', since) === 1 ||
        callsOf(rehearsal, 'ExecuteChangeSet', { since, error: 'InternalFailure' }) === 3,
    );
    const stack = stackIn(rehearsal, preProduction.account, pipeline)!;
    expect(stack.status).toBe('REVIEW_IN_PROGRESS');
    const detail = { 'stack-id': stack.stackId, 'status-details': { status: 'CREATE_COMPLETE' } };
    const forged = {
      'detail-type': 'CloudFormation Stack Status Change',
      source: 'aws.cloudformation',
      account: stack.account,
      detail,
    };
    expect(await invoke(rehearsal, 'drawbridge-resume', forged)).toEqual({
      kind: 'ignored',
      why: 'the operation of this promotion has not started',
    });
    const { promotion } = await ended(rehearsal, id);
    expect(promotion.status).toBe('succeeded');
    expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([1, 1]);
  });

  it('of somebody else’s operation does not pass for ours', async () => {
    const pipeline = 'foreign-operation';
    await promote(rehearsal, { pipeline });
    const id = await begin(rehearsal, { pipeline, text: 'two' });
    await rehearsal.sandbox.run(() => planned(id));
    const { cloudFormation } = clientsAs(rehearsal, administrator(rehearsal, preProduction.account));
    const Parameters = [{ ParameterKey: 'Text', ParameterValue: 'theirs' }];
    await cloudFormation.send(new UpdateStackCommand({ StackName: pipeline, UsePreviousTemplate: true, Parameters }));
    const { promotion, rollouts } = await ended(rehearsal, id);
    expect(promotion.status).toBe('rejected');
    expect(rollouts).toMatchObject([{ environment: 'pre-production', reasons: [{ code: 'CHANGE_SET_OBSOLETE' }] }]);
    expect(stackIn(rehearsal, preProduction.account, pipeline)).toMatchObject({
      status: 'UPDATE_COMPLETE',
      model: { parameters: { Text: 'theirs' } },
    });
    expect(operationsOn(rehearsal, production.account, pipeline)).toBe(1);
  });

  it.each<[string, string]>([
    ['other values', 'theirs'],
    ['the values that are there already', 'one'],
  ])('nor does a change set that somebody made under our name, with %s', async (_, theirs) => {
    const pipeline = `foreign-change-set-${theirs}`;
    await promote(rehearsal, { pipeline });
    const id = await begin(rehearsal, { pipeline, text: 'two' });
    const { cloudFormation } = clientsAs(rehearsal, administrator(rehearsal, preProduction.account));
    await cloudFormation.send(
      new CreateChangeSetCommand({
        StackName: pipeline,
        ChangeSetName: `drawbridge-${id}-1`,
        UsePreviousTemplate: true,
        Parameters: [{ ParameterKey: 'Text', ParameterValue: theirs }],
      }),
    );
    const { promotion, rollouts } = await ended(rehearsal, id);
    expect(promotion.status).toBe('rejected');
    expect(rollouts).toMatchObject([
      { reasons: [{ code: 'CHANGE_SET_FOREIGN', text: expect.stringContaining('parameter Text') }] },
    ]);
    expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([1, 1]);
  });

  it('nor does a change set that took the place of ours after it was planned', async () => {
    const pipeline = 'swapped-change-set';
    await promote(rehearsal, { pipeline });
    const id = await begin(rehearsal, { pipeline, text: 'two' });
    await rehearsal.sandbox.run(() => planned(id));
    const { cloudFormation } = clientsAs(rehearsal, administrator(rehearsal, preProduction.account));
    const changeSet = { StackName: pipeline, ChangeSetName: `drawbridge-${id}-1` };
    await cloudFormation.send(new DeleteChangeSetCommand(changeSet));
    const Parameters = [{ ParameterKey: 'Text', ParameterValue: 'theirs' }];
    await cloudFormation.send(new CreateChangeSetCommand({ ...changeSet, UsePreviousTemplate: true, Parameters }));
    const { promotion, rollouts } = await ended(rehearsal, id);
    expect(promotion.status).toBe('rejected');
    expect(rollouts).toMatchObject([{ reasons: [{ code: 'CHANGE_SET_OBSOLETE' }] }]);
    expect(accounts.map((account) => operationsOn(rehearsal, account, pipeline))).toEqual([1, 1]);
  });

  function planned(id: string): boolean {
    return rehearsal.sandbox
      .journal()
      .some((entry) => entry.kind === 'transition' && entry.execution.endsWith(id) && entry.state === 'Decide');
  }
});
