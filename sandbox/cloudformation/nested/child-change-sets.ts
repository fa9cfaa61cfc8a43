/** Planning a hierarchy: a change set with IncludeNestedStacks has one below it for each nested stack. */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../aws-error.ts';
import type { Sandbox } from '../../kernel.ts';
import { keepChangeSet, keepStack } from '../record-index.ts';
import { definitionOf, providedProperties } from '../resource-definition.ts';
import { changesAnything, computePlanned } from '../stack-changes.ts';
import { evaluatePlanned } from '../stack-evaluation.ts';
import { setStackStatus } from '../stack-events.ts';
import { arnOf, isBusy } from '../stack-lookup.ts';
import type { ChangeSetRecord, StackModel, StackRecord } from '../state.ts';
import type { EvaluatedResource } from '../template/evaluation.ts';
import { storeTemplate } from '../template-source.ts';
import { childModel, nestedName, newChild } from './child-stack.ts';
import { isNestedStack } from './hierarchy.ts';

/** Exactly AWS's words: callers decide by them that there is nothing to do (API Reference, CreateChangeSet). */
const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The words for a template with a transform. Below another change set they fail it, as recorded in aws/copilot-cli#2376. */
const noUpdates = 'No updates are to be performed.';

/**
 * Computes a change set and, where it includes them, those of its nested stacks, all the way down. It fails when nothing changes in the
 * whole hierarchy, and when one below it fails for any other reason. A nested stack without changes has a FAILED change set, is listed
 * as modified all the same, and hinders nothing (as recorded in aws/copilot-cli#4426).
 */
export async function computeHierarchy(
  sandbox: Sandbox,
  changeSet: ChangeSetRecord,
  stack: StackRecord,
): Promise<void> {
  const { transformFault } = changeSet.model;
  if (transformFault !== undefined) {
    fail(changeSet, transformFault);
    return;
  }
  const planned = { stack, model: changeSet.model };
  const below = changeSet.includeNestedStacks ? await planBelow(sandbox, changeSet, planned) : [];
  const computed = computePlanned(sandbox, planned, moving(below));
  if (computed.kind === 'invalid') {
    fail(changeSet, computed.message);
    return;
  }
  const failed = below.find((one) => one.status === 'FAILED' && !isEmpty(one));
  changeSet.changes = computed.changes.map((change) => withChangeSet(change, below));
  const changes = computed.changes.filter((change) => !isUntouched(change, below));
  if (failed !== undefined) {
    fail(changeSet, `Nested change set ${failed.changeSetId} was not successfully created: Currently in FAILED.`);
  } else if (changesAnything({ ...computed, changes }, stack, changeSet.model)) {
    changeSet.status = 'CREATE_COMPLETE';
    if (changeSet.executionStatus !== 'OBSOLETE') changeSet.executionStatus = isBusy(stack) ? 'OBSOLETE' : 'AVAILABLE';
  } else {
    changeSet.changes = [];
    fail(changeSet, changeSet.model.processed === undefined ? noChanges : noUpdates);
  }
}

interface Planned {
  readonly stack: StackRecord;
  readonly model: StackModel;
}

/** In the order of their dependencies: what reads an output of a nested stack that changes is known only after apply. */
async function planBelow(sandbox: Sandbox, above: ChangeSetRecord, planned: Planned): Promise<ChangeSetRecord[]> {
  const evaluated = evaluatePlanned(sandbox, planned, []);
  if (evaluated.kind === 'invalid') return [];
  const below: ChangeSetRecord[] = [];
  for (const logicalId of evaluated.order) {
    if (!isNestedStack(evaluated.resources[logicalId]?.type)) continue;
    const now = evaluatePlanned(sandbox, planned, moving(below));
    const resource = now.kind === 'evaluated' ? now.resources[logicalId] : undefined;
    if (resource !== undefined) below.push(await planChild(sandbox, above, { ...planned, logicalId, resource }));
  }
  return below;
}

interface PlannedChild extends Planned {
  readonly logicalId: string;
  readonly resource: EvaluatedResource;
}

async function planChild(sandbox: Sandbox, above: ChangeSetRecord, child: PlannedChild): Promise<ChangeSetRecord> {
  const { stacks } = sandbox.world.cloudformation;
  const { logicalId } = child;
  const existing = stacks[child.stack.resources[logicalId]?.physicalId ?? ''];
  const stack = existing ?? newChild(sandbox, child.stack, logicalId);
  if (existing === undefined) {
    keepStack(sandbox, stack);
    setStackStatus(sandbox, stack, { status: 'REVIEW_IN_PROGRESS', reason: 'User Initiated' });
  }
  const made = await modelFor(sandbox, stack, { above, child });
  const changeSet = recordFor(sandbox, above, { stack, logicalId, model: made.model });
  keepChangeSet(sandbox, changeSet);
  if (made.fault === undefined) await computeHierarchy(sandbox, changeSet, stack);
  else fail(changeSet, made.fault);
  return changeSet;
}

/** The template is fetched with the session that asked for the root change set. */
async function modelFor(
  sandbox: Sandbox,
  stack: StackRecord,
  { above, child }: { readonly above: ChangeSetRecord; readonly child: PlannedChild },
): Promise<{ readonly model: StackModel; readonly fault?: string }> {
  const { resource, model } = child;
  const properties = providedProperties(resource.type, definitionOf(resource, [], model.tags));
  const { caller } = above;
  const { capabilities } = model;
  try {
    return { model: await childModel(sandbox, stack, { caller, action: 'CreateChangeSet', properties, capabilities }) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const empty = { template: storeTemplate(sandbox, ''), parameters: {}, noEcho: [], tags: {}, notificationArns: [] };
    return { model: { ...empty, capabilities }, fault: error.message };
  }
}

function recordFor(
  sandbox: Sandbox,
  above: ChangeSetRecord,
  made: { readonly stack: StackRecord; readonly logicalId: string; readonly model: StackModel },
): ChangeSetRecord {
  const { stack, logicalId, model } = made;
  const { account, region, stackId } = stack;
  const changeSetName = nestedName(sandbox, above.changeSetName, logicalId);
  const rootId = above.nested?.rootId ?? above.changeSetId;
  return {
    changeSetId: arnOf({ account, region }, 'changeSet', `${changeSetName}/${sandbox.uuid('change-set')}`),
    ...{ changeSetName, stackId, model },
    type: stack.model === undefined ? 'CREATE' : 'UPDATE',
    createdAt: sandbox.now(),
    status: 'CREATE_IN_PROGRESS',
    executionStatus: 'UNAVAILABLE',
    includeNestedStacks: true,
    nested: { parentId: above.changeSetId, rootId, logicalId },
    caller: above.caller,
    changes: [],
    ...(above.roleArn === undefined ? {} : { roleArn: above.roleArn }),
    ...(above.onStackFailure === undefined ? {} : { onStackFailure: above.onStackFailure }),
  };
}

function withChangeSet(change: ResourceChange, below: readonly ChangeSetRecord[]): ResourceChange {
  const of = below.find(({ nested }) => nested?.logicalId === change.LogicalResourceId);
  return of === undefined || change.Action === 'Remove' ? change : { ...change, ChangeSetId: of.changeSetId };
}

/** A nested stack that is listed only because it always is, and whose own change set is empty. */
function isUntouched({ LogicalResourceId, Details }: ResourceChange, below: readonly ChangeSetRecord[]): boolean {
  const of = below.find(({ nested }) => nested?.logicalId === LogicalResourceId);
  if (of === undefined || !isEmpty(of)) return false;
  return (Details ?? []).every(({ ChangeSource }) => ChangeSource === 'Automatic');
}

const isEmpty = (changeSet: ChangeSetRecord): boolean => changeSet.statusReason === noChanges;

const moving = (below: readonly ChangeSetRecord[]): string[] =>
  below.filter((one) => !isEmpty(one)).map(({ nested }) => nested?.logicalId ?? '');

function fail(changeSet: ChangeSetRecord, reason: string): void {
  changeSet.status = 'FAILED';
  changeSet.statusReason = reason;
  changeSet.executionStatus = 'UNAVAILABLE';
}
