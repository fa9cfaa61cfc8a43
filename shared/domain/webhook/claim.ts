/** What a delivery claims to be signed by, read from its headers, and whether it is true. */
import { createHmac } from 'node:crypto';
import { sameBytes } from './constant-time.ts';

export type Claim =
  /** HMAC-SHA256 over `prefix` and the body; one fitting signature is enough. */
  | {
      readonly kind: 'signature';
      readonly id: string;
      readonly prefix: string;
      readonly signatures: readonly Uint8Array[];
      /** How the key is written down: the text itself, or `whsec_` and base64. */
      readonly key: 'text' | 'whsec';
    }
  /** The secret itself. */
  | { readonly kind: 'token'; readonly id: string; readonly token: Uint8Array };

/** `no-key`: none of the secrets can be what this was made with, whoever made it. */
export type Verdict = 'proven' | 'mismatch' | 'no-key';

/** Every key is tried on every signature, whatever was found before. */
export function verdictOn(claim: Claim, body: Uint8Array, secrets: readonly string[]): Verdict {
  const keys = secrets.flatMap((secret) => keyIn(secret, claim.kind === 'signature' ? claim.key : 'token') ?? []);
  if (keys.length === 0) return 'no-key';
  const fitting = keys.flatMap((key) => {
    if (claim.kind === 'token') return sameBytes(claim.token, key) ? [key] : [];
    const expected = createHmac('sha256', key).update(claim.prefix).update(body).digest();
    return claim.signatures.filter((signature) => sameBytes(signature, expected));
  });
  return fitting.length > 0 ? 'proven' : 'mismatch';
}

/** Takes as long as looking at a signature does: for a webhook that there is not. */
export function pretendToVerify(body: Uint8Array): void {
  verdictOn({ kind: 'signature', id: '', prefix: '', signatures: [new Uint8Array(32)], key: 'text' }, body, [noSecret]);
}

const noSecret = '0123456789abcdef0123456789abcdef';

/** Shorter ones can be guessed. */
const shortest = 16;

/**
 * `whsec_` and 24 to 64 bytes in base64 (Standard Webhooks, "Signature scheme"). Such a secret is never taken as a plain text: whoever has a
 * signing key could otherwise be made to send it along.
 */
function keyIn(secret: string, form: 'text' | 'whsec' | 'token'): Uint8Array | undefined {
  if (form === 'whsec') {
    const encoded = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret)?.[1];
    const key = Buffer.from(encoded ?? '', 'base64');
    return key.length >= 24 && key.length <= 64 ? key : undefined;
  }
  if (secret.length < shortest || (form === 'token' && secret.startsWith('whsec_'))) return undefined;
  return Buffer.from(secret, 'utf8');
}
