/** A decision as a person asks for it. Who they are is not theirs to say. */
import * as z from 'zod';
import { failure } from '../errors/catalogue.ts';
import { Digest, Name } from '../identifiers.ts';

export const ApprovalWish = z.strictObject({
  environment: Name,
  decision: z.enum(['approve', 'reject']),
  /** Of the plan that was looked at. */
  digest: Digest,
  reason: z.string(),
});
export type ApprovalWish = z.infer<typeof ApprovalWish>;

const longest = 1000;

/** One line of text that stays on record. Throws APPROVAL_REASON. */
export function reasonOf(text: string): string {
  const reason = text.trim();
  if (reason === '') throw failure('APPROVAL_REASON', { detail: 'is missing' });
  if (reason.length > longest) throw failure('APPROVAL_REASON', { detail: `is longer than ${longest} characters` });
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(reason))
    throw failure('APPROVAL_REASON', { detail: 'has a control character in it' });
  return reason;
}
