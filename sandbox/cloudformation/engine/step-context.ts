/** What the parts of a step share. */
import type { Sandbox } from '../../kernel.ts';
import { recordResourceEvent } from '../stack-events.ts';
import { isBusy } from '../stack-lookup.ts';
import type { OperationRecord, ResourceRecord, StackRecord, StepRecord } from '../state.ts';

/** Everything a step works on. */
export interface StepContext {
  readonly sandbox: Sandbox;
  readonly stack: StackRecord;
  readonly operation: OperationRecord;
}

/** Writes a status into the resource and its event. */
export function mark(
  { sandbox, stack }: StepContext,
  record: ResourceRecord,
  next: { readonly status: ResourceRecord['status']; readonly reason?: string },
): void {
  record.status = next.status;
  record.updatedAt = sandbox.now();
  if (next.reason === undefined) delete record.statusReason;
  else record.statusReason = next.reason;
  const { logicalId, type, physicalId } = record;
  recordResourceEvent(sandbox, stack, {
    logicalId,
    type,
    ...next,
    ...(physicalId === undefined ? {} : { physicalId }),
    ...(next.status.startsWith('DELETE') ? {} : { properties: record.definition.properties }),
  });
}

/** Whether a removal takes back what this operation, or the one it is part of, created. */
export function isUndone({ operation }: StepContext): boolean {
  return operation.undoing === true || (operation.kind !== 'delete' && operation.phase !== 'cleanup');
}

/** Whether the operation still is on its way forward. One that waits for its parent to clean up is through. */
export function isForward({ stack, operation }: StepContext): boolean {
  const { phase, held } = operation;
  return isBusy(stack) && !held && (phase === 'forward' || phase === 'monitor');
}

/** The resource a step is about. */
export function recordOf(context: StepContext, { verb, logicalId }: StepRecord): ResourceRecord | undefined {
  return verb === 'remove' ? removable(context, logicalId) : context.stack.resources[logicalId];
}

/** The physical resource a removal is about: one set aside, or one of the stack itself. */
export function removable({ stack, operation }: StepContext, logicalId: string): ResourceRecord | undefined {
  const setAside = operation.phase === 'cleanup' || operation.phase === 'rollback-cleanup';
  if (!setAside) return stack.resources[logicalId];
  return operation.leftovers.find((record) => record.logicalId === logicalId);
}
