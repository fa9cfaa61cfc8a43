/** Telling what happened: numbers without gaps whoever else tells at the same time, and nothing lost whatever breaks on the way. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listUnpublished, recordEvents } from '#shared/aws/ledger/events.ts';
import {
  recordEnd,
  recordOutcome,
  recordPromotion,
  recordRollout,
  recordStarted,
} from '#shared/aws/ledger/promotions.ts';
import { tell, tellUnpublished } from '#shared/aws/tell.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { aPromotion, aRollout, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { awsError, eventBridge, fakeAws } from './fake-aws.ts';
import { beforeNextWrite, ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger, item, put } = ledgerTable();
const world = { ledger, bus: { name: 'drawbridge' } };
const end = { outcome: 'succeeded', reasons: [], at: after(monday, 60) } as const;
const sent = () =>
  eventBridge.commandCalls(PutEventsCommand).map(({ args }) =>
    (args[0].input.Entries ?? []).map(({ Detail }) => {
      const { sequence, state } = JSON.parse(`${Detail}`) as { sequence: number; state: string };
      return `${sequence} ${state}`;
    }),
  );
const cursor = () => item(`PROMOTION#${promotionId}`, 'PUBLISHED');
const event = (sequence: number) => item(`PROMOTION#${promotionId}`, `EVENT#0000000${sequence}`);
async function settle() {
  await recordOutcome(ledger, aRollout(), end);
  await recordEnd(ledger, aPromotion(), { status: 'succeeded', at: end.at });
}
/** Writes of items that reach the table from here on. */
const writes = () => {
  const spy = vi.spyOn(DynamoDBDocumentClient.prototype, 'send');
  return () => spy.mock.calls.filter(([command]) => /^(Put|Update)Command$/.test(command.constructor.name)).length;
};

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion());
  await recordStarted(ledger, aPromotion(), 'arn:execution');
});

describe('telling', () => {
  it('records an event under its number, publishes it, and notes that it did', async () => {
    const told = await tell(world, promotionId);
    expect(told).toMatchObject({ promotion: promotionId, pipeline: 'orders', executionArn: 'arn:execution' });
    expect(told).not.toHaveProperty('trouble');
    expect(await event(1)).toMatchObject({
      transition: 'promotion accepted',
      detailType: 'Drawbridge Promotion State Change',
      detail: { sequence: 1, state: 'accepted' },
    });
    expect(eventBridge).toHaveReceivedCommandExactlyOnceWith(PutEventsCommand, {
      Entries: [
        {
          EventBusName: 'drawbridge',
          Source: 'drawbridge',
          DetailType: 'Drawbridge Promotion State Change',
          Time: new Date(monday),
          Detail: expect.stringContaining('"sequence":1'),
        },
      ],
    });
    expect(await cursor()).toMatchObject({ published: 1, gsi1pk: 'UNPUBLISHED' });
  });

  it('tells what is new, and nothing twice', async () => {
    await tell(world, promotionId);
    await recordRollout(ledger, aRollout());
    const { events, measures } = await tell(world, promotionId);
    expect(events.map(({ detail }) => detail.state)).toEqual(['running', 'running']);
    expect(measures).toEqual([{ name: 'PromotionStarted', unit: 'Count', value: 1 }]);
    expect(await tell(world, promotionId)).toMatchObject({ events: [], measures: [] });
    expect(sent()).toEqual([['1 accepted'], ['2 running', '3 running']]);
  });

  it('costs one write for each event, one for each time of telling, and one for the promotion', async () => {
    await recordRollout(ledger, aRollout());
    const counted = writes();
    await tell(world, promotionId);
    expect(counted()).toBe(1 + 3 + 1);
    await tell(world, promotionId);
    expect(counted()).toBe(5);
  });

  it('of a promotion that is not there tells nothing', async () => {
    expect(await tell(world, otherPromotionId)).toEqual({ promotion: otherPromotionId, events: [], measures: [] });
    expect(sent()).toEqual([]);
  });

  it('sends ten events in a request', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const environment of names) {
      await recordRollout(ledger, aRollout({ environment }));
      await recordOutcome(ledger, { promotion: promotionId, environment }, end);
    }
    await tell(world, promotionId);
    expect(sent().map((entries) => entries.length)).toEqual([10, 2]);
  });

  it('lets a promotion go from the list once its end is published', async () => {
    await tell(world, promotionId);
    expect(await listUnpublished(ledger)).toEqual([promotionId]);
    await recordRollout(ledger, aRollout());
    await settle();
    await tell(world, promotionId);
    expect(await listUnpublished(ledger)).toEqual([]);
    expect(await cursor()).toEqual({ pk: `PROMOTION#${promotionId}`, sk: 'PUBLISHED', published: 5 });
  });
});

describe('two that tell at once', () => {
  it('give one transition one number', async () => {
    await tell(world, promotionId);
    await recordRollout(ledger, aRollout());
    beforeNextWrite(() => recordEvents(ledger, promotionId));
    const { events } = await tell(world, promotionId);
    expect(events).toEqual([]);
    expect(await event(4)).toBeUndefined();
    expect(sent().at(-1)).toEqual(['2 running', '3 running']);
  });

  it('leave no gap, and each knows which events are its own', async () => {
    await tell(world, promotionId);
    await recordRollout(ledger, aRollout());
    const all = await Promise.all(Array.from({ length: 5 }, () => recordEvents(ledger, promotionId)));
    expect(all.flatMap((one) => one?.fresh.map(({ detail }) => detail.sequence)).sort()).toEqual([2, 3]);
    expect(new Set(all.map((one) => JSON.stringify(one?.events))).size).toBe(1);
  });

  it('do not take back what the other noted as published', async () => {
    await recordRollout(ledger, aRollout());
    const other = async () => {
      await settle();
      await tell(world, promotionId);
      return {};
    };
    eventBridge.on(PutEventsCommand).callsFakeOnce(other).resolves({});
    await tell(world, promotionId);
    expect(await cursor()).toMatchObject({ published: 5 });
    expect(await listUnpublished(ledger)).toEqual([]);
  });
});

describe('what breaks', () => {
  it.each<[string, () => void, string]>([
    [
      'the bus is unreachable',
      () =>
        eventBridge
          .on(PutEventsCommand)
          .rejectsOnce(awsError('InternalFailure', 'x', 500))
          .resolves({}),
      'AWS_UNREACHABLE',
    ],
    [
      'the bus refuses one of the events',
      () =>
        eventBridge
          .on(PutEventsCommand)
          .resolvesOnce({ FailedEntryCount: 1, Entries: [{ EventId: '1' }, { ErrorCode: 'ThrottlingException' }] })
          .resolves({}),
      'AWS_REFUSED',
    ],
  ])('%s: it is said, and all is published later under the same numbers', async (_, fail, code) => {
    await recordRollout(ledger, aRollout());
    fail();
    const told = await tell(world, promotionId);
    expect(told.trouble).toMatchObject({ name: code });
    expect(told.events).toHaveLength(3);
    expect(await cursor()).toMatchObject({ published: 0 });
    expect(await tellUnpublished(world, monday)).toMatchObject([{ promotion: promotionId, events: [] }]);
    expect(sent()).toEqual([
      ['1 accepted', '2 running', '3 running'],
      ['1 accepted', '2 running', '3 running'],
    ]);
    expect(await cursor()).toMatchObject({ published: 3 });
  });

  it('the ledger: nothing is thrown, and the next one tells', async () => {
    const broken = vi
      .spyOn(DynamoDBDocumentClient.prototype, 'send')
      .mockRejectedValueOnce(awsError('InternalServerError', 'x', 500) as never);
    expect(await tell(world, promotionId)).toMatchObject({ trouble: { name: 'AWS_UNREACHABLE' } });
    broken.mockRestore();
    expect(await tell(world, promotionId)).toMatchObject({ events: [{ detail: { sequence: 1 } }] });
  });

  it('the step between an event and its publication: reconcile publishes it', async () => {
    await recordEvents(ledger, promotionId);
    await tellUnpublished(world, monday);
    expect(sent()).toEqual([['1 accepted']]);
  });

  it('the step between a record and its event: reconcile records it, and publishes it', async () => {
    await tell(world, promotionId);
    await recordRollout(ledger, aRollout());
    await settle();
    expect(await tellUnpublished(world, monday)).toMatchObject([{ events: [{}, {}, {}, {}] }]);
    expect(sent().at(-1)).toEqual(['2 running', '3 running', '4 succeeded', '5 succeeded']);
    expect(await tellUnpublished(world, monday)).toEqual([]);
  });

  it('admission, before anything was told: reconcile finds the promotion among the accepted', async () => {
    await recordPromotion(ledger, aPromotion({ id: otherPromotionId }));
    await tellUnpublished(world, monday);
    expect(await item(`PROMOTION#${otherPromotionId}`, 'EVENT#00000001')).toMatchObject({
      detail: { state: 'accepted' },
    });
  });

  it('one promotion whose events nobody can read does not keep the others from being told', async () => {
    await put({
      pk: `PROMOTION#${otherPromotionId}`,
      sk: 'PUBLISHED',
      published: 0,
      gsi1pk: 'UNPUBLISHED',
      gsi1sk: '0',
    });
    await put({ pk: `PROMOTION#${otherPromotionId}`, sk: 'PROMOTION', nonsense: true });
    await tell(world, promotionId);
    await recordRollout(ledger, aRollout());
    const told = await tellUnpublished(world, monday);
    expect(told).toMatchObject([{ promotion: otherPromotionId, trouble: expect.anything() }, { events: [{}, {}] }]);
  });
});

it('no more are told in a pass than there is time for, and the next pass begins with others', async () => {
  const ids = Array.from({ length: 3 }, (_, index) => `prm-000000000000000${index}`);
  for (const id of ids) await recordPromotion(ledger, aPromotion({ id }));
  const firstOf = async (minutes: number) => {
    let left = 1;
    const told = await tellUnpublished(world, after(monday, minutes * 60), () => left-- > 0);
    return told.map(({ promotion }) => promotion);
  };
  const passes = [await firstOf(0), await firstOf(5), await firstOf(10), await firstOf(15), await firstOf(20)];
  expect(passes.map(({ length }) => length)).toEqual([1, 1, 1, 1, 1]);
  expect(new Set(passes.flat()).size).toBeGreaterThan(1);
});

it('reconcile measures how long people have been waited for', async () => {
  await tell(world, promotionId);
  const request = { environment: 'production', digest: aPromotion().release, requirement: { groups: [], because: [] } };
  await put({
    ...{ pk: `PROMOTION#${promotionId}`, sk: 'APPROVAL#production#x', promotion: promotionId, pipeline: 'orders' },
    ...{ ...request, requestedBy: 'alice', requestedAt: monday, expiresAt: after(monday, 3600), status: 'open' },
  });
  const [told] = await tellUnpublished(world, after(monday, 600));
  expect(told?.measures).toEqual([{ name: 'ApprovalPendingSeconds', unit: 'Seconds', value: 600 }]);
});
