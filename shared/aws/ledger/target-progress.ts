/** How each target fares in a rollout, in the ledger: one item per target, which the newest round replaces. */
import { mapBounded } from '#shared/bounded.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import type { Assignment } from '#shared/domain/plan/waves.ts';
import { keptReasons } from '#shared/domain/promotion/kept-reasons.ts';
import type { Reason } from '#shared/domain/promotion/records.ts';
import { leftOut, TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { changeItem, getItem, type Ledger, putItem, queryHaving, queryItems, withoutKeys } from './table.ts';

type Where = Pick<TargetProgress, 'promotion' | 'environment' | 'target'>;
type Round = Where & Pick<TargetProgress, 'round'>;

/** So many items are written at once. */
const itemsAtOnce = 25;

/** Gives every target of a round its work, wave by wave. */
export async function assignTargets(
  ledger: Ledger,
  round: Pick<TargetProgress, 'promotion' | 'environment' | 'round' | 'digest'> & {
    readonly waves: readonly { readonly targets: readonly string[] }[];
    readonly assignments: readonly Assignment[];
  },
): Promise<void> {
  const { promotion, environment, round: number, digest, waves, assignments } = round;
  const waveOf = new Map(waves.flatMap(({ targets }, wave) => targets.map((target) => [target, wave])));
  await mapBounded(assignments, itemsAtOnce, ({ target, stacks, complete, soaks }) =>
    assignTarget(ledger, {
      ...{ promotion, environment, target, digest, round: number, complete, stacks: [...stacks] },
      ...{ wave: waveOf.get(target) ?? 0, status: 'assigned', reasons: [] },
      ...(soaks && { soakDue: true }),
    }),
  );
}

/** Gives a target its work of a round. A round that is decided again leaves what was begun as it is. */
async function assignTarget(ledger: Ledger, progress: TargetProgress): Promise<void> {
  const known = await readTargetProgress(ledger, progress);
  if (known !== undefined && known.round === progress.round && known.status !== 'assigned') return;
  // What its alarms do counts from the first round on that began anything there.
  const begun = known?.startedAt === undefined ? {} : { startedAt: known.startedAt };
  await putItem(ledger, { ...keyOf(progress), ...progress, ...begun });
}

export async function readTargetProgress(ledger: Ledger, where: Where): Promise<TargetProgress | undefined> {
  const item = await getItem(ledger, keyOf(where));
  return item === undefined ? undefined : TargetProgress.parse(withoutKeys(item));
}

/** Every target of a rollout that was ever given work, by name. */
export async function listTargetProgress(
  ledger: Ledger,
  { promotion, environment }: { readonly promotion: PromotionId; readonly environment: string },
): Promise<TargetProgress[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, `TARGET#${environment}#`);
  return items.map((item) => TargetProgress.parse(withoutKeys(item)));
}

/** Those that were stopped. Each of a thousand targets asks for them before it starts, so that the others are not answered. */
export async function listStopped(
  ledger: Ledger,
  { promotion, environment }: { readonly promotion: PromotionId; readonly environment: string },
): Promise<TargetProgress[]> {
  const group = { pk: `PROMOTION#${promotion}`, prefix: `TARGET#${environment}#` };
  const items = await queryHaving(ledger, group, ['status', 'stopped']);
  return items.map((item) => TargetProgress.parse(withoutKeys(item)));
}

/** The targets without which a rollout goes on in this round. */
export async function listLeftOut(ledger: Ledger, rollout: Omit<Round, 'target'>): Promise<ReadonlySet<string>> {
  return rollout.round === 1 ? new Set() : leftOut(await listStopped(ledger, rollout), rollout);
}

/** Whether a rollout goes on without a target in this round. */
export async function isLeftOut(ledger: Ledger, where: Round): Promise<boolean> {
  const own = where.round === 1 ? undefined : await readTargetProgress(ledger, where);
  return own !== undefined && leftOut([own], where).has(own.target);
}

/** Notes that work began. */
export async function openProgress(ledger: Ledger, where: Round & { readonly at: string }): Promise<void> {
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'SET #status = :open, startedAt = if_not_exists(startedAt, :at)',
    ConditionExpression: 'round = :round AND #status = :assigned',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':open': 'open', ':at': where.at, ':round': where.round, ':assigned': 'assigned' },
  });
}

/** Notes how a target ended. What ended before stays as it was; only a soak may still stop what was done. */
export async function closeProgress(
  ledger: Ledger,
  where: Round & { readonly at: string; readonly reasons: readonly Reason[] },
): Promise<void> {
  const { at, round, reasons } = where;
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'SET #status = :status, reasons = :reasons, endedAt = :at',
    ConditionExpression: 'round = :round AND #status IN (:assigned, :open)',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...{ ':status': reasons.length === 0 ? 'done' : 'stopped', ':reasons': keptReasons(reasons), ':at': at },
      ...{ ':round': round, ':assigned': 'assigned', ':open': 'open' },
    },
  });
}

/** Notes how the alarms of a target behaved: they were OK all the while, or why not. */
export async function concludeSoak(
  ledger: Ledger,
  where: Where & { readonly at: string; readonly reasons: readonly Reason[] },
): Promise<void> {
  const { at, reasons } = where;
  const good = reasons.length === 0;
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'SET soaked = :soaked, #status = :status, reasons = :reasons, endedAt = :at',
    ConditionExpression: '#status = :done',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: {
      ...{ ':soaked': good, ':status': good ? 'done' : 'stopped', ':reasons': reasons, ':at': at, ':done': 'done' },
    },
  });
}

/** Notes that a target's alarms are still to be watched, so that nobody takes it for through. After the last wave no other soak is due. */
export async function beginSoak(ledger: Ledger, where: Where, { last }: { readonly last: boolean }): Promise<void> {
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: `SET soaked = :soaked${last ? ' REMOVE soakDue' : ''}`,
    ConditionExpression: '#status = :done',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':soaked': false, ':done': 'done' },
  });
}

/** Notes that no soak is due any more. */
export async function endSoaks(ledger: Ledger, where: Where): Promise<void> {
  await changeItem(ledger, keyOf(where), {
    UpdateExpression: 'REMOVE soakDue',
    ConditionExpression: '#status = :done',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':done': 'done' },
  });
}

function keyOf({ promotion, environment, target }: Where) {
  return { pk: `PROMOTION#${promotion}`, sk: `TARGET#${environment}#${target}` };
}
