import { createPublicKey, verify } from 'node:crypto';
import * as z from 'zod';
import type { Json, Sandbox } from '../kernel.ts';
import { privateKeyOf } from '../sts/rsa-key.ts';
import { issuerOf } from '../sts/web-identity/issuer.ts';

/** What API Gateway says of a token it let through: every claim as text. `scopes` are those of the route that the token has. */
export interface VerifiedToken {
  readonly claims: Readonly<Record<string, string>>;
  readonly scopes: readonly string[] | null;
}

export type TokenVerdict =
  | { readonly kind: 'verified'; readonly token: VerifiedToken }
  /** Nothing that could be a token, one that does not hold, or one without a scope that the route wants. */
  | { readonly kind: 'refused'; readonly why: 'missing' | 'invalid' | 'scope' };

const authorizerShape = z.looseObject({
  AuthorizerType: z.literal('JWT'),
  IdentitySource: z.tuple([z.literal('$request.header.Authorization')]),
  JwtConfiguration: z.object({ Issuer: z.string().startsWith('https://'), Audience: z.array(z.string()).min(1) }),
});
export type JwtAuthorizer = z.infer<typeof authorizerShape>;

/** The authorizer as CloudFormation made it; undefined for one that is not simulated. */
export function jwtAuthorizerOf(stored: Json | undefined): JwtAuthorizer | undefined {
  return authorizerShape.safeParse(stored).data;
}

const rsaAlgorithms = { RS256: 'sha256', RS384: 'sha384', RS512: 'sha512' } as const;
const headerShape = z.looseObject({ alg: z.enum(['RS256', 'RS384', 'RS512']), kid: z.string() });
const claimsShape = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  client_id: z.string().optional(),
  exp: z.number(),
  nbf: z.number().optional(),
  iat: z.number().optional(),
  scope: z.string().optional(),
  scp: z.union([z.string(), z.array(z.string())]).optional(),
});
type Claims = z.infer<typeof claimsShape>;

interface Asked {
  readonly authorizer: JwtAuthorizer;
  /** The Authorization header, with `Bearer` before the token or without. */
  readonly authorization: string | undefined;
  /** One of these is enough; none are asked for where there are none. */
  readonly scopes: readonly string[];
}

/**
 * Judges a token as API Gateway does (HTTP API Developer Guide, "Control access to HTTP APIs with JWT authorizers"): RSA signature by the
 * issuer's key that `kid` names, then `iss`, `aud` (or `client_id` where there is none), `exp`, `nbf`, `iat`, and a scope in `scope` or `scp`.
 */
export function judgeToken(sandbox: Sandbox, { authorizer, authorization, scopes }: Asked): TokenVerdict {
  const token = authorization?.replace(/^Bearer( +|$)/i, '');
  if (token === undefined || token === '') return { kind: 'refused', why: 'missing' };
  const claims = signedClaims(sandbox, authorizer, token);
  if (claims === undefined || !holds(claims, authorizer, sandbox.now())) return { kind: 'refused', why: 'invalid' };
  const has = scopesOf(claims).filter((scope) => scopes.includes(scope));
  if (scopes.length > 0 && has.length === 0) return { kind: 'refused', why: 'scope' };
  return { kind: 'verified', token: { claims: textsOf(claims), scopes: scopes.length > 0 ? has : null } };
}

/** The claims, once the configured issuer's key has signed them. What the token says of its algorithm chooses among RSA's alone. */
function signedClaims(sandbox: Sandbox, { JwtConfiguration }: JwtAuthorizer, token: string): Claims | undefined {
  const [head = '', payload = '', signature = '', ...rest] = token.split('.');
  const header = headerShape.safeParse(jsonOf(head));
  const claims = claimsShape.safeParse(jsonOf(payload));
  const { keyId, privateKey } = issuerOf(sandbox, JwtConfiguration.Issuer.slice('https://'.length).replace(/\/$/, ''));
  if (!header.success || !claims.success || rest.length > 0 || header.data.kid !== keyId) return undefined;
  const key = createPublicKey(privateKeyOf(privateKey));
  const bytes = Buffer.from(signature, 'base64url');
  return verify(rsaAlgorithms[header.data.alg], Buffer.from(`${head}.${payload}`), key, bytes)
    ? claims.data
    : undefined;
}

function holds(
  { iss, aud, client_id, exp, nbf, iat }: Claims,
  { JwtConfiguration }: JwtAuthorizer,
  now: number,
): boolean {
  const seconds = Math.floor(now / 1000);
  const audiences = [aud ?? client_id ?? []].flat();
  return (
    iss === JwtConfiguration.Issuer &&
    audiences.some((one) => JwtConfiguration.Audience.includes(one)) &&
    exp > seconds &&
    (nbf ?? seconds) <= seconds &&
    (iat ?? seconds) <= seconds
  );
}

function scopesOf({ scope = '', scp = [] }: Claims): string[] {
  return [scope, scp].flat().flatMap((text) => text.split(' '));
}

/** Lists are written in brackets with spaces between, as API Gateway is seen to do; it is not documented. */
function textsOf(claims: Claims): Record<string, string> {
  const text = (value: unknown) => (Array.isArray(value) ? `[${value.join(' ')}]` : String(value));
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]));
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
