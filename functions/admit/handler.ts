/** Admit: may this release enter the environment, and is it its turn? */
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { readPromotion, recordRollout } from '#shared/aws/ledger/promotions.ts';
import { listTargets } from '#shared/aws/ledger/targets.ts';
import { listVerified } from '#shared/aws/ledger/verified.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { tell } from '#shared/aws/tell.ts';
import type { Problem } from '#shared/domain/errors/problem.ts';
import { ineligibility, turn, withoutTargets } from '#shared/domain/promotion/admission.ts';
import { journeyOf, membersOf, targetsOf } from '#shared/domain/release/journey.ts';
import { report } from '#shared/lambda/report.ts';
import { task } from '#shared/lambda/task.ts';

export const handler = task('admit', async (input, { ledger, documents, bus }) => {
  const { promotion, environment, at, waits } = input;
  const release = await readRelease(documents, input.release);
  const targets = membersOf(
    targetsOf(release, environment, await listTargets(ledger)),
    (await readPromotion(ledger, promotion))?.targets,
  );
  const record = async (epoch: number, refused?: Problem) => {
    await recordRollout(ledger, {
      promotion,
      environment,
      epoch,
      status: refused ? 'rejected' : 'running',
      startedAt: at,
      reasons: refused ? [{ code: refused.code, text: `${refused.cause} ${refused.next}` }] : [],
    });
    report(await tell({ ledger, bus }, promotion));
  };

  const facts = {
    environment,
    targets,
    releaseId: release.id,
    journey: journeyOf(release),
    allowEmpty: release.environments.some(({ name, allowEmpty }) => name === environment && allowEmpty === true),
    verifiedIn: await listVerified(ledger, input.release),
  };
  const refused = input.mode === 'plan' ? withoutTargets(facts) : ineligibility(facts);
  const answer = refused
    ? { kind: 'rejected' as const, problem: refused }
    : turn(await takeLease(ledger, input, at), { environment, now: at, waits });

  switch (answer.kind) {
    case 'admitted':
      await record(answer.epoch);
      return { kind: 'admitted', epoch: answer.epoch, waits, targets };
    case 'wait':
      return { kind: 'wait', epoch: 0, waits: waits + 1, until: answer.until };
    case 'rejected':
      await record(0, answer.problem);
      return { kind: 'rejected', epoch: 0, waits };
  }
});
