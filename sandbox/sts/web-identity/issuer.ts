import { createHash, sign } from 'node:crypto';
import type { Json, Sandbox } from '../../kernel.ts';
import { tellMinted } from '../../observers.ts';
import { type PrivateKeyRecord, privateKeyOf, rsaKey } from '../rsa-key.ts';

/** An OpenID Connect issuer outside AWS. STS reads its keys here, where AWS would fetch them from the issuer's key set. */
export interface IssuerRecord {
  readonly keyId: string;
  readonly privateKey: PrivateKeyRecord;
  /** Ids (`jti`) of tokens the issuer no longer stands by. */
  revoked: string[];
}

export type Claims = Readonly<Record<string, Json>>;

/** The issuer under a URL without `https://`, with a key that its name and the world's seed determine. Made on first use. */
export function issuerOf({ world }: Sandbox, name: string): IssuerRecord {
  const known = world.sts.issuers?.[name];
  if (known) return known;
  const seed = `issuer ${name} of world ${world.seed}`;
  const keyId = createHash('sha256').update(seed).digest('hex').slice(0, 32);
  const issuer: IssuerRecord = { keyId, privateKey: rsaKey(seed), revoked: [] };
  world.sts.issuers = { ...world.sts.issuers, [name]: issuer };
  return issuer;
}

/** A token with these very claims, signed with RS256 (RFC 7515). Nothing is checked: tests sign wrong claims too. */
export function signToken(sandbox: Sandbox, issuerName: string, claims: Claims): string {
  const { keyId, privateKey } = issuerOf(sandbox, issuerName);
  const header = { typ: 'JWT', alg: 'RS256', kid: keyId };
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  const signature = sign('sha256', Buffer.from(signed), privateKeyOf(privateKey)).toString('base64url');
  tellMinted(sandbox, { kind: 'web-identity-signature', text: signature });
  return `${signed}.${signature}`;
}
