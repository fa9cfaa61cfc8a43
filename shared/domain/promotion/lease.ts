/** A promotion's right to one environment: holder, expiry and a fencing epoch that every mutating step checks again. */
import type { PromotionId } from '../identifiers.ts';

export interface Lease {
  readonly holder: PromotionId | 'nobody';
  /** Grows by one with every new holder and never goes back, so a late holder can be told from the current one. */
  readonly epoch: number;
  readonly expiresAt: string;
}

export type Claim =
  | { readonly kind: 'granted'; readonly lease: Lease }
  | { readonly kind: 'held'; readonly holder: PromotionId; readonly until: string };

/** How long a rollout may hold its environment between two steps before another may take over. */
export const leaseSeconds = 25 * 3600;

/** How much longer than a wait its lease lasts, in seconds: time to take up the work again. */
export const waitMargin = 3600;

/** Asks for the lease. The holder asking again keeps its epoch, so admitting twice is harmless. */
export function claim(current: Lease | undefined, promotion: PromotionId, now: string): Claim {
  const expiresAt = after(now, leaseSeconds);
  if (current === undefined) return { kind: 'granted', lease: { holder: promotion, epoch: 1, expiresAt } };
  if (current.holder === promotion) return { kind: 'granted', lease: { ...current, expiresAt } };
  if (current.holder === 'nobody' || current.expiresAt <= now) {
    return { kind: 'granted', lease: { holder: promotion, epoch: current.epoch + 1, expiresAt } };
  }
  return { kind: 'held', holder: current.holder, until: current.expiresAt };
}

/** Whether a step that was admitted with `epoch` may still change anything. */
export function isCurrent(current: Lease | undefined, holder: PromotionId, epoch: number): boolean {
  return current !== undefined && current.holder === holder && current.epoch === epoch;
}

/** The instant `seconds` after `instant`, both ISO 8601 in UTC so that text order is time order. */
export function after(instant: string, seconds: number): string {
  return new Date(Date.parse(instant) + seconds * 1000).toISOString();
}
