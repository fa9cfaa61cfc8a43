import { expect, it } from 'vitest';
import { listBrokered, recordBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import type { BrokeredSession } from '#shared/domain/broker/person-session.ts';
import { monday } from '#test/builders.ts';
import { ledgerTable } from '../ledger-table.ts';

const { ledger, item } = ledgerTable();
const brokered = (change: Partial<BrokeredSession> = {}): BrokeredSession => ({
  ...{ target: 'production', account: '333333333333', region: 'eu-west-1', actor: 'alice', at: monday },
  ...{ request: 'r-1', reason: 'INC-7', use: 'exec', role: 'drawbridge-audit', sessionName: 'usr-alice' },
  ...{ sourceIdentity: 'usr-alice', expiresAt: '2026-01-05T09:15:00.000Z' },
  ...change,
});

it('keeps who was given which session, newest first, target by target', async () => {
  const later = brokered({ at: '2026-01-05T10:00:00.000Z', actor: 'bob' });
  await recordBrokered(ledger, later);
  await recordBrokered(ledger, brokered());
  await recordBrokered(ledger, brokered({ target: 'other' }));
  expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toEqual([later, brokered()]);
  expect(await item('BROKER#production', `${monday}#alice#r-1`)).toMatchObject({ reason: 'INC-7' });
});

it('never changes what is on the record', async () => {
  await recordBrokered(ledger, brokered());
  await expect(recordBrokered(ledger, brokered({ reason: 'another' }))).rejects.toMatchObject({
    name: 'SESSION_RECORDED',
  });
  expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toEqual([brokered()]);
});

it('tells two requests of one person in one moment apart', async () => {
  await recordBrokered(ledger, brokered());
  await recordBrokered(ledger, brokered({ request: 'r-2' }));
  expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toHaveLength(2);
});
