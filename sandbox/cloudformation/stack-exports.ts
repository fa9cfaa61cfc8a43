/** Exports and imports of an account and region. CloudFormation User Guide, "Get exported outputs from a deployed stack". */
import type { Sandbox } from '../kernel.ts';
import { type Place, stacksOf } from './stack-lookup.ts';
import type { OutputRecord, StackRecord } from './state.ts';

export interface ExportRecord {
  readonly name: string;
  readonly value: string;
  readonly stack: StackRecord;
}

export function exportsOf(place: Place): ExportRecord[] {
  return stacksOf(place)
    .filter((stack) => stack.status !== 'DELETE_COMPLETE')
    .flatMap((stack) =>
      stack.outputs.flatMap(({ exportName, value }) =>
        exportName === undefined ? [] : [{ name: exportName, value, stack }],
      ),
    );
}

/** Names of the stacks that import an export. */
export function importersOf(place: Place, exportName: string): string[] {
  return stacksOf(place)
    .filter((stack) => stack.status !== 'DELETE_COMPLETE' && stack.imports.includes(exportName))
    .map((stack) => stack.stackName);
}

/** Why a stack may not have these outputs: a name exported elsewhere, or a used export that would change or go. */
export function exportConflict(
  sandbox: Sandbox,
  stack: StackRecord,
  outputs: readonly OutputRecord[],
): string | undefined {
  const place = { sandbox, account: stack.account, region: stack.region };
  const taken = exportsOf(place).find(
    (other) => other.stack !== stack && outputs.some((output) => output.exportName === other.name),
  );
  if (taken !== undefined) {
    return `Export with name ${taken.name} is already exported by stack ${taken.stack.stackName}. `;
  }
  for (const { exportName, value } of stack.outputs) {
    const next = outputs.find((output) => output.exportName === exportName);
    if (exportName === undefined || next?.value === value) continue;
    const users = importersOf(place, exportName);
    const verb = next === undefined ? 'deleted' : 'updated';
    if (users.length > 0) return `Export ${exportName} cannot be ${verb} as it is in use by ${users.join(', ')}. `;
  }
  return undefined;
}

/** Why a stack may not be deleted: another one imports from it. */
export function exportInUse(place: Place, stack: StackRecord): string | undefined {
  for (const { exportName } of stack.outputs) {
    const users = exportName === undefined ? [] : importersOf(place, exportName);
    if (users.length > 0)
      return `Delete canceled. Cannot delete export ${exportName} as it is in use by ${users.join(', ')}.`;
  }
  return undefined;
}
