/**
 * The contract table: each task state of statemachine/promotion.asl.json, what it is handed and what it answers.
 * The same names are the states, the folders under functions/ and the functions in serverless.yml; a test holds the four together.
 */
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '#shared/domain/identifiers.ts';
import { Outcome, Reason } from '#shared/domain/promotion/records.ts';

/** What every step knows: which promotion, which release, where. */
const here = { promotion: PromotionId, pipeline: Name, release: Digest, environment: Name };
const admitted = { ...here, epoch: z.int().nonnegative() };
const waits = z.int().nonnegative();

/** What a Catch found, or the empty object that stands for nothing: CloudFormation takes no null in a definition. */
const Caught = z.union([z.object({ Error: z.string(), Cause: z.string().default('') }), z.strictObject({})]);
const TargetStacks = z.strictObject({ target: Name, stacks: z.array(Name) });

export const steps = {
  admit: {
    input: z.strictObject({ ...here, at: Instant, waits }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('admitted'), epoch: z.int().positive(), waits, targets: z.array(Name).min(1) }),
      z.strictObject({ kind: z.literal('wait'), epoch: z.literal(0), waits, until: Instant }),
      z.strictObject({ kind: z.literal('rejected'), epoch: z.literal(0), waits }),
    ]),
  },
  plan: {
    input: z.strictObject({ ...admitted, at: Instant, target: Name, polls: waits }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('planned'), target: Name, digest: Digest }),
      z.strictObject({ kind: z.literal('pending'), polls: waits, waitSeconds: z.int().positive() }),
    ]),
  },
  decide: {
    input: z.strictObject({
      ...admitted,
      at: Instant,
      plans: z.array(z.object({ target: Name, digest: Digest })).min(1),
    }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('nothing-to-do'), digest: Digest }),
      z.strictObject({
        kind: z.literal('go'),
        digest: Digest,
        waves: z
          .array(z.strictObject({ maxConcurrency: z.int().positive(), targets: z.array(TargetStacks).min(1) }))
          .min(1),
      }),
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
    input: z.strictObject({ ...admitted, at: Instant, target: Name, stacks: z.array(Name) }),
    output: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('verified') }),
      z.strictObject({ kind: z.literal('not-verified'), reason: Reason }),
    ]),
  },
  settle: {
    input: z.strictObject({ ...admitted, at: Instant, error: Caught }),
    output: z.strictObject({ kind: Outcome, reasons: z.string() }),
  },
} as const;

export type StepName = keyof typeof steps;
export type StepInput<Step extends StepName> = z.infer<(typeof steps)[Step]['input']>;
export type StepOutput<Step extends StepName> = z.infer<(typeof steps)[Step]['output']>;
