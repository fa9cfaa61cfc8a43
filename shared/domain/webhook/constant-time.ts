/** Comparing secrets. */
import { timingSafeEqual } from 'node:crypto';

/** Equal bytes, in a time that does not tell where they differ. timingSafeEqual throws for unequal lengths, so length comes first. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
