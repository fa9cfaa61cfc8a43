/** Targets and what they run, in the ledger. */
import * as z from 'zod';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { AccountId, Instant, Name, Region } from '#shared/domain/identifiers.ts';
import { Running } from '#shared/domain/promotion/running.ts';
import { changeItem, getItem, type Ledger, putItem, putNew, queryItems, withoutKeys } from './table.ts';

/** A target as onboarded: where it is, what selects it, and the ExternalId issued for its account. */
export const TargetRecord = z.strictObject({
  name: Name,
  account: AccountId,
  region: Region,
  labels: z.record(z.string(), z.string()),
  externalId: z.string().min(2).max(1224),
  /** Lifetime of sessions in this target; 900 where nothing is said. */
  sessionSeconds: z.int().min(900).max(3600).exactOptional(),
  /** Who last applied it and when, unless it is as it was onboarded. */
  appliedBy: z.string().exactOptional(),
  appliedAt: Instant.exactOptional(),
});
export type TargetRecord = z.infer<typeof TargetRecord>;

const targets = 'TARGETS';

export async function recordTarget(ledger: Ledger, target: TargetRecord): Promise<void> {
  await putItem(ledger, { pk: targets, sk: `TARGET#${target.name}`, ...target });
}

/** Who applied a target, when, and what. */
type AppliedTarget = TargetRecord & Required<Pick<TargetRecord, 'appliedBy' | 'appliedAt'>>;

/** Adds a target unless the name is taken meanwhile. Answers whether this call did. */
export async function addTarget(ledger: Ledger, target: AppliedTarget): Promise<boolean> {
  const added = await putNew(ledger, { pk: targets, sk: `TARGET#${target.name}`, ...target });
  if (added) await noteApplied(ledger, target);
  return added;
}

/** Gives a target other labels and another session lifetime. Answers false, and changes nothing, when it is not where it was any more. */
export async function changeTarget(ledger: Ledger, target: AppliedTarget): Promise<boolean> {
  const { name, account, region, labels, sessionSeconds, appliedBy, appliedAt } = target;
  const seconds = sessionSeconds === undefined ? ' REMOVE sessionSeconds' : ', sessionSeconds = :seconds';
  const changed = await changeItem(
    ledger,
    { pk: targets, sk: `TARGET#${name}` },
    {
      UpdateExpression: `SET labels = :labels, appliedBy = :by, appliedAt = :at${seconds}`,
      ConditionExpression: 'account = :account AND #region = :region',
      ExpressionAttributeNames: { '#region': 'region' },
      ExpressionAttributeValues: {
        ...{ ':labels': labels, ':by': appliedBy, ':at': appliedAt, ':account': account, ':region': region },
        ...(sessionSeconds === undefined ? {} : { ':seconds': sessionSeconds }),
      },
    },
  );
  if (changed) await noteApplied(ledger, target);
  return changed;
}

/** Every application stays on record; the ExternalId is not part of it. */
async function noteApplied(ledger: Ledger, { externalId: _externalId, ...shown }: AppliedTarget): Promise<void> {
  await putNew(ledger, { pk: `TARGET#${shown.name}`, sk: `APPLIED#${shown.appliedAt}#${shown.appliedBy}`, ...shown });
}

/** Throws TARGET_UNKNOWN. */
export async function readTarget(ledger: Ledger, name: string): Promise<TargetRecord> {
  const item = await getItem(ledger, { pk: targets, sk: `TARGET#${name}` });
  if (item === undefined) throw failure('TARGET_UNKNOWN', { target: name });
  return TargetRecord.parse(withoutKeys(item));
}

export async function listTargets(ledger: Ledger): Promise<TargetRecord[]> {
  return (await queryItems(ledger, targets, 'TARGET#')).map((item) => TargetRecord.parse(withoutKeys(item)));
}

/** Notes what a target runs now. The same release stays "since" its first arrival. */
export async function recordRunning(ledger: Ledger, running: Running): Promise<void> {
  const key = { pk: `RUNNING#${running.pipeline}`, sk: `${running.environment}#${running.target}` };
  await changeItem(ledger, key, {
    UpdateExpression:
      'SET pipeline = :pipeline, environment = :environment, target = :target, #release = :release, releaseId = :releaseId, promotion = :promotion, since = :since REMOVE verifiedAt, mixed',
    ConditionExpression: 'attribute_not_exists(pk) OR #release <> :release OR attribute_exists(mixed)',
    ExpressionAttributeNames: { '#release': 'release' },
    ExpressionAttributeValues: Object.fromEntries(Object.entries(running).map(([name, value]) => [`:${name}`, value])),
  });
}

/** Notes that a promotion changed some of a target's stacks to another release, and not all: what runs there is not verified any more. */
export async function recordMixed(
  ledger: Ledger,
  where: Pick<Running, 'pipeline' | 'environment' | 'target'>,
  mixed: NonNullable<Running['mixed']>,
): Promise<void> {
  const key = { pk: `RUNNING#${where.pipeline}`, sk: `${where.environment}#${where.target}` };
  await changeItem(ledger, key, {
    UpdateExpression: 'SET mixed = :mixed REMOVE verifiedAt',
    ConditionExpression: 'attribute_exists(pk) AND releaseId <> :releaseId',
    ExpressionAttributeValues: { ':mixed': mixed, ':releaseId': mixed.releaseId },
  });
}

/** What is where: every target of a pipeline with the release it runs. */
export async function listRunning(ledger: Ledger, pipeline: string): Promise<Running[]> {
  return (await queryItems(ledger, `RUNNING#${pipeline}`, '')).map((item) => Running.parse(withoutKeys(item)));
}
