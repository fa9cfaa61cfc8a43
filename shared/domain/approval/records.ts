/** Approvals in the ledger: what was asked, and what people decided. Bound to the digest of the plan that was seen. */
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';

/** Why an approval is needed, and of whom: one approval of each group; of anybody else where no group is named. */
export const Requirement = z.strictObject({
  groups: z.array(Name),
  /** One sentence each: the policy or gate that asks, and what for. */
  because: z.array(z.string()),
});
export type Requirement = z.infer<typeof Requirement>;

export const ApprovalRequest = z.strictObject({
  promotion: PromotionId,
  pipeline: Name,
  environment: Name,
  digest: Digest,
  requirement: Requirement,
  requestedBy: z.string(),
  requestedAt: Instant,
  expiresAt: Instant,
  /** Void: about a plan that is not the rollout's any more, or of a rollout that has ended. */
  status: z.enum(['open', 'approved', 'rejected', 'expired', 'void']),
  /** Of a void request: the promotion in whose favour its own was dropped. */
  supersededBy: PromotionId.optional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequest>;

/** A person's recorded yes or no. */
export const ApprovalDecision = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  digest: Digest,
  actor: z.string(),
  decision: z.enum(['approve', 'reject']),
  reason: z.string(),
  at: Instant,
});
export type ApprovalDecision = z.infer<typeof ApprovalDecision>;

/** What the step that waits for an approval is answered. */
export const ApprovalAnswer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('approved') }),
  z.strictObject({
    kind: z.literal('rejected'),
    /** By a person, or because a newer promotion took the place of this one. */
    code: z.enum(['APPROVAL_REJECTED', 'SUPERSEDED']),
    reason: z.string(),
  }),
]);
export type ApprovalAnswer = z.infer<typeof ApprovalAnswer>;
