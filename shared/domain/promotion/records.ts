/** The ledger's records of a promotion. Status words are the glossary's, one meaning each. */
import * as z from 'zod';
import { Requirement } from '../approval/records.ts';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';

/** How a promotion or rollout ended, or that it has not. */
export const Status = z.enum([
  'accepted',
  'running',
  'planned',
  'succeeded',
  'unchanged',
  'rejected',
  'failed',
  'errored',
  'aborted',
]);
export type Status = z.infer<typeof Status>;

/** How a rollout ends: `unchanged` when every stack already was what the release wants; `planned` when nothing was to be executed. */
export const Outcome = z.enum(['planned', 'succeeded', 'unchanged', 'rejected', 'failed', 'errored', 'aborted']);
export type Outcome = z.infer<typeof Outcome>;

/** True for the outcomes after which the release counts as verified in the environment. */
export function isGood(outcome: Outcome): boolean {
  return outcome === 'succeeded' || outcome === 'unchanged';
}

/**
 * `plan`: every step up to the decision, then everything that was made is taken away again. `verify`: nothing is executed; what runs is
 * verified again. `drift`: nothing is executed; what runs is compared with its templates.
 */
export const Mode = z.enum(['promote', 'plan', 'verify', 'drift']);
export type Mode = z.infer<typeof Mode>;

/** What whoever asks allows to bring stacks back that cannot be updated, by the name of the stack. */
export const RecoveryWish = z.strictObject({
  /** Resources that a continued rollback leaves as they are: logical ids, or `NestedStack.LogicalId`. */
  skip: z.record(Name, z.array(z.string().regex(/^([A-Za-z0-9-]{1,128}\.)?[A-Za-z0-9]{1,255}$/)).min(1)).optional(),
});
export type RecoveryWish = z.infer<typeof RecoveryWish>;

/** Why something did not go well: stable code, sentence, what to do where the sentence does not say it, and the failed resource where there is one. */
export const Reason = z.strictObject({
  code: z.string(),
  text: z.string(),
  next: z.string().optional(),
  resource: z.string().optional(),
  target: z.string().optional(),
});
export type Reason = z.infer<typeof Reason>;

/** What was tried for a promotion in vain so far, beside its steps: how often it counted, and what came of it last. */
export const Trouble = z.strictObject({
  attempts: z.int().nonnegative(),
  code: z.string(),
  /** Which problem the attempts count, where the last one says nothing about the promotion. */
  counted: z.string().optional(),
  text: z.string(),
  at: Instant,
});
export type Trouble = z.infer<typeof Trouble>;

/** A commit of Git by its whole hash. */
export const Commit = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/);

/** The way in; `rollback`: a failed verification, whose promotion is the source. A delivery of GitHub may name the commit, in the repository of its webhook. */
export const Trigger = z.strictObject({
  kind: z.enum(['api', 'schedule', 'webhook', 'rollback']),
  source: z.string().optional(),
  commit: Commit.optional(),
});

/** What a person with the permission overrules, and why. It stays on the promotion for ever. */
export const Override = z.strictObject({
  of: z.array(z.enum(['eligibility', 'windows', 'drift'])).min(1),
  reason: z.string().trim().min(1).max(1024),
});
export type Override = z.infer<typeof Override>;

/** A release, and the targets that ran it when their rollback was asked for. */
export const Ran = z.strictObject({ release: Digest, releaseId: z.string(), targets: z.array(Name).min(1) });
export type Ran = z.infer<typeof Ran>;

/** Back to the last release that was verified on its targets. */
export const Rollback = z.strictObject({
  /** The promotion whose verification failed, or none where a person asked. */
  of: PromotionId.optional(),
  /** True where no person asked. Such a rollback is never rolled back itself. */
  automatic: z.boolean(),
  reason: z.string(),
  /**
   * What its targets ran when it was asked for, as far as they ran anything. Where a rollout was under way a target is in two entries: of what
   * that brings, and of what it ran before. Absent where it was asked for before this was kept.
   */
  from: z.array(Ran).optional(),
});
export type Rollback = z.infer<typeof Rollback>;

export const Promotion = z.strictObject({
  id: PromotionId,
  pipeline: Name,
  release: Digest,
  releaseId: z.string(),
  environments: z.array(Name).min(1),
  mode: Mode,
  /** The promotion that failed and that this one takes up again. */
  retryOf: PromotionId.optional(),
  recovery: RecoveryWish.optional(),
  /** Only these targets of its environments; all of them where nothing is said. */
  targets: z.array(Name).min(1).optional(),
  override: Override.optional(),
  rollback: Rollback.optional(),
  /** The promotion in whose favour this one was dropped. */
  supersededBy: PromotionId.optional(),
  /** The promotions that were dropped in favour of this one. */
  supersedes: z.array(PromotionId).optional(),
  requestedBy: z.string(),
  requestedAt: Instant,
  trigger: Trigger,
  status: Status,
  executionArn: z.string().optional(),
  settledAt: Instant.optional(),
  /** Why it ended, where no rollout of its own can say so. */
  reasons: z.array(Reason).optional(),
  trouble: Trouble.optional(),
});
export type Promotion = z.infer<typeof Promotion>;

export const Rollout = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  status: Status,
  epoch: z.int().nonnegative(),
  /** The newest plan that was decided on. */
  planDigest: Digest.optional(),
  /** The plan that may be executed: every gate said yes to it, and every approval it needs was given. */
  clearedDigest: Digest.optional(),
  /** Whose approval the plan needs, or needed. */
  needs: Requirement.optional(),
  /** The policies it was decided by. */
  policyDigest: Digest.optional(),
  /** Whether the release was the newest that could go there when it was asked for; said of what people promote. */
  newest: z.boolean().optional(),
  startedAt: Instant,
  settledAt: Instant.optional(),
  reasons: z.array(Reason),
});
export type Rollout = z.infer<typeof Rollout>;

/** One round of a rollout: the plan that was decided on, and how. Rounds with the same plan have the same digest. */
export const Round = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  round: z.int().positive(),
  digest: Digest,
  decision: z.enum([
    'nothing-to-do',
    'denied',
    'planned',
    'needs-approval',
    'recover',
    'wait',
    'again',
    'closed',
    'go',
  ]),
  at: Instant,
});
export type Round = z.infer<typeof Round>;

export const Deployment = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  stack: Name,
  stackName: z.string(),
  account: z.string(),
  region: z.string(),
  role: z.string(),
  sessionName: z.string(),
  changeSet: z.string().optional(),
  /** Token of the operation, on every event of it; none before anything was executed. */
  operation: z.string().optional(),
  status: z.string(),
  outcome: z.enum(['pending', 'in-progress', 'deployed', 'unchanged', 'failed']),
  reason: Reason.optional(),
  at: Instant,
});
export type Deployment = z.infer<typeof Deployment>;

/** The frozen input of the Step Functions execution: written before it starts, so a crash in between loses nothing. */
export const ExecutionInput = z.strictObject({
  promotion: PromotionId,
  pipeline: Name,
  release: Digest,
  environments: z.array(Name).min(1),
  mode: Mode,
});
export type ExecutionInput = z.infer<typeof ExecutionInput>;
