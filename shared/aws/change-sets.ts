/** Change sets of one target, through a guarded session. SDK types stay here; what leaves is the domain's. */
import {
  type Change,
  DeleteChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
  type ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import type { Inputs } from '#shared/domain/plan/comparison.ts';
import { normaliseChanges, type PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import { type Reference, readPages } from './change-set-pages.ts';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** Reasons that mean "nothing to change" (CloudFormation User Guide, and E1 of the edge cases we test). */
const noChange = [/^The submitted information didn't contain changes\./, /^No updates are to be performed\./];

export type ChangeSet =
  | { readonly kind: 'absent' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'no-change'; readonly inputs: Inputs }
  | { readonly kind: 'refused'; readonly id: string; readonly reason: string }
  | {
      readonly kind: 'ready';
      readonly id: string;
      readonly name: string;
      readonly stackId: string;
      /** AVAILABLE, EXECUTE_IN_PROGRESS, EXECUTE_COMPLETE, OBSOLETE … */
      readonly executionStatus: string;
      /** What it was made from: a change set of our name need not be ours. */
      readonly inputs: Inputs;
      /** Of the stack and of every stack nested in it. */
      readonly changes: PlannedChange[];
      readonly nested: readonly NestedChangeSet[];
    };

/** The change set of a nested stack, made with its parent's and executed with it. */
interface NestedChangeSet {
  /** Logical ids that lead to the nested stack, joined by `/`. */
  readonly within: string;
  readonly id: string;
  readonly stackId: string;
  /** The nested stack does not exist yet. */
  readonly created: boolean;
}

/**
 * Reads a change set with all its pages, and those of nested stacks. Both are names or ARNs. Of a change set that is gone, only the stack
 * tells AWS what permission to ask for, so it is always named; nested ones are known by their ARN.
 */
export async function readChangeSet(session: TargetSession, reference: Required<Reference>): Promise<ChangeSet> {
  const read = await readPages(session, reference);
  if (read === undefined) return { kind: 'absent' };
  const { page, changes } = read;
  const reason = page.StatusReason ?? '';
  if (page.Status === 'FAILED') {
    return noChange.some((pattern) => pattern.test(reason))
      ? { kind: 'no-change', inputs: inputsOf(page) }
      : { kind: 'refused', id: page.ChangeSetId ?? '', reason };
  }
  if (page.Status !== 'CREATE_COMPLETE') return { kind: 'pending' };
  const below = await Promise.all(changes.map((change) => readNested(session, change, '')));
  return {
    kind: 'ready',
    id: page.ChangeSetId ?? '',
    name: page.ChangeSetName ?? '',
    stackId: page.StackId ?? '',
    executionStatus: page.ExecutionStatus ?? 'UNAVAILABLE',
    inputs: inputsOf(page),
    changes: normaliseChanges([
      ...changes.map((change) => plannedChange(change, '')),
      ...below.flatMap((nested) => nested.changes),
    ]),
    nested: below.flatMap((nested) => nested.changeSets),
  };
}

interface Below {
  readonly changeSets: NestedChangeSet[];
  readonly changes: PlannedChange[];
}

/** CloudFormation plans nested stacks in change sets of their own (User Guide, "Change sets for nested stacks"). */
async function readNested(session: TargetSession, change: Change, above: string): Promise<Below> {
  const { ChangeSetId: changeSet, LogicalResourceId: logicalId } = change.ResourceChange ?? {};
  const read = changeSet === undefined ? undefined : await readPages(session, { changeSet });
  if (read === undefined) return { changeSets: [], changes: [] };
  const within = above === '' ? `${logicalId}` : `${above}/${logicalId}`;
  const below = await Promise.all(read.changes.map((inner) => readNested(session, inner, within)));
  return {
    changeSets: [
      {
        within,
        id: read.page.ChangeSetId ?? '',
        stackId: read.page.StackId ?? '',
        created: change.ResourceChange?.Action === 'Add',
      },
      ...below.flatMap((nested) => nested.changeSets),
    ],
    changes: [
      ...read.changes.map((inner) => plannedChange(inner, within)),
      ...below.flatMap((nested) => nested.changes),
    ],
  };
}

/** Removes a change set that will not be executed. One that is gone already is fine. */
export async function deleteChangeSet(
  session: TargetSession,
  reference: { stackName: string; changeSet: string },
): Promise<void> {
  const command = new DeleteChangeSetCommand({ StackName: reference.stackName, ChangeSetName: reference.changeSet });
  await asked(service, session.cloudFormation.send(command));
}

/**
 * Executes exactly the change set with this ARN. `started` also when AWS says it runs already; `not-executable` when it is obsolete or gone.
 * The token is echoed on every event of the operation (API reference, ExecuteChangeSet ClientRequestToken).
 */
export async function executeChangeSet(
  session: TargetSession,
  planned: { stackId: string; changeSetId: string; token: string },
): Promise<'started' | 'not-executable'> {
  const command = new ExecuteChangeSetCommand({
    StackName: planned.stackId,
    ChangeSetName: planned.changeSetId,
    ClientRequestToken: planned.token,
  });
  try {
    await session.cloudFormation.send(command);
    return 'started';
  } catch (error) {
    if (
      isCode(
        error,
        'InvalidChangeSetStatus',
        'InvalidChangeSetStatusException',
        'ChangeSetNotFound',
        'ChangeSetNotFoundException',
      )
    ) {
      return 'not-executable';
    }
    return asked(service, Promise.reject(error));
  }
}

function inputsOf({ Parameters = [], Tags = [] }: DescribeChangeSetCommandOutput): Inputs {
  return {
    parameters: Object.fromEntries(
      Parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey ?? '', ParameterValue ?? '']),
    ),
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
}

function plannedChange(change: Change, within: string): PlannedChange {
  const resource = change.ResourceChange ?? {};
  return {
    action: resource.Action ?? 'Dynamic',
    ...(within === '' ? {} : { within }),
    logicalId: resource.LogicalResourceId ?? '',
    type: resource.ResourceType ?? '',
    ...(resource.Replacement === undefined ? {} : { replacement: resource.Replacement }),
    ...(resource.PolicyAction === undefined ? {} : { policyAction: resource.PolicyAction }),
    scope: [...(resource.Scope ?? [])],
    details: (resource.Details ?? []).map(plannedDetail),
  } as PlannedChange;
}

function plannedDetail(detail: ResourceChangeDetail): PlannedChange['details'][number] {
  const target = detail.Target ?? {};
  return {
    attribute: target.Attribute ?? '',
    ...(target.Name === undefined ? {} : { name: target.Name }),
    ...(target.Path === undefined ? {} : { path: target.Path }),
    ...(target.RequiresRecreation === undefined ? {} : { requiresRecreation: target.RequiresRecreation }),
    ...(detail.Evaluation === undefined ? {} : { evaluation: detail.Evaluation }),
    ...(target.BeforeValue === undefined ? {} : { before: target.BeforeValue }),
    ...(target.AfterValue === undefined ? {} : { after: target.AfterValue }),
  };
}
