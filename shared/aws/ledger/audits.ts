/** Account audits in the ledger: part of the evidence of a promotion, written once each. */
import { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { getItem, type Ledger, putItem, queryItems, withoutKeys } from './table.ts';

/** Writes an audit. A repeated step writes what it sees now, but what was once found stays on record. */
export async function recordAudit(ledger: Ledger, audit: AccountAudit): Promise<void> {
  const { promotion, environment, target, moment } = audit;
  const key = { pk: `PROMOTION#${promotion}`, sk: `AUDIT#${environment}#${target}#${moment}` };
  const before = await getItem(ledger, key);
  if (before?.['clean'] !== false) await putItem(ledger, { ...key, ...audit });
}

/** The audit that a rollout began with in a target. */
export async function readAuditBefore(
  ledger: Ledger,
  { promotion, environment, target }: Pick<AccountAudit, 'promotion' | 'environment' | 'target'>,
): Promise<AccountAudit | undefined> {
  const item = await getItem(ledger, { pk: `PROMOTION#${promotion}`, sk: `AUDIT#${environment}#${target}#before` });
  return item === undefined ? undefined : AccountAudit.parse(withoutKeys(item));
}

/** The audits of a promotion. */
export async function listAudits(ledger: Ledger, promotion: PromotionId): Promise<AccountAudit[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, 'AUDIT#');
  return items.map((item) => AccountAudit.parse(withoutKeys(item)));
}
