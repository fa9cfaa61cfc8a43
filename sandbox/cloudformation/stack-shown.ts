/** How stacks appear in answers. */
import type { Parameter, Stack, Tag } from '@aws-sdk/client-cloudformation';
import { driftOf } from './drift/shown.ts';
import { shownRollbackConfiguration } from './rollback-configuration.ts';
import type { StackModel, StackRecord } from './state.ts';

/** Parameters of a stack; NoEcho values are masked (CloudFormation User Guide, "Parameters", NoEcho). */
export function shownParameters(model: StackModel | undefined): Parameter[] {
  return Object.entries(model?.parameters ?? {}).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: model?.noEcho.includes(ParameterKey) ? '****' : value,
  }));
}

export function shownTags(model: StackModel | undefined): Tag[] {
  return Object.entries(model?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** A stack as DescribeStacks answers it. */
export function shownStack(stack: StackRecord): Stack {
  const { model } = stack;
  const optional = {
    ChangeSetId: stack.changeSetId,
    Description: model?.description,
    DeletionTime: stack.deletedAt === undefined ? undefined : new Date(stack.deletedAt),
    LastUpdatedTime: stack.updatedAt === undefined ? undefined : new Date(stack.updatedAt),
    StackStatusReason: stack.statusReason,
    RoleARN: stack.roleArn,
    ParentId: stack.parent?.stackId,
    RootId: stack.parent?.rootId,
  };
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    CreationTime: new Date(stack.createdAt),
    StackStatus: stack.status,
    DisableRollback: stack.disableRollback,
    NotificationARNs: [...(model?.notificationArns ?? [])],
    RollbackConfiguration: shownRollbackConfiguration(model),
    Parameters: shownParameters(model),
    Capabilities: [...(model?.capabilities ?? [])] as NonNullable<Stack['Capabilities']>,
    Outputs: shownOutputs(stack),
    Tags: shownTags(model),
    EnableTerminationProtection: stack.terminationProtection,
    DriftInformation: driftOf(stack),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function shownOutputs(stack: StackRecord): NonNullable<Stack['Outputs']> {
  return stack.outputs.map(({ key, value, description, exportName }) => ({
    OutputKey: key,
    OutputValue: value,
    ...(description === undefined ? {} : { Description: description }),
    ...(exportName === undefined ? {} : { ExportName: exportName }),
  }));
}
