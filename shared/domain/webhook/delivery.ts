/** A delivery as it arrived, and its headers one by one. */
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';

/** Header names in lower case; the values of a repeated header are joined by commas (API Gateway, payload format 2.0). */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface Delivery {
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** When it arrived, in epoch milliseconds. */
  readonly at: number;
}

export interface Refused {
  readonly kind: 'refused';
  readonly problem: Problem;
}

export const refused = (reported: Problem): Refused => ({ kind: 'refused', problem: reported });

type Id = { readonly kind: 'id'; readonly id: string } | Refused;

/** No dot, which separates the parts of what is signed; no comma, which is how a second header would look. */
const idPattern = /^[A-Za-z0-9_:-]{1,256}$/;

/** What a delivery is known by: a redelivery has the same. */
export function deliveryId(headers: Headers, header: string): Id {
  const id = headers[header] ?? '';
  if (id.includes(',')) return refused(problem('DUPLICATE_HEADER', { header }));
  return idPattern.test(id) ? { kind: 'id', id } : refused(problem('DELIVERY_ID', { header }));
}
