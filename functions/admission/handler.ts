/**
 * Admission: the one function behind every way in. It freezes and records the request, then starts the execution; what a crash leaves
 * between the two is finished by `reconcile`.
 */
import { holdAfterRollback } from '#shared/aws/holds.ts';
import { readPromotion, recordPromotion, recordStarted } from '#shared/aws/ledger/promotions.ts';
import { findReleaseDigest } from '#shared/aws/ledger/releases.ts';
import { findRelease } from '#shared/aws/releases.ts';
import { startPromotion } from '#shared/aws/state-machine.ts';
import { tell } from '#shared/aws/tell.ts';
import { problem } from '#shared/domain/errors/catalogue.ts';
import {
  type AdmissionAnswer,
  AdmissionRequest,
  executionInputOf,
  promotionOf,
  replayOf,
} from '#shared/domain/promotion/request.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { report } from '#shared/lambda/report.ts';

export const handler = onEvent(
  'admission',
  async (event, { ledger, documents, stateMachine, bus }): Promise<AdmissionAnswer> => {
    const asked = AdmissionRequest.parse(event);
    const digest = await findReleaseDigest(ledger, asked.request.release);
    const release = digest === undefined ? undefined : await findRelease(documents, digest);
    if (release === undefined)
      return { kind: 'refused', problem: problem('RELEASE_UNKNOWN', { release: asked.request.release }) };
    const wanted = promotionOf(asked, release);
    if (wanted.kind === 'refused') return wanted;

    const { promotion } = wanted;
    if (!(await recordPromotion(ledger, promotion)))
      return replayOf(promotion, await readPromotion(ledger, promotion.id));
    if (promotion.rollback !== undefined)
      for (const environment of promotion.environments)
        await holdAfterRollback(ledger, promotion, { environment, at: promotion.requestedAt });
    const executionArn = await startPromotion(stateMachine, executionInputOf(promotion));
    await recordStarted(ledger, promotion, executionArn);
    report(await tell({ ledger, bus }, promotion.id));
    return { kind: 'accepted', promotion: { ...promotion, status: 'running', executionArn }, replayed: false };
  },
);
