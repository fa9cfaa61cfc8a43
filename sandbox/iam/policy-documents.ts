import { type ParsedPolicy, parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { PolicyUse } from '#shared/domain/iam/parse-statement.ts';
import { AwsError } from '../aws-error.ts';
import type { World } from '../kernel.ts';
import { storePrincipals } from './stored-principals.ts';

/** Sizes are counted without white space (IAM User Guide, "IAM and AWS STS quotas"). */
const trustQuota = 2048;
const managedQuota = 6144;
const inlineQuota = 10_240;

/** A document as a request carries it: JSON text. Throws MalformedPolicyDocument for anything else. */
export function sentDocument(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    throw new AwsError('MalformedPolicyDocument', 'This policy contains invalid Json');
  }
}

/** Checks an identity-based document and returns its text. Throws MalformedPolicyDocument naming the place. */
export function identityDocument(document: unknown): string {
  requireSupported(document, 'identity');
  return JSON.stringify(document);
}

/** The same within the size of a managed policy. */
export function managedDocument(document: unknown): string {
  const text = identityDocument(document);
  if (text.length > managedQuota) throw quotaExceeded(`Cannot exceed quota for PolicySize: ${managedQuota}`);
  return text;
}

/** Inline policies share one quota per role. */
export function requireInlineQuota(roleName: string, documents: Readonly<Record<string, string>>): void {
  const size = Object.values(documents).reduce((sum, text) => sum + text.length, 0);
  if (size <= inlineQuota) return;
  throw quotaExceeded(`Maximum policy size of ${inlineQuota} bytes exceeded for role ${roleName}`);
}

/** Checks a trust policy and returns its text with principals by unique id. */
export function trustDocument(world: World, document: unknown): string {
  requireSupported(document, 'trust');
  if (JSON.stringify(document).length > trustQuota) {
    throw quotaExceeded(`Cannot exceed quota for ACLSizePerRole: ${trustQuota}`);
  }
  return JSON.stringify(storePrincipals(world, document));
}

/** A document that was checked when it was stored, parsed; or the problems of one that was not. Equal texts are parsed once. */
export function parseStored(text: string, use: PolicyUse): ParsedPolicy {
  const key = `${use} ${text}`;
  const known = parsed.get(key);
  if (known) return known;
  if (parsed.size > 1000) parsed.clear();
  const fresh = parsePolicy(text, use);
  parsed.set(key, fresh);
  return fresh;
}

const parsed = new Map<string, ParsedPolicy>();

function requireSupported(document: unknown, use: PolicyUse): void {
  const read = parsePolicy(document, use);
  if (read.kind === 'unsupported') throw malformedPolicy(read.problems);
}

/** AWS's code; the text names the first place, since the sandbox's language is smaller than AWS's. */
export function malformedPolicy(problems: readonly { pointer: string; message: string }[]): AwsError {
  const [first, ...rest] = problems.map(({ pointer, message }) => (pointer ? `${message} (at ${pointer})` : message));
  const more = rest.length > 0 ? ` and ${rest.length} more` : '';
  return new AwsError('MalformedPolicyDocument', `Syntax errors in policy: ${first}${more}.`);
}

const quotaExceeded = (message: string): AwsError => new AwsError('LimitExceeded', message, 409);

/** IAM answers documents URL-encoded by RFC 3986. */
export function urlEncoded(document: string): string {
  return encodeURIComponent(document).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
