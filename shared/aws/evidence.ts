/** The evidence of a promotion, from the ledger alone. */
import { type Evidence, evidenceOf } from '#shared/domain/audit/evidence.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { PromotionId } from '#shared/domain/identifiers.ts';
import { listAudits } from './ledger/audits.ts';
import { listPlannedTargets } from './ledger/plans.ts';
import { readPromotionRecord } from './ledger/promotions.ts';
import { readReleaseRecord } from './ledger/releases.ts';
import type { Ledger } from './ledger/table.ts';

/** Throws PROMOTION_UNKNOWN. */
export async function readEvidence(ledger: Ledger, promotion: PromotionId): Promise<Evidence> {
  if (!PromotionId.safeParse(promotion).success) throw failure('PROMOTION_UNKNOWN', { promotion });
  const [record, audits, planned] = await Promise.all([
    readPromotionRecord(ledger, promotion),
    listAudits(ledger, promotion),
    listPlannedTargets(ledger, promotion),
  ]);
  if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion });
  return evidenceOf({ ...record, audits, planned, completion: await completionOf(ledger, record.promotion.releaseId) });
}

async function completionOf(ledger: Ledger, releaseId: string) {
  const record = await readReleaseRecord(ledger, releaseId);
  if (record === undefined) return undefined;
  const { completedBy, completedAt, provenance } = record;
  return { completedBy, completedAt, ...(provenance && { provenance }) };
}
