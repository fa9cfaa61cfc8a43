/** Letting a rollout into its environment: what it may do there by everybody's rules, and whose turn it is. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { type AdmissionFacts, admissible } from '#shared/domain/promotion/admission.ts';
import type { Mode, Reason } from '#shared/domain/promotion/records.ts';
import { tooLong } from '#shared/domain/promotion/waiting.ts';
import { environmentOf } from '#shared/domain/release/journey.ts';
import type { Documents } from './documents.ts';
import { listPolicyDocuments } from './ledger/policies.ts';
import { readPromotion, recordRollout } from './ledger/promotions.ts';
import { listRestrictions } from './ledger/restrictions.ts';
import type { Ledger } from './ledger/table.ts';
import { listTargets } from './ledger/targets.ts';
import { listVerified } from './ledger/verified.ts';
import { endWaiting, recordWaiting } from './ledger/waiting.ts';
import { readRelease } from './releases.ts';
import { takeTurn } from './take-turn.ts';

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
  const gate = admissible(facts);
  if (gate.kind === 'closed') return reject(ledger, arrival, gate.reason);
  if (gate.kind === 'wait') return wait(ledger, arrival, { ...gate, waits });
  const { queue: policy = 'queue' } = environmentOf(facts.release, environment);
  const claimed = await takeTurn(ledger, { place: arrival, promotion: facts.promotion, policy, at, waits });
  switch (claimed.kind) {
    case 'admitted':
      await begin(ledger, arrival, { epoch: claimed.epoch, status: 'running', reasons: [] });
      return { kind: 'admitted', epoch: claimed.epoch, targets: gate.targets };
    case 'wait':
      return wait(ledger, arrival, { ...claimed, waits: waits + 1 });
    case 'rejected':
      return reject(ledger, arrival, claimed.reason);
  }
}

async function factsOf({ ledger, documents }: World, arrival: Arrival): Promise<AdmissionFacts> {
  const [promotion, release, targets, verifiedIn, policies, restrictions] = await Promise.all([
    readPromotion(ledger, arrival.promotion),
    readRelease(documents, arrival.release),
    listTargets(ledger),
    listVerified(ledger, arrival.release),
    listPolicyDocuments(ledger),
    listRestrictions(ledger),
  ]);
  if (promotion === undefined) throw failure('PROMOTION_UNKNOWN', { promotion: arrival.promotion });
  const { environment, at } = arrival;
  return { promotion, release, targets, verifiedIn, policies, restrictions, environment, at };
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

async function reject(ledger: Ledger, arrival: Arrival, reason: Reason): Promise<Admitted> {
  await begin(ledger, arrival, { epoch: 0, status: 'rejected', reasons: [reason] });
  return { kind: 'rejected' };
}

async function begin(
  ledger: Ledger,
  { promotion, environment, at }: Arrival,
  rollout: { epoch: number; status: 'running' | 'rejected'; reasons: Reason[] },
): Promise<void> {
  await recordRollout(ledger, { promotion, environment, startedAt: at, ...rollout });
  await endWaiting(ledger, { promotion, environment });
}
