/** DescribeChangeSet, ListChangeSets, DeleteChangeSet. */
import type {
  DeleteChangeSetCommandInput,
  DescribeChangeSetCommandInput,
  DescribeChangeSetCommandOutput,
  ListChangeSetsCommandInput,
  ListChangeSetsCommandOutput,
  ResourceChange,
} from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { invalidChangeSetStatus, noStack } from './errors.ts';
import { dropChangeSet, refuseNested } from './nested/change-set-family.ts';
import { page } from './request-rules.ts';
import { shownRollbackConfiguration } from './rollback-configuration.ts';
import { changeSetsOf, findChangeSet, needChangeSet, needStack, placeOf, stackResource } from './stack-lookup.ts';
import { shownParameters, shownTags } from './stack-shown.ts';
import type { ChangeSetRecord } from './state.ts';

type Named = { readonly ChangeSetName: string | undefined; readonly StackName?: string | undefined };
type Described = Omit<DescribeChangeSetCommandOutput, '$metadata'>;
type Listed = Omit<ListChangeSetsCommandOutput, '$metadata'>;

const changesPerPage = 100;

/** The permission of an operation on one change set: asked of its stack, with the change set's name as condition key. */
export function changeSetPermission(action: string, call: Call<Named>): Permission[] {
  const { ChangeSetName: given = '', StackName } = call.input;
  const place = placeOf(call);
  const found =
    given.startsWith('arn:') || StackName !== undefined ? findChangeSet(place, given, StackName) : undefined;
  const name = given.startsWith('arn:') ? (given.split('/')[1] ?? given) : given;
  const resource = found?.stackId ?? stackResource(place, StackName ?? 'unknown');
  return [{ action: `cloudformation:${action}`, resource, context: { 'cloudformation:ChangeSetName': name } }];
}

/** Describes a change set, a page of changes at a time (API Reference, DescribeChangeSet). */
export const describeChangeSet: Operation<DescribeChangeSetCommandInput, Described> = {
  permissions: (call) => changeSetPermission('DescribeChangeSet', call),
  run(call) {
    const { ChangeSetName, StackName, NextToken, IncludePropertyValues } = call.input;
    const changeSet = needChangeSet(placeOf(call), ChangeSetName ?? '', StackName);
    const { items, ...next } = page(changeSet.changes, NextToken, changesPerPage);
    const Changes = items.map((change) => ({
      Type: 'Resource' as const,
      ResourceChange: IncludePropertyValues ? change : withoutValues(change),
    }));
    return { ...facts(call, changeSet), Changes, ...next };
  },
};

/** The change sets that were not executed; the executed one answers by name or ARN only. */
export const listChangeSets: Operation<ListChangeSetsCommandInput, Listed> = {
  permissions: (call) => [
    { action: 'cloudformation:ListChangeSets', resource: stackResource(placeOf(call), call.input.StackName) },
  ],
  run(call) {
    const stack = needStack(placeOf(call), call.input.StackName ?? '', noStack);
    const active = changeSetsOf(call.sandbox, stack.stackId).filter(
      (one) => !one.executionStatus.startsWith('EXECUTE'),
    );
    const { items, ...next } = page(active, call.input.NextToken, 100);
    const Summaries = items.map((one) => {
      const { Parameters, Capabilities, NotificationARNs, Tags, RollbackConfiguration, OnStackFailure, ...summary } =
        facts(call, one);
      return summary;
    });
    return { Summaries, ...next };
  },
};

/** Deletes a change set that is not being made or executed, with those of its nested stacks. One that is gone already is fine. */
export const deleteChangeSet: Operation<DeleteChangeSetCommandInput, Record<string, never>> = {
  permissions: (call) => changeSetPermission('DeleteChangeSet', call),
  run(call) {
    const { ChangeSetName = '', StackName } = call.input;
    const changeSet = findChangeSet(placeOf(call), ChangeSetName, StackName);
    if (changeSet === undefined) return {};
    refuseNested(changeSet);
    const { status, executionStatus, changeSetId } = changeSet;
    const state = executionStatus === 'EXECUTE_IN_PROGRESS' ? executionStatus : status;
    if (state.endsWith('_IN_PROGRESS') || state === 'CREATE_PENDING') {
      throw invalidChangeSetStatus(`ChangeSet [${changeSetId}] cannot be deleted in its current status of [${state}]`);
    }
    dropChangeSet(call.sandbox, changeSet);
    return {};
  },
};

function facts(call: Call<unknown>, changeSet: ChangeSetRecord): Described {
  const { model } = changeSet;
  const optional = {
    Description: changeSet.description,
    StatusReason: changeSet.statusReason,
    OnStackFailure: changeSet.onStackFailure,
    ParentChangeSetId: changeSet.nested?.parentId,
    RootChangeSetId: changeSet.nested?.rootId,
  };
  return {
    ChangeSetName: changeSet.changeSetName,
    ChangeSetId: changeSet.changeSetId,
    StackId: changeSet.stackId,
    StackName: call.sandbox.world.cloudformation.stacks[changeSet.stackId]?.stackName ?? '',
    CreationTime: new Date(changeSet.createdAt),
    Status: changeSet.status,
    ExecutionStatus: changeSet.executionStatus,
    Parameters: shownParameters(model),
    Capabilities: [...model.capabilities] as NonNullable<Described['Capabilities']>,
    NotificationARNs: [...model.notificationArns],
    Tags: shownTags(model),
    RollbackConfiguration: shownRollbackConfiguration(model),
    IncludeNestedStacks: changeSet.includeNestedStacks,
    ImportExistingResources: false,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

/** Values are answered only where IncludePropertyValues asks for them. */
function withoutValues(change: ResourceChange): ResourceChange {
  const { BeforeContext, AfterContext, Details, ...rest } = change;
  if (Details === undefined) return rest;
  const plain = Details.map(({ Target, ...detail }) => {
    if (Target === undefined) return detail;
    const { BeforeValue, AfterValue, Path, AttributeChangeType, ...target } = Target;
    return { ...detail, Target: target };
  });
  return { ...rest, Details: plain };
}
