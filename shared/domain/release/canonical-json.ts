/** One text for one value, so that a digest depends on what is said and not on how it was written down. */
import { createHash } from 'node:crypto';

/**
 * The value as JSON without spaces, members sorted by UTF-16 code units, numbers and strings as ECMAScript prints them: RFC 8785 (JSON
 * Canonicalization Scheme). Throws a TypeError for what JSON cannot carry faithfully: undefined, NaN and infinities, lone surrogates,
 * functions, and objects that are not plain.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (!isPlain(value)) throw new TypeError(`${describe(value)} has no canonical JSON`);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${canonicalJson(name)}:${canonicalJson(value[name])}`).join(',')}}`;
}

/** SHA-256 of the bytes (of text: its UTF-8 bytes) as `sha256:` and 64 hexadecimal digits. */
export function digestOf(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The 64 hexadecimal digits of a digest. */
export function hexOf(digest: string): string {
  return digest.slice('sha256:'.length);
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value) : `${typeof value} ${String(value)}`;
}
