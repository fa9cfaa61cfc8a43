/** Promotions and their rollouts in the ledger. */
import type { ApprovalDecision, ApprovalRequest, Requirement } from '#shared/domain/approval/records.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { Page, Part } from '#shared/domain/http/page.ts';
import { PromotionId } from '#shared/domain/identifiers.ts';
import { keptReasons } from '#shared/domain/promotion/kept-reasons.ts';
import {
  type Deployment,
  type Outcome,
  Promotion,
  type Reason,
  type Rollout,
  Round,
} from '#shared/domain/promotion/records.ts';
import type { RollbackIntent } from '#shared/domain/promotion/rollback.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import type { Waiting } from '#shared/domain/promotion/waiting.ts';
import { type Attempt, type AttemptSeen, newestAttempts } from '#shared/domain/verification/attempt.ts';
import { decisionOf, requestOf } from './approval-items.ts';
import {
  changeItem,
  getItem,
  type Item,
  type Ledger,
  putNew,
  queryFirst,
  queryItems,
  queryPage,
  withoutKeys,
} from './table.ts';
import { waitingIn } from './waiting.ts';

/** Group in the index for promotions that were accepted and whose execution is not known to have started. */
export const outbox = 'OUTBOX';
/** Group in the index `open` for promotions whose execution has started and that have not ended. */
export const open = 'OPEN';

/** What the ledger knows of one promotion. */
export interface PromotionRecord {
  readonly promotion: Promotion;
  readonly rollouts: Rollout[];
  /** In the order in which they were decided. */
  readonly rounds: Round[];
  /** Of each target that was given work. */
  readonly progress: TargetProgress[];
  readonly waiting: Waiting[];
  /** Of probes, by target and in order. */
  readonly attempts: AttemptSeen[];
  /** What a failed verification led to. */
  readonly rollbacks: RollbackIntent[];
  readonly deployments: Deployment[];
  readonly approvals: ApprovalRequest[];
  readonly decisions: ApprovalDecision[];
}

/** Records a promotion before its execution starts. Answers false if the id is taken: the same request came before. */
export async function recordPromotion(ledger: Ledger, promotion: Promotion): Promise<boolean> {
  return putNew(ledger, {
    ...groupKey(promotion.id, 'PROMOTION'),
    gsi1pk: outbox,
    gsi1sk: placeOf(promotion),
    ...promotion,
  });
}

/** Notes that the execution runs, and moves the promotion from the outbox to its pipeline's list. Repeating it changes nothing. */
export async function recordStarted(ledger: Ledger, promotion: Promotion, executionArn: string): Promise<void> {
  await changeItem(ledger, groupKey(promotion.id, 'PROMOTION'), {
    UpdateExpression:
      'SET executionArn = :arn, #status = :running, gsi1pk = :list, gsi1sk = :place, gsi2pk = :open, gsi2sk = :place REMOVE trouble',
    ConditionExpression: '#status = :accepted',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ':arn': executionArn,
      ':running': 'running',
      ':accepted': 'accepted',
      ':list': listOf(promotion.pipeline),
      ':place': placeOf(promotion),
      ':open': open,
    },
  });
}

/**
 * Ends a promotion once; a later end does not overwrite the first. It leaves the outbox here too: a promotion can end before anybody noted
 * that its execution started.
 */
export async function recordEnd(
  ledger: Ledger,
  promotion: Pick<Promotion, 'id' | 'pipeline' | 'requestedAt'>,
  { status, at, reasons = [] }: { status: Outcome; at: string; reasons?: readonly Reason[] },
): Promise<void> {
  const why = reasons.length > 0;
  await changeItem(ledger, groupKey(promotion.id, 'PROMOTION'), {
    UpdateExpression: `SET #status = :status, settledAt = :at, gsi1pk = :list, gsi1sk = :place${why ? ', reasons = :reasons' : ''} REMOVE gsi2pk, gsi2sk`,
    ConditionExpression: 'attribute_not_exists(settledAt)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...{ ':status': status, ':at': at, ':list': listOf(promotion.pipeline), ':place': placeOf(promotion) },
      ...(why ? { ':reasons': reasons } : {}),
    },
  });
}

export async function readPromotion(ledger: Ledger, id: PromotionId): Promise<Promotion | undefined> {
  if (!PromotionId.safeParse(id).success) return undefined;
  const item = await getItem(ledger, groupKey(id, 'PROMOTION'));
  return item === undefined ? undefined : promotionOf(item);
}

/** The promotion with all its rollouts and deployments, in one query. */
export async function readPromotionRecord(ledger: Ledger, id: PromotionId): Promise<PromotionRecord | undefined> {
  if (!PromotionId.safeParse(id).success) return undefined;
  return recordIn(await queryItems(ledger, `PROMOTION#${id}`, ''));
}

/** The same, of items that were read already. */
export function recordIn(items: readonly Item[]): PromotionRecord | undefined {
  const own = items.find((item) => item['sk'] === 'PROMOTION');
  if (own === undefined) return undefined;
  const promotion = promotionOf(own);
  const some = <Kind>(prefix: string) =>
    items.filter((item) => String(item['sk']).startsWith(prefix)).map((item) => withoutKeys(item) as Kind);
  return {
    promotion,
    rollouts: some<Rollout>('ROLLOUT#'),
    rounds: items.filter(({ sk }) => String(sk).startsWith('ROUND#')).map((item) => Round.parse(withoutKeys(item))),
    progress: some<TargetProgress>('TARGET#'),
    waiting: promotion.settledAt === undefined ? waitingIn(items) : [],
    attempts: newestAttempts(some<Attempt>('PROBE#').map(({ output: _, outputDigest: __, ...seen }) => seen)),
    rollbacks: some<RollbackIntent>('ROLLBACK#'),
    deployments: some<Deployment>('DEPLOYMENT#'),
    approvals: items.filter(({ sk }) => String(sk).startsWith('APPROVAL#')).map(requestOf),
    decisions: items.filter(({ sk }) => String(sk).startsWith('DECISION#')).map(decisionOf),
  };
}

/** Promotions of a pipeline, newest first. */
export async function listPromotions(ledger: Ledger, pipeline: string, page: Page): Promise<Part<Promotion>> {
  const part = await queryPage(ledger, { group: listOf(pipeline), index: 'by-pipeline', ...page });
  return { ...part, items: part.items.map(promotionOf) };
}

/** Of the newest promotions of a pipeline, those that have not ended, except those that nobody started yet. */
export async function listUnderWay(ledger: Ledger, pipeline: string): Promise<Promotion[]> {
  const newest = { index: 'by-pipeline', group: listOf(pipeline), limit: 50, order: 'newest-first' } as const;
  return (await queryFirst(ledger, newest)).map(promotionOf).filter(({ settledAt }) => settledAt === undefined);
}

/** Begins a rollout's record; a rollout that exists keeps its record. */
export async function recordRollout(ledger: Ledger, rollout: Rollout): Promise<void> {
  await putNew(ledger, { ...rolloutKey(rollout.promotion, rollout.environment), ...rollout });
}

/** What was decided on a plan. */
export interface DecidedPlan {
  readonly digest: string;
  readonly policyDigest: string;
  /** It may be executed. */
  readonly cleared: boolean;
  /** Whose approval it needs. */
  readonly needs?: Requirement | undefined;
}

/** Binds the rollout to the plan that was decided on. A plan that was cleared before is cleared no more. */
export async function recordPlan(
  ledger: Ledger,
  rollout: Pick<Rollout, 'promotion' | 'environment'>,
  { digest, policyDigest, cleared, needs }: DecidedPlan,
): Promise<void> {
  const set = ['planDigest = :digest', 'policyDigest = :policies'];
  const remove = [];
  if (cleared) set.push('clearedDigest = :digest');
  else remove.push('clearedDigest');
  if (needs) set.push('needs = :needs');
  else remove.push('needs');
  await changeItem(ledger, rolloutKey(rollout.promotion, rollout.environment), {
    UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(settledAt)',
    ExpressionAttributeValues: { ':digest': digest, ':policies': policyDigest, ...(needs && { ':needs': needs }) },
  });
}

/** Notes that a gate said no. The rollout ends so, whatever else happens. */
export async function recordRejection(
  ledger: Ledger,
  rollout: Pick<Rollout, 'promotion' | 'environment'>,
  reasons: readonly Reason[],
): Promise<void> {
  await changeItem(ledger, rolloutKey(rollout.promotion, rollout.environment), {
    UpdateExpression: 'SET #status = :rejected, reasons = :reasons',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(settledAt)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':rejected': 'rejected', ':reasons': keptReasons(reasons) },
  });
}

export async function readRollout(
  ledger: Ledger,
  promotion: PromotionId,
  environment: string,
): Promise<Rollout | undefined> {
  const item = await getItem(ledger, rolloutKey(promotion, environment));
  return item === undefined ? undefined : (withoutKeys(item) as Rollout);
}

/** Ends a rollout once: outcome, reasons and time. */
export async function recordOutcome(
  ledger: Ledger,
  rollout: Pick<Rollout, 'promotion' | 'environment'>,
  end: { outcome: Outcome; reasons: readonly Reason[]; at: string },
): Promise<void> {
  await changeItem(ledger, rolloutKey(rollout.promotion, rollout.environment), {
    UpdateExpression: 'SET #status = :status, reasons = :reasons, settledAt = :at',
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(settledAt)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':status': end.outcome, ':reasons': keptReasons(end.reasons), ':at': end.at },
  });
}

/** Throws RECORD_BROKEN: what somebody wrote past Drawbridge is told, and nothing is guessed. */
export function promotionOf(item: Item): Promotion {
  const parsed = Promotion.safeParse(withoutKeys(item));
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`).join('; ');
  throw failure('RECORD_BROKEN', { promotion: `${item['pk']}`.slice('PROMOTION#'.length), detail });
}

/** Where it stands among others: in the order in which they were asked for. */
function placeOf({ id, requestedAt }: Pick<Promotion, 'id' | 'requestedAt'>): string {
  return `${requestedAt}#${id}`;
}

function groupKey(id: PromotionId, sk: string) {
  return { pk: `PROMOTION#${id}`, sk };
}

function rolloutKey(id: PromotionId, environment: string) {
  return groupKey(id, `ROLLOUT#${environment}`);
}

function listOf(pipeline: string): string {
  return `PIPELINE#${pipeline}`;
}
