/**
 * What GitHub was told of a promotion in an environment. GitHub takes whatever comes last, so a report is claimed before it is told: nobody
 * claims an older one, and who sees afterwards that a newer one was claimed meanwhile tells that one again.
 */
import * as z from 'zod';
import { Report } from '#shared/domain/github/report.ts';
import { changeItem, getItem, type Key, type Ledger, withoutKeys } from './table.ts';

const Kept = z.strictObject({
  /** Sequence number of the newest report that somebody set out to tell. */
  claimed: z.int().positive(),
  report: Report,
  /** That of the newest one known to have been told. */
  told: z.int().positive().optional(),
  /** GitHub's id of the deployment. */
  deployment: z.int().positive().optional(),
});
export type KeptReport = z.infer<typeof Kept>;

type Where = Pick<Report, 'promotion' | 'environment'>;

/** Sets out to tell a report. Undefined where it was told, or a newer one was claimed. */
export async function claimReport(ledger: Ledger, report: Report): Promise<KeptReport | undefined> {
  const first = await changeItem(ledger, keyOf(report), {
    UpdateExpression: 'SET claimed = :sequence, report = :report',
    ConditionExpression: 'attribute_not_exists(claimed) OR claimed < :sequence',
    ExpressionAttributeValues: { ':sequence': report.sequence, ':report': report },
  });
  const kept = await readReport(ledger, report);
  const again = kept?.claimed === report.sequence && kept.told !== report.sequence;
  return first || again ? kept : undefined;
}

export async function readReport(ledger: Ledger, where: Where): Promise<KeptReport | undefined> {
  const item = await getItem(ledger, keyOf(where));
  return item === undefined ? undefined : Kept.parse(withoutKeys(item));
}

/** Keeps the deployment's id. Whoever kept one first has it: answers which holds. */
export async function keepDeployment(ledger: Ledger, where: Where, id: number): Promise<number> {
  const first = await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'SET deployment = :id',
    ConditionExpression: 'attribute_not_exists(deployment)',
    ExpressionAttributeValues: { ':id': id },
  });
  return first ? id : ((await readReport(ledger, where))?.deployment ?? id);
}

/** Notes that a report was told. Answers whether it still is the newest; if not, a newer one has to be told again. */
export async function noteTold(ledger: Ledger, { sequence, ...where }: Report): Promise<boolean> {
  return changeItem(ledger, keyOf(where), {
    UpdateExpression: 'SET told = :sequence',
    ConditionExpression: 'claimed = :sequence',
    ExpressionAttributeValues: { ':sequence': sequence },
  });
}

function keyOf({ promotion, environment }: Where): Key {
  return { pk: `PROMOTION#${promotion}`, sk: `GITHUB#${environment}` };
}
