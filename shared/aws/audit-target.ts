/** Auditing a target's account at one moment of a rollout, on the record. */
import type { AccountAudit } from '#shared/domain/audit/account-audit.ts';
import { auditFindings } from '#shared/domain/audit/account-audit.ts';
import { waysIn } from '#shared/domain/audit/ways-in.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { roleName, sessionName } from '#shared/domain/names.ts';
import { readCredentials, readDoors } from './accounts.ts';
import { readAuditBefore, recordAudit } from './ledger/audits.ts';
import type { Ledger } from './ledger/table.ts';
import type { TargetRecord } from './ledger/targets.ts';
import { wasTouched } from './ledger/touched-targets.ts';
import { inTarget } from './sessions.ts';

interface Asked {
  readonly promotion: PromotionId;
  readonly environment: string;
  readonly target: TargetRecord;
  readonly moment: AccountAudit['moment'];
  readonly at: string;
}

/** The audit before a rollout. Throws ACCOUNT_NOT_CLEAN, with what was found already on the record. */
export async function requireClean(ledger: Ledger, asked: Omit<Asked, 'moment'>): Promise<void> {
  stopUnclean(await auditTarget(ledger, { ...asked, moment: 'before' }));
}

/** Between the rounds of a rollout: where it executed or recovered something already, nothing more is planned unless that left no trace. */
export async function requireStillClean(ledger: Ledger, asked: Omit<Asked, 'moment'>): Promise<void> {
  const { promotion, environment, target } = asked;
  if (!(await wasTouched(ledger, { promotion, environment, target: target.name }))) return;
  stopUnclean(await auditTarget(ledger, { ...asked, moment: 'after' }));
}

function stopUnclean({ account, moment, findings }: AccountAudit): void {
  if (findings.length > 0) throw failure('ACCOUNT_NOT_CLEAN', { account, moment, findings }, { account });
}

/** Reads the account with the audit role and writes what it found to the ledger. */
export async function auditTarget(ledger: Ledger, asked: Asked): Promise<AccountAudit> {
  const { promotion, environment, target, moment, at } = asked;
  const purpose = { target, role: 'audit', promotion, environment, step: 'audit', kind: 'audit', stacks: [] } as const;
  const [credentials, doors] = await inTarget(purpose, (session) =>
    Promise.all([readCredentials(session), readDoors(session)]),
  );
  const ways = waysIn(doors);
  const before =
    moment === 'after' ? await readAuditBefore(ledger, { promotion, environment, target: target.name }) : undefined;
  const findings = auditFindings(credentials, ways, before);
  const { name, account, region } = target;
  const audit = {
    ...{ promotion, environment, target: name, account, region, moment, at, findings, waysIn: ways },
    clean: findings.length === 0,
    role: roleName(purpose.role),
    sessionName: sessionName(promotion, purpose.step),
  };
  await recordAudit(ledger, audit);
  return audit;
}
