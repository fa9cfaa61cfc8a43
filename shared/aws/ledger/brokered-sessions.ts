/** The sessions people were given, in the ledger: written once, never changed. */
import { BrokeredSession } from '#shared/domain/broker/person-session.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Page, Part } from '#shared/domain/http/page.ts';
import { type Ledger, putNew, queryPage, withoutKeys } from './table.ts';

/** Records a session before anybody holds its credentials. Throws SESSION_RECORDED for a request that was recorded before. */
export async function recordBrokered(ledger: Ledger, session: BrokeredSession): Promise<void> {
  const { target, at, actor, request } = session;
  const written = await putNew(ledger, { pk: `BROKER#${target}`, sk: `${at}#${actor}#${request}`, ...session });
  if (!written) throw failure('SESSION_RECORDED', { request });
}

/** The sessions people were given in a target, newest first. */
export async function listBrokered(ledger: Ledger, target: string, page: Page): Promise<Part<BrokeredSession>> {
  const part = await queryPage(ledger, { group: `BROKER#${target}`, ...page });
  return { ...part, items: part.items.map((item) => BrokeredSession.parse(withoutKeys(item))) };
}
