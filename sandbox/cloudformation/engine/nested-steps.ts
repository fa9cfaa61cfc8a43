/** Steps of a stack whose resource is a stack itself: its operation is started here, and the parent waits for it. */
import { AwsError } from '../../aws-error.ts';
import type { Json } from '../../kernel.ts';
import { actingCaller } from '../acting-session.ts';
import { noStack, stackInState, validationError } from '../errors.ts';
import { changeSetsBelow, dropChangeSet } from '../nested/change-set-family.ts';
import { childModel, newChild } from '../nested/child-stack.ts';
import { keepStack } from '../record-index.ts';
import { providedProperties } from '../resource-definition.ts';
import { changesAnything, computeChanges } from '../stack-changes.ts';
import { exportInUse } from '../stack-exports.ts';
import { changeSetsOf, isBusy } from '../stack-lookup.ts';
import type {
  ChangeSetRecord,
  ResourceDefinition,
  ResourceRecord,
  StackModel,
  StackRecord,
  StepRecord,
} from '../state.ts';
import { storedTemplate } from '../template-source.ts';
import {
  continueRollback,
  type OperationRequest,
  startDelete,
  startDeployment,
  startRollback,
} from './operation-start.ts';
import { startRestore } from './phase-end.ts';
import { isUndone, mark, removable, type StepContext } from './step-context.ts';
import { failStep } from './step-failure.ts';

const checkDelay = 1_000;

/** What is waited for: the nested stack, or nothing where it is as it has to be. */
type Awaited = StackRecord | undefined;

/** Starts what a step needs of its nested stack. An error fails the step with the text of the call that CloudFormation makes for it. */
export async function actOnNestedStack(context: StepContext, step: StepRecord): Promise<void> {
  const { sandbox } = context;
  try {
    const child = await begin(context, step);
    step.status = 'acting';
    if (child === undefined) settleSoon(context, step);
    else lookSoon(context, child);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    failStep(context, step, callReason(error, sandbox.uuid('nested-request')));
  }
}

async function begin(context: StepContext, step: StepRecord): Promise<Awaited> {
  if (step.verb === 'remove') return remove(context, step);
  if (step.verb === 'restore') return restore(context, step);
  return step.change === 'create' ? await create(context, step) : await update(context, step);
}

async function create(context: StepContext, step: StepRecord): Promise<Awaited> {
  const { sandbox, stack } = context;
  const record = stack.resources[step.logicalId];
  if (record === undefined || step.definition === undefined) return undefined;
  const planned = plannedFor(context, step.logicalId);
  const { stacks } = sandbox.world.cloudformation;
  const child = stacks[planned?.stackId ?? ''] ?? newChild(sandbox, stack, step.logicalId);
  authorise(context, 'CreateStack', { child, definition: step.definition });
  const model = await modelFor(context, child, { definition: step.definition, planned });
  keepStack(sandbox, child);
  Object.assign(record, { definition: step.definition, physicalId: child.stackId });
  mark(context, record, { status: 'CREATE_IN_PROGRESS', reason: 'Resource creation Initiated' });
  // What it made stays until the parent takes it back: the parent decides what follows a failure.
  startDeployment(sandbox, child, { ...requestOf(context), ...executed(planned), onFailure: 'nothing', model });
  limitTime(context, child, step.definition.properties['TimeoutInMinutes']);
  return child;
}

async function update(context: StepContext, step: StepRecord): Promise<Awaited> {
  const { sandbox, stack, operation } = context;
  const record = stack.resources[step.logicalId];
  if (record === undefined || step.definition === undefined) return undefined;
  const child = existingChild(context, record);
  authorise(context, 'UpdateStack', { child, definition: step.definition });
  const planned = plannedFor(context, step.logicalId);
  const model = await modelFor(context, child, { definition: step.definition, planned });
  const computed = computeChanges(sandbox, child, model);
  if (computed.kind === 'invalid') throw validationError(computed.message);
  record.definition = step.definition;
  delete record.skipped;
  if (!changesAnything(computed, child, model)) return undefined;
  if (isBusy(child) && !child.operation?.held) throw stackInState(child.stackId, child.status);
  dropOtherChangeSets(context, child, planned);
  const onFailure = operation.onFailure === 'nothing' ? 'nothing' : 'rollback';
  startDeployment(sandbox, child, { ...requestOf(context), ...executed(planned), onFailure, model });
  return child;
}

/** Back to the old values: a nested stack that was updated is rolled back, one that rolls back by itself is waited for. */
function restore(context: StepContext, step: StepRecord): Awaited {
  const { sandbox, stack, operation: parents } = context;
  const record = stack.resources[step.logicalId];
  const old = parents.before?.resources[step.logicalId];
  if (record === undefined || old === undefined) return undefined;
  Object.assign(record, { definition: old.definition, attributes: old.attributes });
  delete record.skipped;
  const child = sandbox.world.cloudformation.stacks[record.physicalId ?? ''];
  const operation = child?.operation;
  if (child === undefined || !operation?.nested) return undefined;
  const request = requestOf(context);
  if (child.status === 'UPDATE_FAILED') startRollback(sandbox, child, request);
  else if (child.status === 'UPDATE_ROLLBACK_FAILED' && parents.kind === 'continue-rollback') {
    continueRollback(sandbox, child, { ...request, skip: skippedIn(child, parents.skip) });
  } else if (operation.held && operation.phase !== 'rollback') startRestore({ sandbox, stack: child, operation });
  return child;
}

function remove(context: StepContext, step: StepRecord): Awaited {
  const { sandbox } = context;
  const record = removable(context, step.logicalId);
  const child = sandbox.world.cloudformation.stacks[record?.physicalId ?? ''];
  if (record === undefined || child === undefined || child.status === 'DELETE_COMPLETE') return undefined;
  authorise(context, 'DeleteStack', { child, definition: record.definition });
  const { account, region } = child;
  const blocked = exportInUse({ sandbox, account, region }, child);
  if (blocked !== undefined) throw validationError(blocked);
  const { force } = context.operation;
  startDelete(sandbox, child, { ...requestOf(context), undoing: isUndone(context), ...(force ? { force } : {}) });
  return child;
}

/** The change set the parent's one made for this nested stack, if the parent executes one that includes them. */
function plannedFor({ sandbox, operation }: StepContext, logicalId: string): ChangeSetRecord | undefined {
  if (operation.changeSetId === undefined) return undefined;
  return changeSetsBelow(sandbox, operation.changeSetId).find(
    ({ nested, status }) => nested?.logicalId === logicalId && status === 'CREATE_COMPLETE',
  );
}

interface ChildDefinition {
  readonly definition: ResourceDefinition;
  readonly planned: ChangeSetRecord | undefined;
}

async function modelFor(context: StepContext, child: StackRecord, made: ChildDefinition): Promise<StackModel> {
  const { sandbox, stack, operation } = context;
  const { definition, planned } = made;
  return await childModel(sandbox, child, {
    caller: actingCaller(sandbox, stack, operation),
    action: child.model === undefined ? 'CreateStack' : 'UpdateStack',
    properties: providedProperties('AWS::CloudFormation::Stack', definition),
    capabilities: stack.model?.capabilities ?? [],
    ...(planned === undefined ? {} : { template: storedTemplate(sandbox, planned.model.template) }),
  });
}

/** The nested operation is the parent's: its caller, role and token, so that its events can be told. */
function requestOf({ stack, operation }: StepContext): OperationRequest {
  const { caller, token, retainExceptOnCreate } = operation;
  return { caller, token, roleArn: stack.roleArn, retainExceptOnCreate, nested: true };
}

/** The child's change set is executed with the parent's. */
function executed(planned: ChangeSetRecord | undefined): Pick<OperationRequest, 'changeSetId'> {
  if (planned === undefined) return {};
  planned.executionStatus = 'EXECUTE_IN_PROGRESS';
  return { changeSetId: planned.changeSetId };
}

function existingChild({ sandbox }: StepContext, { physicalId = '' }: ResourceRecord): StackRecord {
  const child = sandbox.world.cloudformation.stacks[physicalId];
  if (child === undefined || child.status === 'DELETE_COMPLETE') throw noStack(physicalId);
  return child;
}

function dropOtherChangeSets({ sandbox }: StepContext, child: StackRecord, planned: ChangeSetRecord | undefined): void {
  for (const other of changeSetsOf(sandbox, child.stackId)) {
    if (other !== planned) dropChangeSet(sandbox, other);
  }
}

/** What is left out in one nested stack; names of stacks further down stay as they are (API Reference, ContinueUpdateRollback). */
function skippedIn(child: StackRecord, skip: readonly string[] = []): string[] {
  const own = `${child.stackName}.`;
  return skip.filter((id) => id.includes('.')).map((id) => (id.startsWith(own) ? id.slice(own.length) : id));
}

function authorise(
  context: StepContext,
  action: 'CreateStack' | 'UpdateStack' | 'DeleteStack',
  of: { readonly child: StackRecord; readonly definition: ResourceDefinition },
): void {
  const { sandbox, stack, operation } = context;
  const url = of.definition.properties['TemplateURL'];
  sandbox.authorise(actingCaller(sandbox, stack, operation), {
    action: `cloudformation:${action}`,
    resource: of.child.stackId,
    context: action === 'DeleteStack' || typeof url !== 'string' ? {} : { 'cloudformation:TemplateUrl': url },
  });
}

/** TimeoutInMinutes: how long the nested stack may take to be created (Template Reference, AWS::CloudFormation::Stack). */
function limitTime({ sandbox }: StepContext, child: StackRecord, minutes: Json | undefined): void {
  if (minutes === undefined) return;
  const at = sandbox.now() + Number(minutes) * 60_000;
  const reason = 'Stack creation time exceeded the specified timeout.';
  const payload = { stackId: child.stackId, operationId: child.operation?.id ?? '', reason };
  sandbox.schedule({ at, service: 'cloudformation', name: 'cancel-nested', payload, background: true });
}

function settleSoon({ sandbox, stack, operation }: StepContext, step: StepRecord): void {
  const payload = { stackId: stack.stackId, operationId: operation.id, logicalId: step.logicalId };
  step.job = sandbox.schedule({ at: sandbox.now() + checkDelay, service: 'cloudformation', name: 'settle', payload });
}

/** Looks once: a nested stack may have ended before its parent began to wait. */
function lookSoon({ sandbox }: StepContext, { stackId }: StackRecord): void {
  const at = sandbox.now() + checkDelay;
  sandbox.schedule({ at, service: 'cloudformation', name: 'nested-progress', payload: { stackId } });
}

/** Errors of CloudFormation's own calls, as the parent's events show them. */
function callReason({ message, code, status }: AwsError, requestId: string): string {
  return `${message} (Service: AmazonCloudFormation; Status Code: ${status}; Error Code: ${code}; Request ID: ${requestId}; Proxy: null)`;
}
