/** The first part of a step: finding out what has to be done, and saying so. Nothing is touched yet. */
import { isNestedStack } from '../nested/hierarchy.ts';
import { replacementOf } from '../resource-definition.ts';
import { evaluateOne } from '../stack-evaluation.ts';
import { deniedByStackPolicy } from '../stack-policy.ts';
import type { ResourceDefinition, ResourceRecord, StepRecord } from '../state.ts';
import { isUndone, mark, removable, type StepContext } from './step-context.ts';
import { failStep } from './step-failure.ts';

const actDelay = 1_000;

/** Announces a step and queues its second part. A step that has nothing to do is done at once, without an event, as in AWS. */
export function beginStep(context: StepContext, step: StepRecord): void {
  if (step.verb === 'apply') beginApply(context, step);
  else if (step.verb === 'restore') beginRestore(context, step);
  else beginRemove(context, step);
}

function beginApply(context: StepContext, step: StepRecord): void {
  const { sandbox, stack } = context;
  const evaluated = evaluateOne(sandbox, stack, step.logicalId);
  const existing = stack.resources[step.logicalId];
  if (evaluated.kind === 'invalid') {
    step.change = existing === undefined ? 'create' : 'update';
    announceUnknown(context, step);
    failStep(context, step, evaluated.message);
    return;
  }
  const { type, definition } = evaluated;
  step.definition = definition;
  step.type = type;
  // The template of a nested stack is looked at whenever its parent is updated (API Reference, ResourceChangeDetail, Automatic).
  const change = changeNeeded(existing, type, definition) ?? (isNestedStack(type) ? 'update' : undefined);
  if (change === undefined) {
    if (existing !== undefined) existing.definition = definition;
    step.status = 'done';
    return;
  }
  step.change = change;
  announceApply(context, step, { type, definition });
  if (change !== 'create') refuseChange(context, step, type);
}

function changeNeeded(
  existing: ResourceRecord | undefined,
  type: string,
  definition: ResourceDefinition,
): StepRecord['change'] {
  if (existing === undefined || existing.physicalId === undefined) return 'create';
  const replacement = replacementOf(type, existing.definition, definition);
  if (replacement === 'None') return existing.status.endsWith('_FAILED') ? 'update' : undefined;
  return replacement === 'True' ? 'replace' : 'update';
}

function announceApply(
  context: StepContext,
  step: StepRecord,
  made: { readonly type: string; readonly definition: ResourceDefinition },
): void {
  const { sandbox, stack } = context;
  const { logicalId } = step;
  const status = step.change === 'create' ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
  const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
  const { type, definition } = made;
  const record = stack.resources[logicalId] ?? {
    logicalId,
    type,
    status,
    updatedAt: sandbox.now(),
    definition,
    attributes: {},
  };
  stack.resources[logicalId] = record;
  mark(context, record, { status, ...(step.change === 'replace' ? { reason } : {}) });
  queueAct(context, step);
}

function announceUnknown({ sandbox, stack }: StepContext, step: StepRecord): void {
  step.type = stack.resources[step.logicalId]?.type ?? 'AWS::CloudFormation::CustomResource';
  stack.resources[step.logicalId] ??= {
    logicalId: step.logicalId,
    type: step.type,
    status: 'CREATE_IN_PROGRESS',
    updatedAt: sandbox.now(),
    definition: { properties: {}, dependsOn: [], stackTags: {} },
    attributes: {},
  };
}

function refuseChange(context: StepContext, step: StepRecord, type: string): void {
  const action = step.change === 'replace' ? 'Update:Replace' : 'Update:Modify';
  const denied =
    deniedByStackPolicy(context.stack, { logicalId: step.logicalId, type, action }) ?? irreversible(context, step);
  if (denied === undefined) return;
  if (step.job !== undefined) context.sandbox.cancel(step.job);
  failStep(context, step, denied);
}

/** What could not be undone later is not begun (CloudFormation User Guide, "Choose how to handle failures when provisioning resources"). */
function irreversible({ operation }: StepContext, step: StepRecord): string | undefined {
  if (step.change !== 'replace' || operation.onFailure !== 'nothing') return undefined;
  return 'Replacement type updates not supported on stack with disable-rollback.';
}

function beginRestore(context: StepContext, step: StepRecord): void {
  const { stack, operation } = context;
  const old = operation.before?.resources[step.logicalId];
  if (old === undefined) {
    step.status = 'done';
    return;
  }
  const current = step.change === 'replace' ? undefined : stack.resources[step.logicalId];
  const record = current ?? structuredClone(old);
  stack.resources[step.logicalId] = record;
  mark(context, record, { status: 'UPDATE_IN_PROGRESS' });
  queueAct(context, step);
}

function beginRemove(context: StepContext, step: StepRecord): void {
  const record = removable(context, step.logicalId);
  if (record === undefined) {
    step.status = 'done';
    return;
  }
  if (record.physicalId === undefined || isKept(context, record)) {
    mark(context, record, { status: record.physicalId === undefined ? 'DELETE_COMPLETE' : 'DELETE_SKIPPED' });
    step.status = 'done';
    return;
  }
  mark(context, record, { status: 'DELETE_IN_PROGRESS' });
  queueAct(context, step);
}

/**
 * Retain keeps the physical resource. RetainExceptOnCreate keeps it too, unless the operation that made it is rolled back
 * (CloudFormation User Guide, DeletionPolicy attribute).
 */
function isKept(context: StepContext, record: ResourceRecord): boolean {
  const { operation } = context;
  if (operation.retain.includes(record.logicalId)) return true;
  const undone = isUndone(context);
  const { deletionPolicy } = record.definition;
  if (deletionPolicy === 'Retain') return !(undone && operation.retainExceptOnCreate);
  return deletionPolicy === 'RetainExceptOnCreate' && !undone;
}

function queueAct({ sandbox, stack, operation }: StepContext, step: StepRecord): void {
  step.status = 'begun';
  const payload = { stackId: stack.stackId, operationId: operation.id, logicalId: step.logicalId };
  step.job = sandbox.schedule({ at: sandbox.now() + actDelay, service: 'cloudformation', name: 'act', payload });
}
