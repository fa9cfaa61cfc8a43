/** The handles of a target's plan: which change sets stand for it. The plan itself is a document under its digest, without handles. */
import * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Digest, Instant, Name, PromotionId } from '#shared/domain/identifiers.ts';
import { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { readRollout } from './promotions.ts';
import { getItem, type Ledger, putItem, queryItems, withoutKeys } from './table.ts';

export const PlannedStack = z.strictObject({
  stack: Name,
  stackName: z.string(),
  stackId: z.string(),
  /** Absent where only settings change. */
  changeSetName: z.string().optional(),
  changeSetId: z.string().optional(),
  /** Digest of the normalised changes, compared again before execution. */
  digest: Digest.optional(),
  settings: z.strictObject({
    terminationProtection: z.boolean().exactOptional(),
    stackPolicy: z.string().exactOptional(),
  }),
  recovery: StackPlan.shape.recovery,
});
export type PlannedStack = z.infer<typeof PlannedStack>;

export const PlannedTarget = z.strictObject({
  promotion: PromotionId,
  environment: Name,
  target: Name,
  digest: Digest,
  preparedAt: Instant,
  /** Only the stacks with something to do, in the order of their dependencies. */
  stacks: z.array(PlannedStack),
});
export type PlannedTarget = z.infer<typeof PlannedTarget>;

type Where = Pick<PlannedTarget, 'promotion' | 'environment' | 'target'>;

/** Keeps the handles of a target's newest plan. */
export async function recordPlannedTarget(ledger: Ledger, planned: PlannedTarget): Promise<void> {
  await putItem(ledger, { ...keyOf(planned), ...planned });
}

export async function readPlannedTarget(ledger: Ledger, where: Where): Promise<PlannedTarget | undefined> {
  const item = await getItem(ledger, keyOf(where));
  return item === undefined ? undefined : PlannedTarget.parse(withoutKeys(item));
}

/** Every planned target of a promotion. */
export async function listPlannedTargets(ledger: Ledger, promotion: PromotionId): Promise<PlannedTarget[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, 'PLANNED#');
  return items.map((item) => PlannedTarget.parse(withoutKeys(item)));
}

/**
 * The handles to execute one stack by, if the plan with `digest` is the one that was cleared: every gate said yes, every approval was
 * given. Throws PLAN_CHANGED when another plan was cleared, none was, or it knows nothing of the stack.
 */
export async function readPlannedStack(
  ledger: Ledger,
  sought: Where & { readonly stack: string; readonly digest: string },
): Promise<PlannedStack & { readonly preparedAt: string }> {
  const { promotion, environment, stack, digest } = sought;
  const [rollout, planned] = await Promise.all([
    readRollout(ledger, promotion, environment),
    readPlannedTarget(ledger, sought),
  ]);
  const found = planned?.stacks.find((candidate) => candidate.stack === stack);
  if (rollout?.clearedDigest === digest && planned !== undefined && found !== undefined)
    return { ...found, preparedAt: planned.preparedAt };
  throw failure('PLAN_CHANGED', { stack, planned: digest, now: rollout?.clearedDigest ?? 'none' });
}

function keyOf(where: Where) {
  return { pk: `PROMOTION#${where.promotion}`, sk: `PLANNED#${where.environment}#${where.target}` };
}
