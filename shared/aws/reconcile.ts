/** What a crash left of one promotion: started if it was not, closed if its execution ended, told what people decided. */
import { problem } from '#shared/domain/errors/catalogue.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { executionInputOf, isOverdue } from '#shared/domain/promotion/request.ts';
import { isHopeless } from '#shared/domain/promotion/trouble.ts';
import { conclude, tellWaiting } from './approve.ts';
import { closePromotion } from './close-promotion.ts';
import type { Documents } from './documents.ts';
import { type Listed, noteLook, noteTrouble, quarantine, readListed } from './ledger/open-promotions.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { type PromotionRecord, readPromotionRecord, recordEnd, recordStarted } from './ledger/promotions.ts';
import type { Ledger } from './ledger/table.ts';
import { executionArn, readExecution, type StateMachine, startPromotion } from './state-machine.ts';

export interface Reconciliation {
  readonly ledger: Ledger;
  readonly documents: Documents;
  readonly stateMachine: StateMachine;
  /** When this pass began. */
  readonly at: string;
}

/** What was done for a promotion: `trouble` when it could not be done now, `given-up` or `quarantined` when it will not be tried again. */
export type Reconciled = 'nothing' | 'started' | 'closed' | 'told' | 'trouble' | 'given-up' | 'quarantined';

/** Does for one promotion what is to be done. Throws what it could not do; `troubled` is for whoever caught it. */
export async function reconcile(pass: Reconciliation, listed: Listed): Promise<Reconciled> {
  const promotion = readListed(listed);
  return listed.list === 'accepted' ? start(pass, promotion) : look(pass, listed, promotion);
}

async function start({ ledger, stateMachine, at }: Reconciliation, promotion: Promotion): Promise<Reconciled> {
  if (!isOverdue(promotion, at)) return 'nothing';
  await recordStarted(ledger, promotion, await startPromotion(stateMachine, executionInputOf(promotion)));
  return 'started';
}

async function look(pass: Reconciliation, listed: Listed, { id }: Promotion): Promise<Reconciled> {
  const { ledger, stateMachine, at } = pass;
  const execution = await readExecution(stateMachine, id);
  // Read after the execution: whatever it recorded before it ended is seen.
  const record = await readPromotionRecord(ledger, id);
  if (record === undefined || record.promotion.settledAt !== undefined) return 'nothing';
  if (execution.kind === 'running') {
    const told = await tellAll(ledger, record);
    await noteLook(ledger, listed, at);
    return told ? 'told' : 'nothing';
  }
  // DescribeExecution is eventually consistent: what it does not know may just have started.
  if (execution.status === 'UNKNOWN') return troubled(pass, listed, problem('EXECUTION_UNKNOWN', { promotion: id }));
  await closePromotion(pass, record, { end: execution, at });
  return 'closed';
}

/** Decisions whose effect a crash kept from the step that waits for them. */
async function tellAll(ledger: Ledger, { approvals, decisions }: PromotionRecord): Promise<boolean> {
  let told = false;
  for (const request of approvals) {
    const about = decisions.filter(
      ({ environment, digest }) => environment === request.environment && digest === request.digest,
    );
    if (request.status === 'open' && about.length > 0) {
      const now = await conclude(ledger, request, await listPolicyDocuments(ledger));
      told ||= now.status !== 'open';
    } else if (await tellWaiting(ledger, request)) told = true;
  }
  return told;
}

/** Counts what could not be done, and gives up once it has been tried often enough. */
export async function troubled(pass: Reconciliation, listed: Listed, found: Problem): Promise<Reconciled> {
  const { ledger, at } = pass;
  const trouble = await noteTrouble(ledger, listed, { problem: found, at });
  if (!isHopeless(trouble)) return 'trouble';
  if (found.code === 'RECORD_BROKEN') {
    await quarantine(ledger, listed);
    return 'quarantined';
  }
  if (listed.list === 'accepted') return giveUp(pass, listed, trouble);
  if (found.code !== 'EXECUTION_UNKNOWN') return 'trouble';
  const record = await readPromotionRecord(ledger, listed.id);
  if (record !== undefined) await closePromotion(pass, record, { end: { status: 'UNKNOWN' }, at });
  return 'closed';
}

/** An execution whose start nobody heard of is noted instead. */
async function giveUp(
  { ledger, stateMachine, at }: Reconciliation,
  listed: Listed,
  { attempts, code, text }: { attempts: number; code: string; text: string },
): Promise<Reconciled> {
  const promotion = readListed(listed);
  const execution = await readExecution(stateMachine, promotion.id);
  if (execution.kind === 'running' || execution.status !== 'UNKNOWN') {
    await recordStarted(ledger, promotion, executionArn(stateMachine, promotion.id));
    return 'started';
  }
  const { code: why, cause, next } = problem('START_GIVEN_UP', { attempts, code, text });
  await recordEnd(ledger, promotion, { status: 'errored', at, reasons: [{ code: why, text: `${cause} ${next}` }] });
  return 'given-up';
}
