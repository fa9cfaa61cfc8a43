/** Settle: record how the rollout ended, open the next environment to a verified release, give the environment back. */
import { endApprovalRequests } from '#shared/aws/ledger/approvals.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { freeLease, leaseLost } from '#shared/aws/ledger/leases.ts';
import { readPromotionRecord, recordEnd, recordOutcome } from '#shared/aws/ledger/promotions.ts';
import { recordRunning, recordVerified } from '#shared/aws/ledger/targets.ts';
import { tell } from '#shared/aws/tell.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { isGood } from '#shared/domain/promotion/records.ts';
import {
  leftBehind,
  promotionEnd,
  reasonText,
  targetsRunning,
  unaudited,
  verdict,
} from '#shared/domain/promotion/verdict.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('settle', async (input, { ledger, bus }) => {
  const { promotion: id, pipeline, release, environment, at, audits, discards } = input;
  const record = await readPromotionRecord(ledger, id);
  if (record === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: id });
  const rollout = record.rollouts.find((candidate) => candidate.environment === environment);
  const deployments = record.deployments.filter((deployment) => deployment.environment === environment);
  const settledBefore = rollout?.settledAt !== undefined;

  const lost = settledBefore ? undefined : await leaseLost(ledger, input);
  const seen = (await listAudits(ledger, id)).filter((audit) => audit.environment === environment);
  const facts = { mode: input.mode, rollout, deployments, audits: seen, caught: input.error, leaseLost: lost };
  const found = verdict(facts);
  const ended = settledBefore
    ? found
    : { ...found, reasons: [...found.reasons, ...unaudited(audits), ...leftBehind(id, discards, found.reasons)] };
  const { releaseId } = record.promotion;
  const arrived = targetsRunning(deployments).map((target) => ({
    pipeline,
    environment,
    target,
    release,
    releaseId,
    promotion: id,
    since: at,
  }));
  // Before the outcome, so that a crash in between loses nothing; whoever has the lease now knows better what runs there.
  if (!settledBefore && lost === undefined && input.mode === 'promote')
    await Promise.all(arrived.map((running) => recordRunning(ledger, running)));
  await recordOutcome(ledger, input, { ...ended, at });
  if (isGood(ended.outcome)) await recordVerified(ledger, { release, environment, at });
  await endApprovalRequests(ledger, { promotion: id, environment, at });
  await freeLease(ledger, input);

  const status = promotionEnd(record.promotion, record.rollouts, { environment, ...ended });
  if (status !== undefined) await recordEnd(ledger, record.promotion, { status, at });
  report(await tell({ ledger, bus }, id));
  return { kind: ended.outcome, reasons: reasonText(ended.reasons) };
});
