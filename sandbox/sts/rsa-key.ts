import { checkPrimeSync, createHash, createPrivateKey, type KeyObject } from 'node:crypto';

/** A private key in JSON (RFC 7517), as it is kept in the world. */
export type PrivateKeyRecord = Readonly<Record<'kty' | 'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', string>>;

const exponent = 65_537n;

/**
 * The 2048-bit RSA key of a seed: the same text makes the same key, which no key generator of Node offers. Good for a simulated identity
 * provider, whose keys protect nothing.
 */
export function rsaKey(seed: string): PrivateKeyRecord {
  const p = prime(`${seed} p`);
  const q = prime(`${seed} q`);
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const texts = Object.entries(numbers).map(([name, value]) => [name, base64url(value)]);
  return { kty: 'RSA', ...Object.fromEntries(texts) } as PrivateKeyRecord;
}

export const privateKeyOf = (record: PrivateKeyRecord): KeyObject =>
  createPrivateKey({ key: { ...record }, format: 'jwk' });

/** The first prime of 1024 bits from a seeded place on that fits the exponent. */
function prime(seed: string): bigint {
  const blocks = [0, 1, 2, 3].map((block) => createHash('sha256').update(`${seed} ${block}`).digest('hex'));
  // Both high bits set, so that the product of two has all its 2048 bits.
  let candidate = BigInt(`0x${blocks.join('')}`) | (3n << 1022n) | 1n;
  while (candidate % exponent === 1n || !checkPrimeSync(candidate)) candidate += 2n;
  return candidate;
}

/** Extended Euclid: `value` times the answer is 1 modulo `modulus`. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus];
  let [coefficient, following] = [0n, 1n];
  while (next > 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [coefficient, following] = [following, coefficient - quotient * following];
  }
  return ((coefficient % modulus) + modulus) % modulus;
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}
