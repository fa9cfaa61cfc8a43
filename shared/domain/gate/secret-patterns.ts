import { maskKeys } from '../config/secret-text.ts';

/** What was found, in words and masked. */
export interface FoundSecret {
  readonly what: string;
  /** By a form that its issuer gives it; else it only reads like one. */
  readonly certain: boolean;
}

/** What a text holds that reads like a credential; undefined if nothing does. What is certain comes first. */
export function secretIn(text: string): FoundSecret | undefined {
  const masked = maskKeys(text);
  if (masked !== text) return { what: `the access key ${/(AKIA|ASIA)\*{16}/.exec(masked)?.[0]}`, certain: true };
  const form = forms.find(({ pattern, holds = () => true }) =>
    [...text.matchAll(pattern)].some(([found]) => holds(found)),
  );
  return form && { what: form.name, certain: form.holds === undefined };
}

/** The same for what is written in Base64, anywhere in the text. */
export function encodedSecretIn(text: string): FoundSecret | undefined {
  for (const [run] of text.matchAll(/[A-Za-z0-9+/_-]{20,}={0,2}/g)) {
    const found = secretIn(Buffer.from(run, 'base64').toString('latin1'));
    if (found !== undefined) return { ...found, what: `${found.what} in Base64` };
  }
  return undefined;
}

interface SecretForm {
  readonly name: string;
  readonly pattern: RegExp;
  /** Narrows what the pattern finds, which is then a guess. */
  readonly holds?: (found: string) => boolean;
}

/** Forms that the issuers document, and assignments in shell and code. None takes more than linear time, whatever the text. */
const forms: readonly SecretForm[] = [
  { name: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----/g },
  { name: 'a GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{36})/g },
  { name: 'a GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20}/g },
  { name: 'a Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10}/g },
  { name: 'a Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{16}/g },
  { name: 'a Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}/g },
  { name: 'a signed token', pattern: /(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g },
  {
    name: 'a password in an address',
    pattern: /\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@${}]{1,256}:[^\s/:@${}]{1,256}@/gi,
  },
  {
    name: 'a password that is assigned',
    pattern: /\b\w*(?:password|passwd|secret|token|api_?key|access_?key)\s*=\s*(["'])[^"'\s${}<>]{8,}\1/gi,
  },
  {
    name: 'a password that is assigned',
    pattern: /(?<![\w$])[A-Z_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY)=[^\s"'`$(){}<>;]{8,}/g,
  },
  // AWS secret access keys are 40 characters of base64; digests have no capitals beside small letters, paths have more slashes.
  {
    name: 'what reads like a secret access key',
    pattern: /(?<![\w/+=-])[\w/+]{40}(?![\w/+=-])/g,
    holds: (found) =>
      /[a-z]/.test(found) && /[A-Z]/.test(found) && /\d/.test(found) && !/_/.test(found) && found.split('/').length < 6,
  },
];
