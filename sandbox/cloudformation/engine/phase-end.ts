/** What follows when the last step of a phase is over. Status names and reasons: CloudFormation User Guide, "Stack status codes". */

import { dropChangeSet } from '../nested/change-set-family.ts';
import { childrenOf } from '../nested/hierarchy.ts';
import { outputsOf } from '../stack-evaluation.ts';
import { setStackStatus } from '../stack-events.ts';
import { exportConflict } from '../stack-exports.ts';
import { changeSetsOf } from '../stack-lookup.ts';
import type { OperationRecord, ResourceRecord, StackRecord, StepRecord } from '../state.ts';
import { breachedTrigger, monitoringTime } from './rollback-triggers.ts';
import type { StepContext } from './step-context.ts';
import { failedSteps, removeSteps, restoreSteps } from './steps.ts';

const phaseDelay = 1_000;

/** Ends a phase: the operation is over, or its next phase is queued. */
export function endPhase(context: StepContext): void {
  const { phase } = context.operation;
  if (phase === 'forward') endForward(context);
  else if (phase === 'monitor') endMonitoring(context);
  else if (phase === 'cleanup') endCleanup(context);
  else if (phase === 'rollback') endRollback(context);
  else if (phase === 'rollback-cleanup') endRollbackCleanup(context);
  else endDelete(context);
}

function endForward(context: StepContext): void {
  const failed = failedSteps(context.operation);
  const reason = failed.length > 0 ? failureReason(failed) : context.operation.cancelled;
  if (reason !== undefined) {
    undo(context, reason);
    return;
  }
  if (monitoringTime(context) > 0) monitor(context);
  else endMonitoring(context);
}

/** The stack keeps its status; old resources stay until the time is over (API Reference, RollbackConfiguration). */
function monitor(context: StepContext): void {
  const monitorJob = queueAdvance(context, monitoringTime(context));
  Object.assign(context.operation, { phase: 'monitor', monitorJob });
}

function endMonitoring(context: StepContext): void {
  const reason = context.operation.cancelled ?? breachedTrigger(context) ?? complete(context);
  if (reason !== undefined) undo(context, reason);
}

/** Every resource is there: outputs are known, exports checked. Answers why that failed, if it did. */
function complete(context: StepContext): string | undefined {
  const { sandbox, stack, operation } = context;
  const evaluated = outputsOf(sandbox, stack);
  if (evaluated.kind === 'invalid') return evaluated.message;
  const conflict = exportConflict(sandbox, stack, evaluated.outputs);
  if (conflict !== undefined) return conflict;
  stack.outputs = evaluated.outputs;
  stack.imports = evaluated.imports;
  if (operation.kind === 'create') {
    finish(context, 'CREATE_COMPLETE');
    return undefined;
  }
  setStackStatus(sandbox, stack, { status: 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' });
  cleanUp(context);
  return undefined;
}

/**
 * A nested stack is cleaned up only once its whole hierarchy was updated or rolled back: until then the parent may still take back
 * what it did (CloudFormation User Guide, "Troubleshooting", nested stacks stuck in a cleanup state).
 */
function cleanUp(context: StepContext): void {
  const { stack, operation } = context;
  if (operation.nested && !operation.held) {
    operation.held = true;
    return;
  }
  delete operation.held;
  const forward = operation.phase !== 'rollback';
  if (forward) operation.leftovers.push(...withdrawn(stack, operation));
  enter(context, forward ? 'cleanup' : 'rollback-cleanup', removeSteps(operation.leftovers));
  for (const child of heldChildren(context)) cleanUp(child);
}

function heldChildren({ sandbox, stack }: StepContext): StepContext[] {
  return childrenOf(sandbox, stack).flatMap((child) =>
    child.operation?.held ? [{ sandbox, stack: child, operation: child.operation }] : [],
  );
}

/** Resources the new template has no more. They leave the stack now and are removed in the cleanup. */
function withdrawn(stack: StackRecord, operation: OperationRecord): ResourceRecord[] {
  const gone = Object.values(stack.resources).filter((record) => operation.steps[record.logicalId] === undefined);
  for (const record of gone) delete stack.resources[record.logicalId];
  return gone;
}

/** What follows a failure on the way forward, as the operation was asked to handle one. */
export function undo(context: StepContext, reason: string): void {
  const { operation } = context;
  if (operation.kind === 'create') undoCreate(context, reason);
  else if (operation.onFailure === 'nothing') stop(context, 'UPDATE_FAILED', reason);
  else undoUpdate(context, reason);
}

/** Goes back to the last stable state; without one the update stays failed. */
export function undoUpdate(context: StepContext, reason: string): void {
  if (context.operation.before === undefined) stop(context, 'UPDATE_FAILED', reason);
  else startRestore(context, reason);
}

function undoCreate(context: StepContext, reason: string): void {
  const { sandbox, stack, operation } = context;
  if (operation.onFailure === 'nothing') {
    stop(context, 'CREATE_FAILED', reason);
    return;
  }
  const deleting = operation.onFailure === 'delete';
  const status = deleting ? 'DELETE_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS';
  setStackStatus(sandbox, stack, { status, reason: `${reason}${deleting ? 'Delete' : 'Rollback'} requested by user.` });
  enter(context, deleting ? 'delete' : 'rollback', removeSteps(Object.values(stack.resources)));
}

/** Begins the way back to what the stack was. */
export function startRestore(context: StepContext, reason?: string): void {
  const { sandbox, stack, operation } = context;
  if (operation.before === undefined) return;
  delete operation.held;
  setStackStatus(sandbox, stack, {
    status: 'UPDATE_ROLLBACK_IN_PROGRESS',
    ...(reason === undefined ? {} : { reason }),
  });
  const { model, roleArn } = operation.before;
  stack.model = model;
  if (roleArn !== undefined) stack.roleArn ??= roleArn;
  enter(context, 'rollback', restoreSteps(stack, operation, operation.before));
}

function endCleanup(context: StepContext): void {
  const kept = failedSteps(context.operation).length > 0;
  const reason = 'Update successful. One or more resources could not be deleted.';
  finish(context, 'UPDATE_COMPLETE', kept ? reason : undefined);
}

function endRollback(context: StepContext): void {
  const { sandbox, stack, operation } = context;
  const failed = failedSteps(operation);
  if (operation.before === undefined) {
    if (failed.length > 0) finish(context, 'ROLLBACK_FAILED', failureReason(failed));
    else finish(context, 'ROLLBACK_COMPLETE');
    return;
  }
  if (failed.length > 0) {
    stop(context, 'UPDATE_ROLLBACK_FAILED', failureReason(failed));
    return;
  }
  stack.outputs = operation.before.outputs;
  stack.imports = operation.before.imports;
  setStackStatus(sandbox, stack, { status: 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS' });
  cleanUp(context);
}

function endRollbackCleanup(context: StepContext): void {
  finish(context, 'UPDATE_ROLLBACK_COMPLETE');
}

function endDelete(context: StepContext): void {
  const { sandbox, stack, operation } = context;
  const failed = failedSteps(operation);
  if (failed.length > 0) {
    finish(context, 'DELETE_FAILED', failureReason(failed));
    return;
  }
  stack.deletedAt = sandbox.now();
  finish(context, 'DELETE_COMPLETE');
  for (const changeSet of changeSetsOf(sandbox, stack.stackId)) {
    if (changeSet.changeSetId !== operation.changeSetId) dropChangeSet(sandbox, changeSet);
  }
}

/** The operation is over and leaves nothing to continue. */
function finish(context: StepContext, status: StackRecord['status'], reason?: string): void {
  const { sandbox, stack } = context;
  settleChangeSet(context, status);
  setStackStatus(sandbox, stack, { status, ...(reason === undefined ? {} : { reason }) });
  delete stack.operation;
}

/** The operation is over, but RollbackStack or ContinueUpdateRollback can take it up again. */
function stop(context: StepContext, status: StackRecord['status'], reason: string): void {
  settleChangeSet(context, status);
  setStackStatus(context.sandbox, context.stack, { status, reason });
}

/** The change set an operation executes ends as the operation did. */
export function settleChangeSet({ sandbox, operation }: StepContext, status: string): void {
  const changeSet = sandbox.world.cloudformation.changeSets[operation.changeSetId ?? ''];
  if (changeSet === undefined) return;
  const complete = status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE';
  changeSet.executionStatus = complete ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED';
}

function enter(context: StepContext, phase: OperationRecord['phase'], steps: Record<string, StepRecord>): void {
  Object.assign(context.operation, { phase, steps });
  queueAdvance(context, phaseDelay);
}

function queueAdvance({ sandbox, stack, operation }: StepContext, delay: number): number {
  const payload = { stackId: stack.stackId, operationId: operation.id };
  return sandbox.schedule({ at: sandbox.now() + delay, service: 'cloudformation', name: 'advance', payload });
}

/** "The following resource(s) failed to update: [A, B]. " */
function failureReason(failed: readonly StepRecord[]): string {
  const verbs = { create: 'create', update: 'update', remove: 'delete' } as const;
  const kinds = (['create', 'update', 'remove'] as const).map((kind) => ({
    kind,
    names: failed.filter((step) => kindOf(step) === kind).map((step) => step.logicalId),
  }));
  return kinds
    .filter(({ names }) => names.length > 0)
    .map(({ kind, names }) => `The following resource(s) failed to ${verbs[kind]}: [${names.join(', ')}]. `)
    .join('');
}

function kindOf(step: StepRecord): 'create' | 'update' | 'remove' {
  if (step.verb === 'remove') return 'remove';
  return step.verb === 'apply' && step.change === 'create' ? 'create' : 'update';
}
