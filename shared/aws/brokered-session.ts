/** Audit-role sessions in the name of a person, on the record. */
import type { BrokeredSession, OpenedSession } from '#shared/domain/broker/person-session.ts';
import { roleName } from '#shared/domain/names.ts';
import type { RoleRequest } from '#shared/domain/trust/role-request.ts';
import { openRole } from './assume-role.ts';
import { recordBrokered } from './ledger/brokered-sessions.ts';
import type { Ledger } from './ledger/table.ts';
import type { TargetRecord } from './ledger/targets.ts';

export interface Brokering {
  readonly target: TargetRecord;
  readonly asked: RoleRequest;
  readonly why: Pick<BrokeredSession, 'actor' | 'at' | 'request' | 'reason' | 'use'>;
}

/**
 * Opens the session and records it before anybody holds the credentials: one that cannot be recorded is not given out. Throws what `openRole`
 * does, and SESSION_RECORDED.
 */
export async function openOnRecord(ledger: Ledger, { target, asked, why }: Brokering): Promise<OpenedSession> {
  const { name, account, region } = target;
  const credentials = await openRole(asked, target);
  const { sessionName, sourceIdentity } = asked;
  const session = {
    ...{ target: name, account, region, ...why, role: roleName('audit') },
    ...{ sessionName, sourceIdentity, expiresAt: credentials.expiresAt },
  };
  await recordBrokered(ledger, session);
  return { session, credentials };
}
