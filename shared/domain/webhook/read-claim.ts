/** Reads how a delivery proves where it comes from, by the rules of its provider. Nothing secret is needed for it. */
import { problem } from '../errors/catalogue.ts';
import type { Claim } from './claim.ts';
import { type Delivery, deliveryId, type Headers, type Refused, refused } from './delivery.ts';
import type { Webhook } from './webhook.ts';

export type ReadClaim = { readonly kind: 'claim'; readonly claim: Claim } | Refused;

/** Refuses with SIGNATURE_MISSING, SIGNATURE_ALGORITHM, SIGNATURE_MISMATCH, TIMESTAMP, DUPLICATE_HEADER or DELIVERY_ID. */
export function readClaim(webhook: Pick<Webhook, 'provider' | 'legacyToken'>, delivery: Delivery): ReadClaim {
  if (webhook.provider === 'github') return gitHubClaim(delivery.headers);
  const signed = delivery.headers['webhook-signature'] !== undefined;
  return webhook.legacyToken === true && !signed ? tokenClaim(delivery.headers) : standardClaim(delivery);
}

/** GitHub Docs, "Validating webhook deliveries": `sha256=` and the HMAC of the raw body in hexadecimal digits. */
function gitHubClaim(headers: Headers): ReadClaim {
  const header = 'X-Hub-Signature-256';
  const value = headers['x-hub-signature-256'];
  const expected = 'sha256=';
  if (value === undefined && headers['x-hub-signature'] === undefined)
    return refused(problem('SIGNATURE_MISSING', { header }));
  if (value?.includes(',')) return refused(problem('DUPLICATE_HEADER', { header }));
  if (!value?.startsWith(expected)) return refused(problem('SIGNATURE_ALGORITHM', { header, expected }));
  const digits = value.slice(expected.length);
  if (!/^[0-9a-f]{64}$/.test(digits)) return refused(problem('SIGNATURE_MISMATCH', {}));
  const found = deliveryId(headers, 'x-github-delivery');
  if (found.kind === 'refused') return found;
  const signatures = [Buffer.from(digits, 'hex')];
  return { kind: 'claim', claim: { kind: 'signature', id: found.id, prefix: '', signatures, key: 'text' } };
}

/** Standard Webhooks: HMAC of `id.timestamp.body`. GitLab signs so too. */
function standardClaim({ headers, at }: Delivery): ReadClaim {
  if (!headers['webhook-signature']) return refused(problem('SIGNATURE_MISSING', { header: 'webhook-signature' }));
  const found = deliveryId(headers, 'webhook-id');
  if (found.kind === 'refused') return found;
  const timestamp = headers['webhook-timestamp'] ?? '';
  if (timestamp.includes(',')) return refused(problem('DUPLICATE_HEADER', { header: 'webhook-timestamp' }));
  const untimely = untimeliness(timestamp, at);
  if (untimely !== undefined) return refused(problem('TIMESTAMP', { detail: untimely }));
  const listed = signaturesIn(headers['webhook-signature']);
  if (listed.kind === 'refused') return listed;
  const claim = { kind: 'signature', id: found.id, prefix: `${found.id}.${timestamp}.`, key: 'whsec' } as const;
  return { kind: 'claim', claim: { ...claim, signatures: listed.signatures } };
}

/** Standard Webhooks recommends a tolerance of five minutes. */
const toleranceSeconds = 300;

/** Ten digits are what seconds since 1970 have until 2286. A number read leniently would be another one than was signed. */
function untimeliness(timestamp: string, at: number): string | undefined {
  if (!/^\d{10}$/.test(timestamp)) return 'is missing or not in seconds';
  const skew = Math.floor(at / 1000) - Number(timestamp);
  if (Math.abs(skew) <= toleranceSeconds) return undefined;
  return skew > 0 ? `is ${skew} seconds past` : `is ${-skew} seconds ahead`;
}

type Listed = { readonly kind: 'list'; readonly signatures: readonly Uint8Array[] } | Refused;

/** `v1,<base64>`, several separated by spaces: one for each key that is in use. Other versions are passed over. */
function signaturesIn(value: string): Listed {
  const header = 'webhook-signature';
  const parts = value.split(' ').map((part) => part.split(','));
  if (parts.some(({ length }) => length > 2)) return refused(problem('DUPLICATE_HEADER', { header }));
  const encoded = parts.flatMap(([version, signature = '']) => (version === 'v1' ? [signature] : []));
  if (encoded.length === 0) return refused(problem('SIGNATURE_ALGORITHM', { header, expected: 'v1' }));
  const wellFormed = encoded.filter((text) => /^[A-Za-z0-9+/]{43}=$/.test(text));
  if (wellFormed.length === 0) return refused(problem('SIGNATURE_MISMATCH', {}));
  return { kind: 'list', signatures: wellFormed.map((text) => Buffer.from(text, 'base64')) };
}

/** GitLab Docs, "Webhooks": the token as it is, and an Idempotency-Key that stays the same when a delivery is repeated. */
function tokenClaim(headers: Headers): ReadClaim {
  const header = 'X-Gitlab-Token';
  const token = headers['x-gitlab-token'];
  if (!token) return refused(problem('SIGNATURE_MISSING', { header }));
  const found = deliveryId(headers, 'idempotency-key');
  if (found.kind === 'refused') return found;
  return { kind: 'claim', claim: { kind: 'token', id: found.id, token: Buffer.from(token, 'utf8') } };
}
