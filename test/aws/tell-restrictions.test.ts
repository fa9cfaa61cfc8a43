/** What happens to freezes, stops and holds is published at least once, whoever breaks off in between. */
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { liftRestriction, listUntold, putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { tellRestriction, tellRestrictions } from '#shared/aws/tell-restrictions.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { monday } from '#test/builders.ts';
import { awsError, eventBridge, fakeAws } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger } = ledgerTable();
const world = { ledger, bus: { name: 'drawbridge' } };
const put = (key = 'k') =>
  putRestriction(ledger, restrictionOf('stop', { reason: 'incident' }, { by: 'carol', key, at: monday }));
const lift = (id: string) =>
  liftRestriction(ledger, { kind: 'stop', id, by: 'bob', at: '2026-01-06T09:00:00.000Z', reason: 'is over' });
const published = () =>
  eventBridge
    .commandCalls(PutEventsCommand)
    .flatMap(({ args: [{ input }] }) => input.Entries ?? [])
    .map(({ Detail }) => JSON.parse(`${Detail}`))
    .map(({ restriction, state }) => `${restriction} ${state}`);
const unreachable = () => eventBridge.on(PutEventsCommand).rejects(awsError('ServiceUnavailable', 'not now', 503));
const reachable = () => eventBridge.on(PutEventsCommand).resolves({ FailedEntryCount: 0 });

describe('a restriction', () => {
  it('is told when it is put and when it is lifted, once each', async () => {
    const { restriction } = await put();
    const { id } = restriction;
    expect(await tellRestriction(world, id)).toEqual({ restriction: id });
    await tellRestriction(world, id);
    await lift(id);
    await tellRestriction(world, id);
    await tellRestriction(world, id);
    expect(published()).toEqual([`${id} put`, `${id} lifted`]);
    expect(await listUntold(ledger, 10)).toEqual([]);
  });

  it('goes to our bus as of the moment in which it happened', async () => {
    const { restriction } = await put();
    await tellRestriction(world, restriction.id);
    expect(eventBridge).toHaveReceivedCommandWith(PutEventsCommand, {
      Entries: [
        {
          ...{ EventBusName: 'drawbridge', Source: 'drawbridge', Time: new Date(monday) },
          ...{ DetailType: 'Drawbridge Restriction State Change', Detail: expect.any(String) },
        },
      ],
    });
  });

  it('that could not be told is told in the next pass, and its lifting with it', async () => {
    const { restriction } = await put();
    const { id } = restriction;
    unreachable();
    expect(await tellRestriction(world, id)).toEqual({ restriction: id, trouble: expect.any(Error) });
    await lift(id);
    expect(await listUntold(ledger, 10)).toEqual([id]);
    reachable();
    eventBridge.resetHistory();
    expect(await tellRestrictions(world, 10, () => true)).toEqual([{ restriction: id }]);
    expect(published()).toEqual([`${id} put`, `${id} lifted`]);
    expect(await tellRestrictions(world, 10, () => true)).toEqual([]);
  });

  it('that is lifted while its beginning is told has its lifting told later', async () => {
    const { restriction } = await put();
    const { id } = restriction;
    eventBridge.on(PutEventsCommand).callsFakeOnce(async () => {
      await lift(id);
      return { FailedEntryCount: 0 };
    });
    await tellRestriction(world, id);
    expect(published()).toEqual([`${id} put`]);
    await tellRestrictions(world, 10, () => true);
    expect(published().at(-1)).toBe(`${id} lifted`);
  });

  it('of which there is none is not told', async () => {
    expect(await tellRestriction(world, 'stop-0123456789abcdef')).toEqual({ restriction: 'stop-0123456789abcdef' });
    expect(published()).toEqual([]);
  });
});

describe('a pass', () => {
  it('tells as many as it may, and goes on with the others where one cannot be told', async () => {
    const ids = [];
    for (const key of ['a', 'b', 'c']) ids.push((await put(key)).restriction.id);
    eventBridge
      .on(PutEventsCommand)
      .rejectsOnce(awsError('ServiceUnavailable', 'not now', 503))
      .resolves({});
    const told = await tellRestrictions(world, 2, () => true);
    expect(told.map(({ trouble }) => trouble === undefined)).toEqual([false, true]);
    expect(await listUntold(ledger, 10)).toHaveLength(2);
    await tellRestrictions(world, 10, () => true);
    expect(new Set(published().map((text) => text.split(' ')[0]))).toEqual(new Set(ids));
    expect(await listUntold(ledger, 10)).toEqual([]);
  });
});
