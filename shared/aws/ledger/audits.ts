/** Account audits in the ledger: part of the evidence of a promotion, written once each. */
import { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type Ledger, putItem, queryItems } from './table.ts';

/** Writes an audit; a repeated step writes what it sees now. */
export async function recordAudit(ledger: Ledger, audit: AccountAudit): Promise<void> {
  const { promotion, environment, target, moment } = audit;
  await putItem(ledger, { pk: `PROMOTION#${promotion}`, sk: `AUDIT#${environment}#${target}#${moment}`, ...audit });
}

/** The audits of a promotion. */
export async function listAudits(ledger: Ledger, promotion: PromotionId): Promise<AccountAudit[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, 'AUDIT#');
  return items.map(({ pk: _pk, sk: _sk, ...rest }) => AccountAudit.parse(rest));
}
