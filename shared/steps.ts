/**
 * The contract table: each task state of statemachine/promotion.asl.json, what it is handed and what it answers.
 * The same names are the states, the folders under functions/ and the functions in serverless.yml; a test holds the four together.
 */
import * as z from 'zod';
import { ApprovalAnswer } from '#shared/domain/approval/records.ts';
import { Digest, Instant, Name, PromotionId } from '#shared/domain/identifiers.ts';
import { Mode, Outcome, Reason } from '#shared/domain/promotion/records.ts';

/** What every step knows: which promotion, which release, where, and whether anything will be executed at all. */
const here = { promotion: PromotionId, pipeline: Name, release: Digest, environment: Name, mode: Mode };
const admitted = { ...here, epoch: z.int().nonnegative() };
/** A rollout is planned in rounds: again after an approval, after a recovery, and once upstream stacks are done. */
const round = z.int().positive();
const polls = z.int().nonnegative();
const waitSeconds = z.int().positive();
/** What is known in a wave: which of which round, and the plan that was cleared. */
const inWave = { ...admitted, at: Instant, digest: Digest, round, number: z.int().nonnegative() };

/** What a Catch found, or the empty object that stands for nothing: CloudFormation takes no null in a definition. */
const Caught = z.union([z.object({ Error: z.string(), Cause: z.string().default('') }), z.strictObject({})]);
/** One wave of a round. What is done in each of its targets is in the ledger: the state of a thousand targets has to stay small. */
const Wave = z.strictObject({
  maxConcurrency: z.int().positive(),
  failureTolerance: z.int().nonnegative(),
  /** How long alarms are watched afterwards; 0 for not at all. */
  soakSeconds: z.int().nonnegative(),
  /** No wave and no round follows. */
  last: z.boolean(),
  targets: z.array(Name).min(1),
});

export const steps = {
  admit: {
    input: z.strictObject({ ...here, at: Instant, waits: polls }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('admitted'),
        epoch: z.int().positive(),
        waits: polls,
        /** None only where the environment allows it. */
        targets: z.array(Name),
      }),
      z.strictObject({ kind: z.literal('wait'), epoch: z.literal(0), waits: polls, until: Instant }),
      z.strictObject({ kind: z.literal('rejected'), epoch: z.literal(0), waits: polls }),
    ]),
  },
  plan: {
    input: z.strictObject({ ...admitted, at: Instant, target: Name, round, polls }),
    output: z.discriminatedUnion('kind', [
      /** Or left out of the round, since it failed in an earlier one. */
      z.strictObject({ kind: z.literal('planned') }),
      /** Why is on record. */
      z.strictObject({ kind: z.literal('refused') }),
      z.strictObject({ kind: z.literal('pending'), polls, waitSeconds }),
    ]),
  },
  decide: {
    input: z.strictObject({ ...admitted, at: Instant, round }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('nothing-to-do'),
        digest: Digest,
        more: z.literal(false),
        /** Targets failed in earlier rounds. */
        tolerant: z.boolean(),
      }),
      z.strictObject({ kind: z.literal('denied'), digest: Digest }),
      /** Of a promotion that only plans. */
      z.strictObject({ kind: z.literal('planned'), digest: Digest }),
      /** Rollouts may not start now. */
      z.strictObject({ kind: z.literal('wait'), digest: Digest, until: Instant }),
      /** The plan is too old to start by. */
      z.strictObject({ kind: z.literal('again'), digest: Digest, nextRound: round }),
      z.strictObject({
        kind: z.literal('needs-approval'),
        digest: Digest,
        nextRound: round,
        seconds: z.int().positive(),
      }),
      z.strictObject({
        kind: z.literal('recover'),
        digest: Digest,
        nextRound: round,
        recoveries: z.array(z.strictObject({ target: Name, stack: Name })).min(1),
      }),
      z.strictObject({
        kind: z.literal('go'),
        digest: Digest,
        nextRound: round,
        /** Stacks remain that can only be planned when these are done. */
        more: z.boolean(),
        /** Targets may fail without ending the rollout, or did. */
        tolerant: z.boolean(),
        waves: z.array(Wave).min(1),
      }),
    ]),
  },
  awaitApproval: {
    input: z.strictObject({
      ...admitted,
      at: Instant,
      digest: Digest,
      seconds: z.int().positive(),
      token: z.string().min(1),
    }),
    /** Answered through the task token, by whoever's decision completes or ends it. */
    output: ApprovalAnswer,
  },
  recover: {
    input: z.strictObject({ ...admitted, at: Instant, digest: Digest, round, target: Name, stack: Name, polls }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('recovered') }),
      /** Why is on record. */
      z.strictObject({ kind: z.literal('refused') }),
      z.strictObject({ kind: z.literal('pending'), polls, waitSeconds }),
    ]),
  },
  openTarget: {
    input: z.strictObject({ ...inWave, target: Name, failureTolerance: z.int().nonnegative(), waits: polls }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('open'),
        stacks: z.array(Name),
        /** No stack of the target is left for a later round. */
        complete: z.boolean(),
      }),
      z.strictObject({ kind: z.literal('wait'), waits: polls, until: Instant }),
      /** It may not be started any more; why is on record. */
      z.strictObject({ kind: z.literal('closed') }),
    ]),
  },
  execute: {
    input: z.strictObject({
      ...admitted,
      digest: Digest,
      target: Name,
      stack: Name,
      at: Instant,
      token: z.string().min(1),
    }),
    /** Answered through the task token, by this function or by `resume`. */
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('deployed'), status: z.string() }),
      z.strictObject({ kind: z.literal('failed'), status: z.string(), reason: Reason }),
    ]),
  },
  verify: {
    input: z.strictObject({
      ...admitted,
      at: Instant,
      target: Name,
      stacks: z.array(Name),
      complete: z.boolean(),
      polls,
    }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('verified') }),
      z.strictObject({ kind: z.literal('not-verified'), reason: Reason }),
      z.strictObject({ kind: z.literal('pending'), polls, waitSeconds }),
    ]),
  },
  /** In place of stacks and verification where drift is looked for. */
  detectDrift: {
    input: z.strictObject({ ...inWave, target: Name, polls }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('checked') }),
      /** In what is on record. */
      z.strictObject({ kind: z.literal('drifted') }),
      z.strictObject({ kind: z.literal('pending'), polls, waitSeconds }),
    ]),
  },
  closeTarget: {
    input: z.strictObject({ ...inWave, target: Name, error: Caught }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done') }),
      /** Why is on record. */
      z.strictObject({ kind: z.literal('stopped') }),
    ]),
  },
  closeWave: {
    input: z.strictObject({
      ...inWave,
      failureTolerance: z.int().nonnegative(),
      soakSeconds: z.int().nonnegative(),
      last: z.boolean(),
      /** Alarms were watched, and it is asked again. Absent in executions that began before that was asked. */
      soaked: z.boolean().default(false),
    }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('done') }),
      /** More targets failed than are tolerated; no further wave starts. */
      z.strictObject({ kind: z.literal('stopped') }),
      z.strictObject({ kind: z.literal('soak'), targets: z.array(Name).min(1), since: Instant, until: Instant }),
    ]),
  },
  soak: {
    input: z.strictObject({ ...admitted, at: Instant, round, target: Name, since: Instant, until: Instant, polls }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('soaked') }),
      z.strictObject({ kind: z.literal('pending'), polls, next: Instant }),
      /** Why is on record. */
      z.strictObject({ kind: z.literal('failed') }),
    ]),
  },
  audit: {
    input: z.strictObject({ ...admitted, at: Instant, target: Name }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('audited') }),
      /** Nothing was executed there. */
      z.strictObject({ kind: z.literal('untouched') }),
    ]),
  },
  discard: {
    input: z.strictObject({ ...admitted, at: Instant, target: Name }),
    output: z.strictObject({ kind: z.literal('discarded') }),
  },
  settle: {
    input: z.strictObject({ ...admitted, at: Instant, error: Caught }),
    /** The reasons as text, which is an execution's cause where it fails. */
    output: z.strictObject({ kind: Outcome, reasons: z.string().max(8192) }),
  },
} as const;

export type StepName = keyof typeof steps;
export type StepInput<Step extends StepName> = z.infer<(typeof steps)[Step]['input']>;
export type StepOutput<Step extends StepName> = z.infer<(typeof steps)[Step]['output']>;
