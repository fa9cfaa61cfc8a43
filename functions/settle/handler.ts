/** Settle: record how the rollout ended, open the next environment to a verified release, give the environment back. */
import { endApprovalRequests } from '#shared/aws/ledger/approvals.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { listDrifts } from '#shared/aws/ledger/drifts.ts';
import { freeLease, leaseLost } from '#shared/aws/ledger/leases.ts';
import { readPromotionRecord, recordEnd, recordOutcome } from '#shared/aws/ledger/promotions.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { listIntents } from '#shared/aws/ledger/rollback-intents.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { noteTargets } from '#shared/aws/note-targets.ts';
import { askForRollback } from '#shared/aws/roll-back.ts';
import { tell } from '#shared/aws/tell.ts';
import { undoneIn } from '#shared/aws/undone.ts';
import { uncheckedReasons } from '#shared/domain/drift/detection.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { keptReasons } from '#shared/domain/promotion/kept-reasons.ts';
import { isGood, type Reason } from '#shared/domain/promotion/records.ts';
import {
  leftBehind,
  promotionEnd,
  reasonText,
  unaudited,
  type Verdict,
  verdict,
} from '#shared/domain/promotion/verdict.ts';
import { logFailure } from '#shared/lambda/log.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';
import type { StepInput } from '#shared/steps.ts';

export const handler = task('settle', async (input, { ledger, documents, bus, admissionFunction }) => {
  const { promotion: id, environment, mode, at } = input;
  const record = await readPromotionRecord(ledger, id);
  if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
  const here = <Kind extends { environment: string }>(all: readonly Kind[]) =>
    all.filter((one) => one.environment === environment);
  const [rollout] = here(record.rollouts);
  const deployments = here(record.deployments);
  const progress = here(record.progress);
  const settledBefore = rollout?.settledAt !== undefined;

  const lost = settledBefore ? undefined : await leaseLost(ledger, input);
  const seen = here(await listAudits(ledger, id));
  const refusals = (await listRefusals(ledger, input)).map(({ reason }) => reason);
  const rounds = here(record.rounds);
  const facts = {
    mode,
    rollout,
    rounds,
    deployments,
    progress,
    refusals,
    audits: seen,
    caught: input.error,
    leaseLost: lost,
  };
  const found = verdict(facts);
  const ended = settledBefore ? { ...found, reasons: [...found.reasons] } : await withUndone(ledger, input, found);
  // Before the outcome, so that a crash in between loses nothing; whoever has the lease now knows better what runs there.
  if (!settledBefore && lost === undefined) {
    const settled = { ...ended, environment, at, progress, deployments, rollout };
    ended.reasons.push(...(await noteTargets({ ledger, documents }, record.promotion, settled)));
    if (mode === 'drift') ended.reasons.push(...(await uncheckedIn(ledger, input)));
  }
  await recordOutcome(ledger, input, { ...ended, at });
  await endApprovalRequests(ledger, { promotion: id, environment, at });
  // Before the lease is free: a rollback waits for it in front of all others.
  await askForIntended(ledger, admissionFunction, input);
  await freeLease(ledger, input);

  const status = promotionEnd(record.promotion, record.rollouts, { environment, ...ended });
  // What ended before there was a rollout to tell it with is told by the promotion itself.
  const reasons = rollout === undefined ? keptReasons(ended.reasons) : [];
  if (status !== undefined) await recordEnd(ledger, record.promotion, { status, at, reasons });
  report(await tell({ ledger, bus }, id));
  return { kind: ended.outcome, reasons: reasonText(ended.reasons) };
});

/** What a detection could not check is told, and changes nothing about its outcome. */
async function uncheckedIn(ledger: Ledger, { promotion, ...where }: StepInput<'settle'>): Promise<Reason[]> {
  const { pipeline, environment } = where;
  const drifts = await listDrifts(ledger, { pipeline, environment });
  return uncheckedReasons(drifts.filter((drift) => drift.promotion === promotion));
}

/** Cleaned up after is every rollout that did not end well, or in which targets failed that were tolerated. */
async function withUndone(
  ledger: Ledger,
  rollout: StepInput<'settle'>,
  found: Verdict,
): Promise<Verdict & { reasons: Reason[] }> {
  if (isGood(found.outcome) && found.reasons.length === 0) return { ...found, reasons: [] };
  const undone = await undoneIn(ledger, rollout);
  const left = leftBehind(rollout.promotion, undone.left, found.reasons);
  return { ...found, reasons: [...found.reasons, ...unaudited(undone.unaudited), ...left] };
}

/** Whatever keeps a rollback from being asked for keeps nothing else: the reconciler asks for it. */
async function askForIntended(
  ledger: Ledger,
  admissionFunction: string,
  rollout: Pick<StepInput<'settle'>, 'promotion' | 'environment'>,
): Promise<void> {
  for (const intent of await listIntents(ledger, rollout)) {
    if (intent.rollback !== undefined || intent.refused !== undefined) continue;
    await askForRollback(ledger, admissionFunction, intent).catch((error: unknown) =>
      logFailure('could not ask for a rollback', error, { promotion: rollout.promotion }),
    );
  }
}
