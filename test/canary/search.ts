/** Finds any of thousands of secrets in one pass over a text: a rolling hash (Rabin and Karp) of as many characters as every form has. */
import { formsOf, type Secret, type SecretKind } from './secrets.ts';

/** Answers the kinds of secrets in a text. */
export type Search = (text: string) => ReadonlySet<SecretKind>;

const width = 24;
const base = 0x01000193;
const leaving = Array.from({ length: width - 1 }).reduce<number>((power) => Math.imul(power, base), 1);
const filterSize = 1 << 18;

interface Form {
  readonly kind: SecretKind;
  readonly text: string;
}

export function searchFor(secrets: readonly Secret[]): Search {
  const filter = new Uint8Array(filterSize);
  const forms = new Map<number, Form[]>();
  const distinct = new Map(secrets.map((secret) => [secret.text, secret.kind]));
  for (const [secret, kind] of distinct)
    for (const text of formsOf(secret)) {
      if (text.length < width) throw new Error(`a ${kind} of ${secret.length} characters is too short to be searched`);
      const hash = hashOf(text);
      filter[hash & (filterSize - 1)] = 1;
      forms.set(hash, [...(forms.get(hash) ?? []), { kind, text }]);
    }
  return (text) => {
    const found = new Set<SecretKind>();
    let hash = hashOf(text);
    for (let at = 0; at + width <= text.length; at += 1) {
      if (filter[hash & (filterSize - 1)] === 1)
        for (const form of forms.get(hash) ?? []) if (text.startsWith(form.text, at)) found.add(form.kind);
      hash = Math.imul(hash - Math.imul(text.charCodeAt(at), leaving), base) + text.charCodeAt(at + width);
      hash |= 0;
    }
    return found;
  };
}

/** Of the first `width` characters. */
function hashOf(text: string): number {
  let hash = 0;
  for (let at = 0; at < width; at += 1) hash = (Math.imul(hash, base) + text.charCodeAt(at)) | 0;
  return hash;
}
