/** Letting a rollout into its environment: what it may do there by everybody's rules, and whose turn it is. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type AdmissionFacts, admissible } from '#shared/domain/promotion/admission.ts';
import { reasonFor } from '#shared/domain/promotion/openness.ts';
import type { Mode, Reason, Rollout } from '#shared/domain/promotion/records.ts';
import { overtaken } from '#shared/domain/promotion/rollback.ts';
import { tooLong } from '#shared/domain/promotion/waiting.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import type { Documents } from './documents.ts';
import { holdAfterRollback, liftOwnHold, putHold } from './holds.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion, recordRejection, recordRollout } from './ledger/promotions.ts';
import { leaveQueue } from './ledger/queue.ts';
import { listRestrictions } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';
import { listRunning, listTargets } from './ledger/targets.ts';
import { listVerified } from './ledger/verified.ts';
import { endWaiting, recordWaiting } from './ledger/waiting.ts';
import { isNewest } from './newest-release.ts';
import { readRelease } from './releases.ts';
import { awaitOpening, takeTurn } from './take-turn.ts';

interface World {
  readonly ledger: Ledger;
  readonly documents: Documents;
}

export interface Arrival {
  readonly promotion: PromotionId;
  readonly pipeline: string;
  readonly release: string;
  readonly environment: string;
  readonly mode: Mode;
  readonly at: string;
  /** How often it waited for its turn before. */
  readonly waits: number;
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly epoch: number; readonly targets: string[] }
  | { readonly kind: 'wait'; readonly until: string; readonly waits: number }
  | { readonly kind: 'rejected' };

/** Decides, and records what was decided: the rollout's begin, its refusal, or what it waits for. Throws PROMOTION_UNKNOWN, RELEASE_UNKNOWN. */
export async function admit(world: World, arrival: Arrival): Promise<Admitted> {
  const { ledger } = world;
  const { environment, at, waits } = arrival;
  const facts = await factsOf(world, arrival);
  const late = await overtakenBy(ledger, facts);
  if (late !== undefined) {
    await liftOwnHold(ledger, facts.promotion, arrival);
    return reject(ledger, arrival, late);
  }
  const gate = admissible(facts);
  if (gate.kind === 'closed') return reject(ledger, arrival, gate.reason);
  const { queue: policy = 'queue' } = environmentOf(facts.release, environment);
  const candidate = { place: arrival, promotion: facts.promotion, policy, at, waits };
  if (gate.kind === 'wait') {
    const gaveWay = await awaitOpening(ledger, candidate, gate.until);
    return gaveWay === undefined ? wait(ledger, arrival, { ...gate, waits }) : reject(ledger, arrival, gaveWay);
  }
  const claimed = await takeTurn(ledger, candidate);
  switch (claimed.kind) {
    case 'admitted':
      await begin(ledger, arrival, {
        ...{ epoch: claimed.epoch, status: 'running', reasons: [] },
        ...(await chosenByHand(world, facts)),
      });
      return { kind: 'admitted', epoch: claimed.epoch, targets: gate.targets };
    case 'wait':
      return wait(ledger, arrival, { ...claimed, waits: waits + 1 });
    case 'rejected':
      return reject(ledger, arrival, claimed.reason);
  }
}

async function factsOf({ ledger, documents }: World, arrival: Arrival): Promise<AdmissionFacts> {
  const { environment, at, mode } = arrival;
  const [promotion, release, targets, verifiedIn, policies, restrictions, running] = await Promise.all([
    readPromotion(ledger, arrival.promotion),
    readRelease(documents, arrival.release),
    listTargets(ledger),
    listVerified(ledger, arrival.release),
    listPolicyDocuments(ledger),
    listRestrictions(ledger),
    mode === 'verify' ? listRunning(ledger, arrival.pipeline) : [],
  ]);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: arrival.promotion });
  return { promotion, release, targets, verifiedIn, policies, restrictions, running, environment, at };
}

/** Of a rollback: whether somebody was quicker. */
async function overtakenBy(ledger: Ledger, { promotion, environment }: AdmissionFacts): Promise<Reason | undefined> {
  if (promotion.rollback === undefined) return undefined;
  const running = await listRunning(ledger, promotion.pipeline);
  const found = overtaken(
    promotion,
    running.filter((one) => one.environment === environment),
  );
  return found === undefined ? undefined : reasonFor(found);
}

/**
 * Before anything runs: automation must not undo what is chosen here. A rollback is followed by a hold, and so is a release that a person chose
 * although a newer one could go there (Kargo's holds: Kargo documentation, "Working with Stages").
 */
async function chosenByHand(
  world: World,
  { promotion, environment, at }: AdmissionFacts,
): Promise<{ newest?: boolean }> {
  const { mode, rollback, trigger, releaseId } = promotion;
  if (mode !== 'promote') return {};
  if (rollback !== undefined) {
    await holdAfterRollback(world.ledger, promotion, { environment, at });
    return {};
  }
  if (trigger.kind !== 'api') return {};
  const newest = await isNewest(world, promotion, environment);
  if (!newest) {
    const reason = `${releaseId} was promoted although a newer release could go there`;
    await putHold(world.ledger, promotion, { environment, at, reason });
  }
  return { newest };
}

/** For so long, and no longer: then it is refused. */
async function wait(
  ledger: Ledger,
  arrival: Arrival,
  { until, reason, waits }: { until: string; reason: Reason; waits: number },
): Promise<Admitted> {
  const waiting = await recordWaiting(ledger, { ...arrival, until, reason });
  const over = tooLong(waiting, arrival.at);
  return over === undefined ? { kind: 'wait', until, waits } : reject(ledger, arrival, over);
}

/**
 * Whoever waits for the same environment is not to wait for what has ended. Also where it was admitted before and nobody heard of it: then the
 * record is there, and must say no as well.
 */
async function reject(ledger: Ledger, arrival: Arrival, reason: Reason): Promise<Admitted> {
  await leaveQueue(ledger, arrival, arrival.promotion);
  await begin(ledger, arrival, { epoch: 0, status: 'rejected', reasons: [reason] });
  await recordRejection(ledger, arrival, [reason]);
  return { kind: 'rejected' };
}

async function begin(
  ledger: Ledger,
  { promotion, environment, at }: Arrival,
  rollout: Pick<Rollout, 'epoch' | 'status' | 'reasons' | 'newest'>,
): Promise<void> {
  await recordRollout(ledger, { promotion, environment, startedAt: at, ...rollout });
  await endWaiting(ledger, { promotion, environment });
}
