import { describe, expect, it } from 'vitest';
import { listAudits, recordAudit } from '#shared/aws/ledger/audits.ts';
import type { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import { monday, promotionId } from '#test/builders.ts';
import { ledgerTable } from '../ledger-table.ts';

const { ledger } = ledgerTable();
const clean: AccountAudit = {
  promotion: promotionId,
  environment: 'production',
  target: 'production',
  account: '333333333333',
  region: 'eu-west-1',
  role: 'drawbridge-audit',
  sessionName: `${promotionId}-audit`,
  moment: 'after',
  at: monday,
  clean: true,
  findings: [],
};
const unclean: AccountAudit = { ...clean, clean: false, findings: ['IAM user mallory with 1 access key'] };

describe('the audits of a promotion', () => {
  it('are kept for each target and moment', async () => {
    await recordAudit(ledger, { ...clean, moment: 'before' });
    await recordAudit(ledger, clean);
    expect(await listAudits(ledger, promotionId)).toEqual([clean, { ...clean, moment: 'before' }]);
  });

  it('say what a repeated step sees, as long as nothing was found', async () => {
    await recordAudit(ledger, clean);
    await recordAudit(ledger, unclean);
    expect(await listAudits(ledger, promotionId)).toEqual([unclean]);
  });

  it('never forget what was found, even when it is gone at the next look', async () => {
    await recordAudit(ledger, unclean);
    await recordAudit(ledger, clean);
    expect(await listAudits(ledger, promotionId)).toEqual([unclean]);
  });
});
