import { createHash } from 'node:crypto';
import type { World } from '#sandbox/kernel.ts';

/** RFC 4648 base32: the characters of AWS's access key ids and unique ids. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HEX = '0123456789abcdef';

/** `length` characters of `alphabet` (base32 unless given), a pure function of the seed, the kind and how many of it were minted before. */
export function mint(world: World, kind: string, form: { length: number; alphabet?: string | undefined }): string {
  const alphabet = form.alphabet ?? BASE32;
  const count = world.counters[kind] ?? 0;
  world.counters[kind] = count + 1;
  let minted = '';
  for (let block = 0; minted.length < form.length; block += 1) {
    const digest = createHash('sha256')
      .update(JSON.stringify([world.seed, kind, count, block]))
      .digest();
    for (const byte of digest) minted += alphabet[byte % alphabet.length];
  }
  return minted.slice(0, form.length);
}

/** A UUID of version 4's shape (RFC 9562, 5.4), reproducible like `mint`. */
export function uuid(world: World, kind: string): string {
  const digits = mint(world, kind, { length: 32, alphabet: HEX });
  const variant = HEX[8 + (Number.parseInt(digits.charAt(16), 16) % 4)];
  const groups = [digits.slice(0, 8), digits.slice(8, 12), `4${digits.slice(13, 16)}`];
  return [...groups, `${variant}${digits.slice(17, 20)}`, digits.slice(20)].join('-');
}
