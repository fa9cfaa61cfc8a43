/** Where a release was verified: in a whole environment, which opens the next one, and target by target, which is what rollbacks go back to. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { VerifiedTarget } from '#shared/domain/promotion/verified-targets.ts';
import { changeItem, type Ledger, putNew, queryItems, withoutKeys } from './table.ts';

interface InEnvironment {
  readonly release: string;
  readonly environment: string;
  readonly at: string;
}

/** Notes that a release was verified in an environment. The first time counts, or the first after it was revoked. */
export async function recordVerified(ledger: Ledger, { release, environment, at }: InEnvironment): Promise<void> {
  await changeItem(ledger, environmentKey({ release, environment }), {
    UpdateExpression: 'SET #at = :at REMOVE revokedAt, revokedBy',
    ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(revokedAt)',
    ExpressionAttributeNames: { '#at': 'at' },
    ExpressionAttributeValues: { ':at': at },
  });
}

/** Takes back that a release was verified in an environment: a later verification failed. It may go no further until one passes. */
export async function revokeVerified(
  ledger: Ledger,
  { release, environment, at, promotion }: InEnvironment & { readonly promotion: PromotionId },
): Promise<void> {
  await changeItem(ledger, environmentKey({ release, environment }), {
    UpdateExpression: 'SET revokedAt = :at, revokedBy = :promotion',
    ConditionExpression: 'attribute_exists(pk)',
    ExpressionAttributeValues: { ':at': at, ':promotion': promotion },
  });
}

/** The environments in which this release is verified. */
export async function listVerified(ledger: Ledger, release: string): Promise<Set<string>> {
  const items = await queryItems(ledger, `RELEASE#${release}`, 'VERIFIED#');
  const valid = items.filter((item) => item['revokedAt'] === undefined);
  return new Set(valid.map((item) => String(item['sk']).slice('VERIFIED#'.length)));
}

/** Notes that what a target runs was found good, or with `revoked` that it is not any more. Every time stays on record. */
export async function recordVerifiedTarget(ledger: Ledger, verified: VerifiedTarget): Promise<void> {
  const { pipeline, environment, target, release, promotion, at, revoked } = verified;
  await putNew(ledger, { pk: historyOf(verified), sk: `${at}#${promotion}`, ...verified });
  await changeItem(
    ledger,
    { pk: `RUNNING#${pipeline}`, sk: `${environment}#${target}` },
    {
      UpdateExpression: revoked === true ? 'REMOVE verifiedAt' : 'SET verifiedAt = :at',
      ConditionExpression: '#release = :release',
      ExpressionAttributeNames: { '#release': 'release' },
      ExpressionAttributeValues: { ':release': release, ...(revoked === true ? {} : { ':at': at }) },
    },
  );
}

/** What was found good in a target, and what is not any more, oldest first. */
export async function listVerifiedTarget(
  ledger: Ledger,
  where: Pick<VerifiedTarget, 'pipeline' | 'environment' | 'target'>,
): Promise<VerifiedTarget[]> {
  return (await queryItems(ledger, historyOf(where), '')).map((item) => VerifiedTarget.parse(withoutKeys(item)));
}

function historyOf({ pipeline, environment, target }: Pick<VerifiedTarget, 'pipeline' | 'environment' | 'target'>) {
  return `VERIFIED#${pipeline}#${environment}#${target}`;
}

function environmentKey({ release, environment }: Pick<InEnvironment, 'release' | 'environment'>) {
  return { pk: `RELEASE#${release}`, sk: `VERIFIED#${environment}` };
}
