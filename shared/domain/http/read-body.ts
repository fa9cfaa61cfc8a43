/** The body of a request: bytes, text, JSON and schema, in this order, each with refusals of its own. */
import type * as z from 'zod';
import { failure } from '../errors/catalogue.ts';
import { schemaRefusal } from './body-faults.ts';
import { readJson } from './read-json.ts';

/** Bytes. */
export const largestBody = 1024 * 1024;

/** A body as API Gateway hands it over. */
export interface SentBody {
  readonly body?: string | undefined;
  readonly isBase64Encoded: boolean;
  /** The header Content-Type. */
  readonly contentType?: string | undefined;
}

/**
 * The body by a strict schema. Throws BODY_REQUIRED, CONTENT_TYPE, BODY_ENCODING, BODY_TOO_LARGE, ENCODING, what `readJson` does, and
 * FIELD_NOT_ALLOWED, FIELD_UNKNOWN or BODY_INVALID with every place that is wrong.
 */
export function readBody<Schema extends z.ZodType>(sent: SentBody, schema: Schema): z.infer<Schema> {
  const body = readJson(textOf(sent));
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw schemaRefusal(result.error.issues, { body, schema });
}

function textOf({ body = '', isBase64Encoded, contentType }: SentBody): string {
  if (body === '') throw failure('BODY_REQUIRED', {});
  // JSON has one encoding (RFC 8259, section 8.1).
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(contentType ?? ''))
    throw failure('CONTENT_TYPE', { found: contentType?.slice(0, 100) });
  if (isBase64Encoded && !isBase64(body)) throw failure('BODY_ENCODING', {});
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > largestBody) throw failure('BODY_TOO_LARGE', { bytes: bytes.length, limit: largestBody });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw failure('ENCODING', {});
  }
}

/** Base64 with padding, as API Gateway writes it. */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
