import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../../aws-error.ts';
import type { OidcProviderRecord } from '../../iam/state.ts';
import type { Sandbox } from '../../kernel.ts';
import { privateKeyOf } from '../rsa-key.ts';
import { type IssuerRecord, issuerOf } from './issuer.ts';

export type Token = z.output<typeof claimsShape>;

/** A token as read, before anything about it is believed. */
export interface UnverifiedToken {
  /** The issuer without `https://`. */
  readonly issuer: string;
  readonly signed: string;
  readonly signature: string;
  readonly keyId: string | undefined;
  readonly claims: Readonly<Record<string, unknown>>;
}

const tagsClaim = 'https://aws.amazon.com/tags';
const sourceIdentityClaim = 'https://aws.amazon.com/source_identity';
/** How far the issuer's clock may be ahead. */
const skewSeconds = 300;

const headerShape = z.looseObject({ alg: z.literal('RS256'), kid: z.string().optional() });
const text = z.string().min(1).max(255);
const claimsShape = z.looseObject({
  sub: text,
  aud: z.union([
    text,
    z
      .array(text)
      .length(1)
      .transform(([only = '']) => only),
  ]),
  exp: z.number(),
  iat: z.number(),
  nbf: z.number().optional(),
  jti: z.string().optional(),
  amr: z.array(z.string()).optional(),
  [sourceIdentityClaim]: z
    .string()
    .regex(/^[\w+=,.@-]{2,64}$/)
    .optional(),
  [tagsClaim]: z
    .looseObject({
      principal_tags: z.record(z.string(), z.array(z.string()).length(1)).default({}),
      transitive_tag_keys: z.array(z.string()).default([]),
    })
    .optional(),
});

/** Reads a token of RFC 7519 signed with RS256. Throws InvalidIdentityToken. */
export function readToken(token: string): UnverifiedToken {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const head = headerShape.safeParse(jsonOf(header));
  const claims = z.record(z.string(), z.unknown()).safeParse(jsonOf(payload));
  if (!head.success || !claims.success || rest.length > 0) {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
  const iss = claims.data['iss'];
  if (typeof iss !== 'string') throw invalid('Missing a required claim: iss');
  if (!iss.startsWith('https://')) throw invalid('Issuer must be a valid URL');
  return {
    issuer: iss.slice('https://'.length).replace(/\/$/, ''),
    signed: `${header}.${payload}`,
    signature,
    keyId: head.data.kid,
    claims: claims.data,
  };
}

/**
 * The claims of a token its issuer signed for one of the provider's audiences, and that holds now. Throws InvalidIdentityToken,
 * ExpiredTokenException, and IDPRejectedClaim for one the issuer revoked (STS API Reference, AssumeRoleWithWebIdentity, "Errors").
 */
export function verifiedToken(sandbox: Sandbox, read: UnverifiedToken, provider: OidcProviderRecord): Token {
  const issuer = issuerOf(sandbox, read.issuer);
  requireSignature(read, issuer);
  const parsed = claimsShape.safeParse(read.claims);
  if (!parsed.success) throw invalidClaim(read, parsed.error);
  const token = parsed.data;
  requireTime(token, Math.floor(sandbox.now() / 1000));
  if (!provider.clientIds.includes(token.aud)) throw invalid('Incorrect token audience');
  if (token.jti !== undefined && issuer.revoked.includes(token.jti)) {
    throw new AwsError('IDPRejectedClaim', 'The identity provider reported that the claim has been revoked', 403);
  }
  return token;
}

/** What the token asks to be put on the session (IAM User Guide, "Passing session tags using AssumeRoleWithWebIdentity"). */
export function attributesOf(token: Token): {
  readonly sourceIdentity?: string;
  readonly tags: Record<string, string>;
  readonly transitiveTagKeys: readonly string[];
} {
  const { principal_tags = {}, transitive_tag_keys = [] } = token[tagsClaim] ?? {};
  const sourceIdentity = token[sourceIdentityClaim];
  return {
    tags: Object.fromEntries(Object.entries(principal_tags).map(([key, [value = '']]) => [key, value])),
    transitiveTagKeys: transitive_tag_keys,
    ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
  };
}

function requireSignature(read: UnverifiedToken, issuer: IssuerRecord): void {
  if (read.keyId !== undefined && read.keyId !== issuer.keyId) {
    throw invalid(
      "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  const key = createPublicKey(privateKeyOf(issuer.privateKey));
  const signature = Buffer.from(read.signature, 'base64url');
  // Node ignores what is not base64url: one signature has one text.
  const exact = signature.toString('base64url') === read.signature;
  if (!exact || !verify('sha256', Buffer.from(read.signed), key, signature))
    throw invalid('Token signature is invalid');
}

function requireTime({ exp, iat, nbf }: Token, now: number): void {
  if (now >= exp) {
    throw new AwsError(
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
    );
  }
  if (iat > now + skewSeconds || (nbf ?? iat) > now + skewSeconds) {
    throw invalid(`Token is not yet valid: current date/time ${now}`);
  }
}

function invalidClaim({ claims }: UnverifiedToken, { issues }: z.ZodError): AwsError {
  const name = String(issues[0]?.path[0]);
  return invalid(Object.hasOwn(claims, name) ? `Invalid claim: ${name}` : `Missing a required claim: ${name}`);
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const invalid = (message: string): AwsError => new AwsError('InvalidIdentityToken', message);
