/** The beginnings of operations: create, update, delete, rollback and continued rollback. */
import type { Caller, Sandbox } from '../../kernel.ts';
import { startDelay } from '../durations.ts';
import { dependencyOrder } from '../stack-evaluation.ts';
import { recordResourceEvent, setStackStatus } from '../stack-events.ts';
import { changeSetsOf } from '../stack-lookup.ts';
import { deniedByStackPolicy } from '../stack-policy.ts';
import type { OperationRecord, StableState, StackModel, StackRecord, StepRecord } from '../state.ts';
import { settleChangeSet, startRestore } from './phase-end.ts';
import { applySteps, removeSteps, touchedSteps } from './steps.ts';

/** Who started an operation, and how it was asked for. */
export interface OperationRequest {
  readonly caller: Caller;
  readonly token?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly changeSetId?: string;
  readonly onFailure?: OperationRecord['onFailure'];
  readonly retain?: readonly string[];
  readonly retainExceptOnCreate?: boolean | undefined;
  readonly force?: boolean;
  readonly nested?: boolean;
  readonly undoing?: boolean;
}

/**
 * Starts making or updating a stack to a model. An update of a stack that failed with rollback disabled goes on from there: what is undone
 * later goes back to the state before all of it.
 */
export function startDeployment(
  sandbox: Sandbox,
  stack: StackRecord,
  request: OperationRequest & { readonly model: StackModel },
): void {
  const creating = stack.model === undefined;
  const { operation: failed } = stack;
  const before = creating || failed !== undefined ? failed?.before : stableStateOf(stack);
  const operation = begin(sandbox, stack, { ...request, kind: creating ? 'create' : 'update', phase: 'forward' });
  const { order, dependencies } = dependencyOrder(sandbox, stack, request.model);
  Object.assign(operation, { target: request.model, ...(before === undefined ? {} : { before }) });
  if (failed !== undefined) Object.assign(operation, { earlier: touchedSteps(failed) });
  operation.steps = applySteps(order, dependencies);
  stack.model = request.model;
  if (!creating) stack.updatedAt = sandbox.now();
  stack.disableRollback = operation.onFailure === 'nothing';
  const status = creating ? 'CREATE_IN_PROGRESS' : 'UPDATE_IN_PROGRESS';
  setStackStatus(sandbox, stack, { status, reason: 'User Initiated' });
  if (refusedRemovals(sandbox, stack, operation)) startRestore({ sandbox, stack, operation }, policyReason);
  else queueAdvance(sandbox, stack, operation);
}

/** Starts deleting a stack, also as the rollback of one that never was stable. A creation that was under way ends as failed. */
export function startDelete(
  sandbox: Sandbox,
  stack: StackRecord,
  request: OperationRequest & { readonly kind?: 'delete' | 'rollback' },
): void {
  if (stack.operation !== undefined)
    settleChangeSet({ sandbox, stack, operation: stack.operation }, 'DELETE_IN_PROGRESS');
  const operation = begin(sandbox, stack, { kind: 'delete', ...request, phase: 'delete' });
  operation.steps = removeSteps(Object.values(stack.resources).filter((record) => record.status !== 'DELETE_COMPLETE'));
  setStackStatus(sandbox, stack, { status: 'DELETE_IN_PROGRESS', reason: 'User Initiated' });
  queueAdvance(sandbox, stack, operation);
}

/** Starts the way back from UPDATE_FAILED to the last stable state. */
export function startRollback(sandbox: Sandbox, stack: StackRecord, request: OperationRequest): void {
  const failed = stack.operation;
  const operation = begin(sandbox, stack, { ...request, kind: 'rollback', phase: 'forward' });
  Object.assign(operation, { before: failed?.before, steps: failed?.steps ?? {}, earlier: failed?.earlier ?? [] });
  startRestore({ sandbox, stack, operation }, 'User Initiated');
}

/** Takes up a rollback that failed. Skipped resources count as updated (API Reference, ContinueUpdateRollback). */
export function continueRollback(
  sandbox: Sandbox,
  stack: StackRecord,
  request: OperationRequest & { readonly skip: readonly string[] },
): void {
  const failed = stack.operation;
  const operation = begin(sandbox, stack, { ...request, kind: 'continue-rollback', phase: 'rollback' });
  const steps = Object.values(failed?.steps ?? {}).map((step) => resumed(step, request.skip));
  Object.assign(operation, { before: failed?.before, leftovers: failed?.leftovers ?? [], skip: request.skip });
  operation.steps = Object.fromEntries(steps.map((step) => [step.logicalId, step]));
  setStackStatus(sandbox, stack, { status: 'UPDATE_ROLLBACK_IN_PROGRESS', reason: 'User Initiated' });
  for (const logicalId of request.skip) {
    const record = stack.resources[logicalId];
    if (record === undefined) continue;
    const old = operation.before?.resources[logicalId]?.definition ?? record.definition;
    Object.assign(record, { status: 'UPDATE_COMPLETE', updatedAt: sandbox.now(), definition: old, skipped: true });
    const { type, physicalId } = record;
    const reason = 'Resource skipped during rollback';
    const event = { logicalId, type, status: 'UPDATE_COMPLETE', reason } as const;
    recordResourceEvent(sandbox, stack, physicalId === undefined ? event : { ...event, physicalId });
  }
  queueAdvance(sandbox, stack, operation);
}

const policyReason = 'Action denied by stack policy. ';

function begin(
  sandbox: Sandbox,
  stack: StackRecord,
  request: OperationRequest & Pick<OperationRecord, 'kind' | 'phase'>,
): OperationRecord {
  const { kind, phase, caller, token, roleArn, changeSetId, onFailure, retain, retainExceptOnCreate } = request;
  const { force, nested, undoing } = request;
  if (roleArn !== undefined) stack.roleArn = roleArn;
  if (token !== undefined) stack.tokens[token] = kind;
  if (changeSetId !== undefined) stack.changeSetId = changeSetId;
  makeObsolete(sandbox, stack, changeSetId);
  if (stack.operation?.monitorJob !== undefined) sandbox.cancel(stack.operation.monitorJob);
  stack.operation = {
    id: sandbox.uuid('stack-operation'),
    kind,
    phase,
    caller,
    onFailure: onFailure ?? 'rollback',
    steps: {},
    leftovers: [],
    retain: retain ?? [],
    retainExceptOnCreate: retainExceptOnCreate ?? false,
    ...(token === undefined ? {} : { token }),
    ...(changeSetId === undefined ? {} : { changeSetId }),
    ...(force ? { force } : {}),
    ...(nested ? { nested } : {}),
    ...(undoing ? { undoing } : {}),
  };
  return stack.operation;
}

/** Change sets computed for what the stack was can be executed no more, nor can those that are still being computed. */
function makeObsolete(sandbox: Sandbox, stack: StackRecord, executed: string | undefined): void {
  for (const changeSet of changeSetsOf(sandbox, stack.stackId)) {
    const waiting = changeSet.status !== 'FAILED' && !changeSet.executionStatus.startsWith('EXECUTE');
    if (waiting && changeSet.changeSetId !== executed) changeSet.executionStatus = 'OBSOLETE';
  }
}

function stableStateOf(stack: StackRecord): StableState {
  const { model, outputs, resources, imports, status, roleArn, changeSetId } = stack;
  return structuredClone({
    model,
    outputs,
    resources,
    imports,
    status,
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(changeSetId === undefined ? {} : { changeSetId }),
  }) as StableState;
}

/** Removing a resource is checked against the stack policy before anything is touched. */
function refusedRemovals(sandbox: Sandbox, stack: StackRecord, operation: OperationRecord): boolean {
  const gone = Object.values(stack.resources).filter((record) => operation.steps[record.logicalId] === undefined);
  const refused = gone.flatMap(({ logicalId, type }) => {
    const reason = deniedByStackPolicy(stack, { logicalId, type, action: 'Update:Delete' });
    return reason === undefined ? [] : [{ logicalId, type, reason }];
  });
  for (const event of refused) recordResourceEvent(sandbox, stack, { ...event, status: 'UPDATE_FAILED' });
  return refused.length > 0;
}

function resumed(step: StepRecord, skip: readonly string[]): StepRecord {
  if (skip.includes(step.logicalId)) return { ...step, status: 'done' };
  return step.status === 'done' ? step : { ...step, status: 'waiting' };
}

function queueAdvance(sandbox: Sandbox, stack: StackRecord, operation: OperationRecord): void {
  const payload = { stackId: stack.stackId, operationId: operation.id };
  sandbox.schedule({ at: sandbox.now() + startDelay, service: 'cloudformation', name: 'advance', payload });
}
