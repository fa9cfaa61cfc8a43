/** Entity tags: what a representation is known by (RFC 9110, section 8.8.3). */
import { canonicalJson, digestOf, hexOf } from '../release/canonical-json.ts';

/** The strong tag of what is answered: another one as soon as anything in it is another. */
export function etagOf(value: unknown): string {
  return `"${hexOf(digestOf(canonicalJson(value))).slice(0, 32)}"`;
}

/** Whether `If-Match` lets a request pass that is about what now has this tag. Weak tags match nothing (RFC 9110, section 13.1.1). */
export function matchesTag(ifMatch: string, now: string): boolean {
  return ifMatch.trim() === '*' || ifMatch.split(',').some((tag) => tag.trim() === now);
}
