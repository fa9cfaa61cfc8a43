/** Change sets of one target, through a guarded session. SDK types stay here; what leaves is the domain's. */
import {
  type Change,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  ExecuteChangeSetCommand,
  type ResourceChangeDetail,
} from '@aws-sdk/client-cloudformation';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { DesiredStack, Inputs } from '#shared/domain/plan/comparison.ts';
import { normaliseChanges, type PlannedChange } from '#shared/domain/plan/stack-plan.ts';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** Reasons that mean "nothing to change" (CloudFormation User Guide, and E1 of the edge cases we test). */
const noChange = [/^The submitted information didn't contain changes\./, /^No updates are to be performed\./];

/** The bucket's refusal or its key's (which may be disabled, too): no other release would help. */
const deniedByS3 = /^S3 error: (Access Denied|.* is not authorized to perform: |arn:[a-z-]+:kms:)/;

export type ChangeSet =
  | { readonly kind: 'absent' }
  | { readonly kind: 'pending' }
  | { readonly kind: 'no-change'; readonly inputs: Inputs }
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'ready';
      readonly id: string;
      readonly stackId: string;
      /** AVAILABLE, EXECUTE_IN_PROGRESS, EXECUTE_COMPLETE, OBSOLETE … */
      readonly executionStatus: string;
      /** What it was made from: a change set of our name need not be ours. */
      readonly inputs: Inputs;
      readonly changes: PlannedChange[];
    };

export interface NewChangeSet {
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly desired: DesiredStack;
}

/** Asks for a change set. Asking again with the same name is harmless: the client token is derived from it, and one that exists is kept. */
export async function createChangeSet(session: TargetSession, wanted: NewChangeSet): Promise<void> {
  const { desired } = wanted;
  const input: CreateChangeSetCommandInput = {
    StackName: desired.stackName,
    ChangeSetName: wanted.name,
    ChangeSetType: wanted.type,
    ClientToken: `${wanted.name}-${desired.stack}`,
    TemplateURL: desired.templateUrl,
    Parameters: Object.entries(desired.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Tags: Object.entries(desired.tags).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: [...desired.capabilities] as NonNullable<CreateChangeSetCommandInput['Capabilities']>,
    // Without it CloudFormation would work with this session, which ends in fifteen minutes, and would keep it for later callers.
    RoleARN: desired.roleArn,
    IncludeNestedStacks: true,
  };
  try {
    await session.cloudFormation.send(new CreateChangeSetCommand(input));
  } catch (error) {
    if (isCode(error, 'AlreadyExistsException')) return;
    // What CloudFormation says of a template or its parameters is the release's fault, not the service's.
    if (isCode(error, 'ValidationError', 'InsufficientCapabilitiesException')) {
      const { account, region } = session.purpose.target;
      const facts = { stack: desired.stack, reason: (error as Error).message };
      const code = deniedByS3.test(facts.reason) ? 'ARTIFACT_DENIED' : 'CHANGE_SET_REFUSED';
      throw failure(code, facts, { stack: desired.stackName, account, region });
    }
    await asked(service, Promise.reject(error));
  }
}

/**
 * Reads a change set with all its pages. Both are names or ARNs. Of a change set that is gone, only the stack tells AWS what permission to
 * ask for, so it is always named.
 */
export async function readChangeSet(
  session: TargetSession,
  reference: { stackName: string; changeSet: string },
): Promise<ChangeSet> {
  const changes: Change[] = [];
  let page: DescribeChangeSetCommandOutput | undefined;
  do {
    page = await describe(session, reference, page?.NextToken);
    if (page === undefined) return { kind: 'absent' };
    changes.push(...(page.Changes ?? []));
  } while (page.NextToken !== undefined);
  return changeSetOf(page, changes);
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

async function describe(
  session: TargetSession,
  reference: { stackName: string; changeSet: string },
  NextToken: string | undefined,
) {
  const command = new DescribeChangeSetCommand({
    ChangeSetName: reference.changeSet,
    StackName: reference.stackName,
    IncludePropertyValues: true,
    ...(NextToken === undefined ? {} : { NextToken }),
  });
  try {
    return await session.cloudFormation.send(command);
  } catch (error) {
    if (isCode(error, 'ChangeSetNotFound', 'ChangeSetNotFoundException') || isMissingStack(error)) return undefined;
    return asked(service, Promise.reject(error));
  }
}

/** CloudFormation has no code of its own for this: a plain ValidationError whose text says so. */
export function isMissingStack(error: unknown): boolean {
  return isCode(error, 'ValidationError') && /does not exist/.test((error as Error).message);
}

function changeSetOf(page: DescribeChangeSetCommandOutput, changes: readonly Change[]): ChangeSet {
  const reason = page.StatusReason ?? '';
  if (page.Status === 'FAILED') {
    return noChange.some((pattern) => pattern.test(reason))
      ? { kind: 'no-change', inputs: inputsOf(page) }
      : { kind: 'refused', reason };
  }
  if (page.Status !== 'CREATE_COMPLETE') return { kind: 'pending' };
  return {
    kind: 'ready',
    id: page.ChangeSetId ?? '',
    stackId: page.StackId ?? '',
    executionStatus: page.ExecutionStatus ?? 'UNAVAILABLE',
    inputs: inputsOf(page),
    changes: normaliseChanges(changes.map(plannedChange)),
  };
}

function inputsOf({ Parameters = [], Tags = [] }: DescribeChangeSetCommandOutput): Inputs {
  return {
    parameters: Object.fromEntries(
      Parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey ?? '', ParameterValue ?? '']),
    ),
    tags: Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? ''])),
  };
}

function plannedChange(change: Change): PlannedChange {
  const resource = change.ResourceChange ?? {};
  return {
    action: resource.Action ?? 'Dynamic',
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
    ...(target.BeforeValue === undefined ? {} : { before: target.BeforeValue }),
    ...(target.AfterValue === undefined ? {} : { after: target.AfterValue }),
  };
}
