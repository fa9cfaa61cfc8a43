/** Drift in the ledger: what is known of each stack, and how far a promotion's detection in a target is. */
import { Detection } from '#shared/domain/drift/detection.ts';
import { DriftRecord } from '#shared/domain/drift/drift.ts';
import { getItem, type Ledger, putItem, queryItems, withoutKeys } from './table.ts';

type Where = Pick<Detection, 'promotion' | 'environment' | 'target'>;

/** Notes what a detection found. Who looked last knows best. */
export async function recordDrift(ledger: Ledger, drift: DriftRecord): Promise<void> {
  const { pipeline, environment, target, stack } = drift;
  await putItem(ledger, { pk: `DRIFT#${pipeline}`, sk: `${environment}#${target}#${stack}`, ...drift });
}

/** What is known of the stacks of a pipeline, of those of an environment, or of those of one target in it. */
export async function listDrifts(
  ledger: Ledger,
  { pipeline, environment, target }: { pipeline: string; environment?: string; target?: string },
): Promise<DriftRecord[]> {
  const prefix = [environment, target].flatMap((part) => (part === undefined ? [] : [`${part}#`])).join('');
  const items = await queryItems(ledger, `DRIFT#${pipeline}`, prefix);
  return items.map((item) => DriftRecord.parse(withoutKeys(item)));
}

/** Keeps how far a detection is, so that whoever looks next goes on from there. */
export async function keepDetection(ledger: Ledger, detection: Detection): Promise<void> {
  await putItem(ledger, { ...keyOf(detection), ...detection });
}

export async function findDetection(ledger: Ledger, where: Where): Promise<Detection | undefined> {
  const item = await getItem(ledger, keyOf(where));
  return item === undefined ? undefined : Detection.parse(withoutKeys(item));
}

function keyOf({ promotion, environment, target }: Where) {
  return { pk: `PROMOTION#${promotion}`, sk: `DETECTION#${environment}#${target}` };
}
