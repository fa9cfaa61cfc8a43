/** Leases in the ledger: taken, confirmed, extended and freed by conditional writes on their epoch. */
import { failure, problem } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { after, type Claim, claim, isCurrent, type Lease, leaseSeconds } from '#shared/domain/promotion/lease.ts';
import { reasonFrom } from '#shared/domain/promotion/reason.ts';
import type { Mode, Reason } from '#shared/domain/promotion/records.ts';
import { changeItem, getItem, type Ledger } from './table.ts';

export interface Place {
  readonly pipeline: string;
  readonly environment: string;
  readonly promotion: PromotionId;
  readonly mode: Mode;
}

export interface Holding extends Place {
  readonly epoch: number;
}

/**
 * Asks for the environment at `now`. Losing a race to another promotion reads as held by it; where that has left already, it is asked for once
 * more. Losing twice so reads as held by whoever asks, who may ask later.
 */
export async function takeLease(ledger: Ledger, place: Place, now: string): Promise<Claim> {
  return (
    (await tryLease(ledger, place, now)) ??
    (await tryLease(ledger, place, now)) ?? { kind: 'held', holder: place.promotion, until: now }
  );
}

/** Undefined where somebody took it in the same moment, and nobody has it now. */
async function tryLease(ledger: Ledger, place: Place, now: string): Promise<Claim | undefined> {
  const current = await readLease(ledger, place);
  const claimed = claim(current, place.promotion, now);
  if (claimed.kind === 'held') return claimed;
  const { holder, epoch, expiresAt } = claimed.lease;
  const written = await changeItem(ledger, keyOf(place), {
    UpdateExpression: 'SET holder = :holder, epoch = :epoch, expiresAt = :expiresAt',
    ConditionExpression: current === undefined ? 'attribute_not_exists(pk)' : 'epoch = :seen AND holder = :seenHolder',
    ExpressionAttributeValues: {
      ':holder': holder,
      ':epoch': epoch,
      ':expiresAt': expiresAt,
      ...(current === undefined ? {} : { ':seen': current.epoch, ':seenHolder': current.holder }),
    },
  });
  if (written) return claimed;
  const winner = await readLease(ledger, place);
  if (winner === undefined || winner.holder === 'nobody') return undefined;
  return claim(winner, place.promotion, now);
}

/** Confirms that a step may still change anything, and keeps the lease alive from `at`. Throws LEASE_LOST. */
export async function confirmLease(ledger: Ledger, holding: Holding, at: string): Promise<void> {
  await keepLease(ledger, holding, after(at, leaseSeconds));
}

/** Keeps the lease while people are waited for: nobody can confirm it when nothing runs. Throws LEASE_LOST. */
export async function keepLease(ledger: Ledger, holding: Holding, until: string): Promise<void> {
  const kept = await changeItem(ledger, keyOf(holding), {
    UpdateExpression: 'SET expiresAt = :expiresAt',
    ConditionExpression: 'holder = :holder AND epoch = :epoch',
    ExpressionAttributeValues: { ':holder': holding.promotion, ':epoch': holding.epoch, ':expiresAt': until },
  });
  if (!kept) throw failure('LEASE_LOST', { environment: holding.environment, epoch: holding.epoch });
}

/** As confirmLease, but only reads: for steps that prepare and change nothing lasting. Throws LEASE_LOST. */
export async function checkLease(ledger: Ledger, holding: Holding): Promise<void> {
  const current = await readLease(ledger, holding);
  if (isCurrent(current, holding.promotion, holding.epoch)) return;
  throw failure('LEASE_LOST', { environment: holding.environment, epoch: holding.epoch });
}

/** The reason why a step of this holding may record nothing any more, or undefined. Epoch 0 is a rollout that was never admitted. */
export async function leaseLost(ledger: Ledger, holding: Holding): Promise<Reason | undefined> {
  const { environment, epoch } = holding;
  if (epoch === 0 || isCurrent(await readLease(ledger, holding), holding.promotion, epoch)) return undefined;
  return reasonFrom(problem('LEASE_LOST', { environment, epoch }));
}

/** Gives the environment back. A lease that is no longer ours stays as it is. Epoch 0 never heard which epoch it was given, if any. */
export async function freeLease(ledger: Ledger, holding: Holding): Promise<void> {
  await changeItem(ledger, keyOf(holding), {
    UpdateExpression: 'SET holder = :nobody',
    ConditionExpression: holding.epoch === 0 ? 'holder = :holder' : 'holder = :holder AND epoch = :epoch',
    ExpressionAttributeValues: {
      ':nobody': 'nobody',
      ':holder': holding.promotion,
      ...(holding.epoch === 0 ? {} : { ':epoch': holding.epoch }),
    },
  });
}

/** Who has the environment, or had it last. */
export async function readLease(ledger: Ledger, place: Place): Promise<Lease | undefined> {
  return (await getItem(ledger, keyOf(place))) as Lease | undefined;
}

/** The promotion that changes an environment, or did so last; undefined where the environment was given back. */
export async function readHolder(
  ledger: Ledger,
  { pipeline, environment }: Pick<Place, 'pipeline' | 'environment'>,
): Promise<PromotionId | undefined> {
  const lease = await readLease(ledger, { pipeline, environment, promotion: '', mode: 'promote' });
  return lease === undefined || lease.holder === 'nobody' ? undefined : lease.holder;
}

/** Who only plans holds up nobody, so it has a lease of its own that nobody else asks for. */
function keyOf({ pipeline, environment, promotion, mode }: Place) {
  return { pk: `LEASE#${pipeline}#${environment}${mode === 'plan' ? `#${promotion}` : ''}`, sk: 'LEASE' };
}
