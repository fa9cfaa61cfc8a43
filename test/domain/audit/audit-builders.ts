import type { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import { monday, promotionId } from '#test/builders.ts';

/** A clean audit before a rollout, unless something else is said. */
export function anAudit(change: Partial<AccountAudit> = {}): AccountAudit {
  const findings = change.findings ?? [];
  return {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    account: '333333333333',
    region: 'eu-west-1',
    role: 'drawbridge-audit',
    sessionName: `${promotionId}-audit`,
    moment: 'before',
    at: monday,
    clean: findings.length === 0,
    findings,
    waysIn: [],
    ...change,
  };
}
