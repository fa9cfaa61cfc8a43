/** The second and third part of a step: touching the resource with CloudFormation's rights, and waiting until it is stable. */
import { AwsError } from '../../aws-error.ts';
import type { Json, ResourceRequest, ResourceResult } from '../../kernel.ts';
import { actingCaller, passedRoles } from '../acting-session.ts';
import { demandThere, putBack, untouched } from '../drift/edits.ts';
import { resourceDuration } from '../durations.ts';
import { isNestedStack } from '../nested/hierarchy.ts';
import { providedProperties } from '../resource-definition.ts';
import { plainIdentity, resourcePermissions } from '../resource-types.ts';
import type { ResourceDefinition, ResourceRecord, StepRecord } from '../state.ts';
import { askFunction } from './custom-ask.ts';
import { actOnNestedStack } from './nested-steps.ts';
import { mark, recordOf, removable, type StepContext } from './step-context.ts';
import { directionOf, failedStatus, failStep, handlerReason } from './step-failure.ts';

type Verb = 'create' | 'update' | 'remove';

/** Touches the resource of a step that was announced. Injected faults, missing rights and provider errors fail the step. */
export async function actOnStep(context: StepContext, step: StepRecord): Promise<void> {
  delete step.job;
  const { sandbox } = context;
  if (failsByFault(context, step, 'before')) return;
  if (isNestedStack(recordOf(context, step)?.type)) {
    await actOnNestedStack(context, step);
    return;
  }
  try {
    if (await askFunction(context, step)) return;
    await act(context, step);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    failStep(context, step, handlerReason(sandbox, error));
    return;
  }
  step.status = 'acting';
  queueSettle(context, step);
}

function failsByFault(context: StepContext, step: StepRecord, when: 'before' | 'after'): boolean {
  const { account, stackName } = context.stack;
  const place = { account, stackName, logicalId: step.logicalId, status: failedStatus(step) };
  const fault = context.sandbox.faults.resource({ ...place, during: directionOf(context), when });
  if (fault !== undefined) failStep(context, step, fault.reason);
  return fault !== undefined;
}

/** The resource is stable, unless it was asked to fail now that it is there. */
export function settleStep(context: StepContext, step: StepRecord): void {
  const { stack, operation } = context;
  if (failsByFault(context, step, 'after')) return;
  step.status = 'done';
  delete step.job;
  if (step.verb !== 'remove') {
    const record = stack.resources[step.logicalId];
    const status = step.verb === 'apply' && step.change === 'create' ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
    if (record !== undefined) mark(context, record, { status });
    return;
  }
  const removed = removable(context, step.logicalId);
  if (removed === undefined) return;
  mark(context, removed, { status: 'DELETE_COMPLETE' });
  operation.leftovers = operation.leftovers.filter((record) => record !== removed);
}

async function act(context: StepContext, step: StepRecord): Promise<void> {
  if (step.verb === 'remove') await remove(context, step);
  else if (step.verb === 'restore') await restore(context, step);
  else if (step.change === 'update') await update(context, step);
  else await create(context, step);
}

async function create(context: StepContext, step: StepRecord): Promise<void> {
  const { sandbox, stack, operation } = context;
  const { definition, type } = step;
  const old = stack.resources[step.logicalId];
  if (definition === undefined || type === undefined || old === undefined) return;
  const request = requestFor(context, { ...old, definition }, definition);
  authorise(context, request, 'create');
  const made = await (sandbox.provider(type)?.create(request) ?? plainIdentity(sandbox, request));
  const record: ResourceRecord = { ...untouched(old), definition, ...resultOf(made) };
  if (old.physicalId !== undefined) {
    const deletionPolicy = definition.updateReplacePolicy ?? 'Delete';
    operation.leftovers.push({ ...old, definition: { ...old.definition, deletionPolicy } });
  }
  stack.resources[step.logicalId] = record;
  const status = step.change === 'create' ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
  mark(context, record, { status, reason: 'Resource creation Initiated' });
}

async function update(context: StepContext, step: StepRecord): Promise<void> {
  const record = context.stack.resources[step.logicalId];
  if (record === undefined || step.definition === undefined) return;
  await change(context, record, step.definition);
}

/** Back to the old values. A replaced resource already points to its old physical id again. */
async function restore(context: StepContext, step: StepRecord): Promise<void> {
  const record = context.stack.resources[step.logicalId];
  const old = context.operation.before?.resources[step.logicalId];
  if (record === undefined || old === undefined || step.change === 'replace') return;
  await change(context, record, old.definition);
}

async function change(context: StepContext, record: ResourceRecord, definition: ResourceDefinition): Promise<void> {
  const { sandbox } = context;
  demandThere(record);
  const previousProperties = requestFor(context, record, record.definition).properties;
  const request: ResourceRequest = { ...requestFor(context, record, definition), previousProperties };
  authorise(context, request, 'update');
  const unchanged = { physicalId: record.physicalId ?? '', attributes: record.attributes };
  const made = await (sandbox.provider(record.type)?.update(request) ?? unchanged);
  putBack(record, definition);
  Object.assign(record, { definition, ...resultOf(made) });
  delete record.skipped;
}

async function remove(context: StepContext, step: StepRecord): Promise<void> {
  const record = removable(context, step.logicalId);
  if (record === undefined) return;
  const request = requestFor(context, record, record.definition);
  authorise(context, request, 'remove');
  await context.sandbox.provider(record.type)?.remove(request);
}

function resultOf(made: ResourceResult): { physicalId: string; attributes: Record<string, Json> } {
  return { physicalId: made.physicalId, attributes: { ...made.attributes } };
}

function requestFor(context: StepContext, record: ResourceRecord, definition: ResourceDefinition): ResourceRequest {
  const { sandbox, stack } = context;
  const { account, region, stackId, stackName } = stack;
  const { logicalId, type, physicalId } = record;
  return {
    ...{ sandbox, account, region, stackId, stackName, logicalId, type },
    properties: providedProperties(type, definition),
    ...(physicalId === undefined ? {} : { physicalId }),
  };
}

/** Every IAM action the resource type needs, asked of the role CloudFormation acts with, and the roles it passes on. */
function authorise(context: StepContext, request: ResourceRequest, verb: Verb): void {
  const { sandbox, stack, operation } = context;
  const caller = actingCaller(sandbox, stack, operation);
  const passed = verb === 'remove' ? [] : passedRoles(request.type, request.properties);
  for (const permission of [...resourcePermissions(request, verb), ...passed]) sandbox.authorise(caller, permission);
}

function queueSettle({ sandbox, stack, operation }: StepContext, step: StepRecord): void {
  const type = stack.resources[step.logicalId]?.type ?? step.type ?? '';
  const verb =
    step.verb === 'remove' ? 'remove' : step.change === 'update' || step.verb === 'restore' ? 'update' : 'create';
  const payload = { stackId: stack.stackId, operationId: operation.id, logicalId: step.logicalId };
  const at = sandbox.now() + resourceDuration(type, verb);
  step.job = sandbox.schedule({ at, service: 'cloudformation', name: 'settle', payload });
}
