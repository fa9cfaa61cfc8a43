/** Whether a plan takes an export away from a stack that will still import it. */
import { failure } from '../errors/catalogue.ts';
import type { Placed } from '../names.ts';
import type { DesiredStack } from './comparison.ts';
import { isKnown } from './exports.ts';
import type { Preparation } from './preparation.ts';

/**
 * Throws EXPORT_IN_USE for the first. A stack of the same plan that comes before the exporting one and no longer imports the export has
 * let go of it by then; whoever comes later has not.
 */
export function demandUnusedExports(
  preparations: readonly Preparation[],
  desired: readonly Pick<DesiredStack, 'stack' | 'stackName'>[],
  { account, region }: Placed,
): void {
  const prepared = new Map(preparations.map((preparation) => [preparation.stack, preparation]));
  const letGo: Letting[] = [];
  for (const { stack, stackName } of desired) {
    const preparation = prepared.get(stack);
    if (preparation?.kind !== 'planned') continue;
    for (const { name, how, importers } of preparation.exportsInUse ?? []) {
      const left = importers.filter((importer) => !letGo.some((one) => isIn(importer, one) && lets(one, name)));
      if (left.length === 0) continue;
      throw failure('EXPORT_IN_USE', { stack, name, how, importers: left }, { stack: stackName, account, region });
    }
    if (preparation.imports !== undefined) letGo.push({ stackName, imports: preparation.imports });
  }
}

interface Letting {
  readonly stackName: string;
  /** What the stack imports once its change set has run. */
  readonly imports: readonly string[];
}

/** Nested stacks have names that begin like their parent's. */
function isIn(importer: string, { stackName }: Letting): boolean {
  return importer === stackName || importer.startsWith(`${stackName}-`);
}

/** Whether a name that nobody knows yet is the export's only the deployment can tell, so it is not held against the plan. */
function lets({ imports }: Letting, name: string): boolean {
  return !imports.filter(isKnown).includes(name);
}
