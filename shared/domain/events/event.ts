/** The events that Drawbridge publishes: one for each transition of a promotion. Fields are added within a version, never changed. */
import * as z from 'zod';
import { Digest, Instant, Name, PromotionId } from '../identifiers.ts';
import { Mode, Outcome, Reason, Rollback, Trigger } from '../promotion/records.ts';

/** Of every event; `aws.` would be AWS's own. */
export const eventSource = 'drawbridge';

/** Said by whatever happens without a person's decision: a request that nobody answered, or that became void. */
export const ownActor = 'drawbridge';

const base = z.object({
  version: z.literal(1).describe('Version of this layout.'),
  sequence: z.int().positive().describe('Place among the events of the promotion: from 1, without gaps.'),
  promotion: PromotionId.describe('The promotion.'),
  pipeline: Name.describe('Its pipeline.'),
  release: Digest.describe('Digest of the release.'),
  releaseId: z.string().describe('Name of the release.'),
  mode: Mode.describe('Whether anything is executed.'),
  retryOf: PromotionId.optional().describe('The promotion that this one takes up again.'),
  rollback: z
    .object(Rollback.omit({ from: true }).shape)
    .optional()
    .describe('Of a rollback: the promotion that was found bad, whether anybody asked, and why.'),
  trigger: z
    .object(Trigger.shape)
    .describe(
      'The way in: its kind, the webhook, schedule or promotion, and the commit that a webhook of GitHub named.',
    ),
  requestedAt: Instant.describe('When the promotion was asked for.'),
  actor: z.string().describe('Who asked for the promotion, or decided; `drawbridge` where nobody did.'),
  occurredAt: Instant.describe('When it happened. It may be published later.'),
  reasons: z
    .array(z.object(Reason.omit({ next: true }).shape))
    .describe('Why it did not go well: codes of the error catalogue, and their texts.'),
  summary: z.string().describe('The event in one line for people.'),
});

const Stacks = z.object({
  deployed: z.int().nonnegative().describe('Stacks that were changed.'),
  unchanged: z.int().nonnegative().describe('Stacks that were as desired.'),
  failed: z.int().nonnegative().describe('Stacks that failed.'),
  rolledBack: z.int().nonnegative().describe('Those of the failed that CloudFormation rolled back.'),
  left: z.int().nonnegative().describe('Stacks that were planned and not reached.'),
});
export type Stacks = z.infer<typeof Stacks>;

const Approval = z.object({
  digest: Digest.describe('The plan that is to be approved.'),
  groups: z.array(Name).describe('Whose approval it needs; of anybody else where none is named.'),
  because: z.array(z.string()).describe('Which policy or gate asks, and what for.'),
  requestedAt: Instant.describe('When it was asked for.'),
  expiresAt: Instant.describe('Until when it can be given.'),
  reason: z.string().optional().describe('What the person who decided said.'),
});

const environment = Name.describe('The environment of the rollout.');

const PromotionChange = base.extend({
  environment: environment.optional().describe('The environment it ended in, when it did not end well.'),
  state: z.enum(['accepted', 'running', ...Outcome.options]).describe('The state since then.'),
  previousState: z.enum(['accepted', 'running']).optional().describe('The state before.'),
  stacks: Stacks.optional().describe('How many stacks stand how in the environment it ended in.'),
});
const RolloutChange = base.extend({
  environment,
  state: z.enum(['running', ...Outcome.options]).describe('The state since then.'),
  previousState: z.literal('running').optional().describe('The state before.'),
  stacks: Stacks.optional().describe('How many stacks stand how, once it has ended.'),
});
const ApprovalRequested = base.extend({
  environment,
  state: z.literal('open').describe('The state since then.'),
  approval: Approval.describe('What is asked.'),
});
const ApprovalDecided = base.extend({
  environment,
  state: z.enum(['approved', 'rejected', 'expired', 'void']).describe('The state since then.'),
  previousState: z.literal('open').describe('The state before.'),
  approval: Approval.describe('What was asked.'),
});

const eventOf = <Type extends string, Detail extends z.ZodType>(detailType: Type, detail: Detail) =>
  z.object({ detailType: z.literal(detailType), detail });

/** An event as it is kept in the ledger and published: EventBridge's `detail-type` and `detail`. */
export const PromotionEvent = z.discriminatedUnion('detailType', [
  eventOf('Drawbridge Promotion State Change', PromotionChange),
  eventOf('Drawbridge Rollout State Change', RolloutChange),
  eventOf('Drawbridge Approval Requested', ApprovalRequested),
  eventOf('Drawbridge Approval Decided', ApprovalDecided),
]);
export type PromotionEvent = z.infer<typeof PromotionEvent>;
export type DetailType = PromotionEvent['detailType'];
