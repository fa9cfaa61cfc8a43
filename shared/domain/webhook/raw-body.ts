/** A delivery's body as the bytes that were signed. Re-written JSON has another signature, so nothing is parsed before. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';

/** Far above what names a release, far below what is worth an attack: GitHub sends up to 25 MB. */
export const maxBodyBytes = 1_048_576;

export type RawBody =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly problem: Problem };

/** Payload format 2.0 of an HTTP API: text, or base64 where it says so. Length first, before anything is done for the body. */
export function rawBodyOf(body: string | undefined, isBase64Encoded: boolean): RawBody {
  const text = body ?? '';
  const longest = isBase64Encoded ? Math.ceil(maxBodyBytes / 3) * 4 : maxBodyBytes;
  if (text.length > longest) return tooLarge;
  if (isBase64Encoded && !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
    return refused(problem('WEBHOOK_BODY', { detail: 'is said to be base64 and is not' }));
  const bytes = Buffer.from(text, isBase64Encoded ? 'base64' : 'utf8');
  return bytes.length > maxBodyBytes ? tooLarge : { kind: 'bytes', bytes };
}

/** The body as JSON, once it is known who wrote it. */
export function jsonOf(bytes: Uint8Array): { kind: 'json'; value: unknown } | Extract<RawBody, { kind: 'refused' }> {
  try {
    return { kind: 'json', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return refused(problem('WEBHOOK_BODY', { detail: 'is not JSON in UTF-8' }));
  }
}

/** Undefined where the body is what we read: JSON. */
export function mediaProblem(contentType: string | undefined): Problem | undefined {
  const found = (contentType ?? '').split(';')[0]?.trim().toLowerCase();
  return found === 'application/json' ? undefined : problem('WEBHOOK_MEDIA_TYPE', {});
}

const refused = (reported: Problem) => ({ kind: 'refused', problem: reported }) as const;
const tooLarge = refused(problem('WEBHOOK_TOO_LARGE', { limit: maxBodyBytes }));
