/** The attempts of probes in the ledger, each written before it begins. What came of one is added once. */
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { Attempt } from '#shared/domain/verification/attempt.ts';
import { changeItem, type Ledger, putNew, queryItems, withoutKeys } from './table.ts';

type Where = Pick<Attempt, 'promotion' | 'environment' | 'target'>;
type Begun = Pick<Attempt, keyof Where | 'series' | 'index' | 'probe' | 'attempt' | 'startedAt'>;
type Ended = Pick<Attempt, 'endedAt' | 'reason' | 'output' | 'outputDigest'> & Required<Pick<Attempt, 'outcome'>>;

/** Writes an attempt down unless it is on record already. */
export async function recordAttempt(ledger: Ledger, begun: Begun): Promise<void> {
  await putNew(ledger, { ...keyOf(begun), ...begun });
}

/** Adds what came of an attempt. What was added first stands. */
export async function recordAnswer(ledger: Ledger, begun: Begun, ended: Ended): Promise<void> {
  const given = Object.entries(ended).filter(([, value]) => value !== undefined);
  await changeItem(ledger, keyOf(begun), {
    UpdateExpression: `SET ${given.map((_, index) => `#n${index} = :v${index}`).join(', ')}`,
    ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(outcome)',
    ExpressionAttributeNames: Object.fromEntries(given.map(([name], index) => [`#n${index}`, name])),
    ExpressionAttributeValues: Object.fromEntries(given.map(([, value], index) => [`:v${index}`, value])),
  });
}

/** The attempts of one verification of a target, by probe and in order. */
export async function listAttempts(ledger: Ledger, where: Where & Pick<Attempt, 'series'>): Promise<Attempt[]> {
  return attemptsOf(ledger, where.promotion, `${prefixOf(where)}${padded(where.series)}#`);
}

/** Every attempt of a promotion. */
export async function listVerifications(ledger: Ledger, promotion: PromotionId): Promise<Attempt[]> {
  return attemptsOf(ledger, promotion, 'PROBE#');
}

async function attemptsOf(ledger: Ledger, promotion: string, prefix: string): Promise<Attempt[]> {
  const items = await queryItems(ledger, `PROMOTION#${promotion}`, prefix);
  return items.map((item) => Attempt.parse(withoutKeys(item)));
}

function keyOf(attempt: Begun) {
  const { promotion, series, index } = attempt;
  const sk = `${prefixOf(attempt)}${[series, index, attempt.attempt].map(padded).join('#')}`;
  return { pk: `PROMOTION#${promotion}`, sk };
}

const prefixOf = ({ environment, target }: Where) => `PROBE#${environment}#${target}#`;

const padded = (number: number) => `${number}`.padStart(4, '0');
