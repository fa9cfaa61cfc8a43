/** DescribeStacks, ListStacks, stack events and stack resources. */
import type {
  DescribeStackEventsCommandInput,
  DescribeStackEventsCommandOutput,
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
  Stack,
  StackEvent,
  StackSummary,
} from '@aws-sdk/client-cloudformation';
import type { Call, Operation, Permission } from '../kernel.ts';
import { driftOf, resourceDriftOf } from './drift/shown.ts';
import { noStack, noStackWithId, validationError } from './errors.ts';
import { page } from './request-rules.ts';
import { findStack, needStack, placeOf, stackResource, stacksOf } from './stack-lookup.ts';
import { shownStack } from './stack-shown.ts';
import type { ResourceRecord, StackEventRecord, StackRecord } from './state.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** One stack by name or ARN, or all that are not deleted (API Reference, DescribeStacks). */
export const describeStacks: Operation<DescribeStacksCommandInput, Answer<DescribeStacksCommandOutput>> = {
  permissions: (call) => readPermission('DescribeStacks', call),
  run(call) {
    const { StackName, NextToken } = call.input;
    if (StackName !== undefined) return { Stacks: [asRead(call, needStack(placeOf(call), StackName, noStackWithId))] };
    const alive = newestFirst(stacksOf(placeOf(call))).filter((stack) => stack.status !== 'DELETE_COMPLETE');
    const { items, ...next } = page(alive, NextToken, 100);
    return { Stacks: items.map(shownStack), ...next };
  },
};

/** A stack that just began to be created can still be answered as the shell it was, where a fault asks for it. */
function asRead({ sandbox }: Call<unknown>, stack: StackRecord): Stack {
  const fresh = stack.status === 'CREATE_IN_PROGRESS' && stack.changeSetId !== undefined;
  const stale = fresh && sandbox.faults.staleRead({ account: stack.account, stackName: stack.stackName }) !== undefined;
  return shownStack(stale ? { ...stack, status: 'REVIEW_IN_PROGRESS' } : stack);
}

export const listStacks: Operation<ListStacksCommandInput, Answer<ListStacksCommandOutput>> = {
  permissions: () => [{ action: 'cloudformation:ListStacks', resource: '*' }],
  run(call) {
    const { StackStatusFilter = [], NextToken } = call.input;
    const listed = newestFirst(stacksOf(placeOf(call))).filter(
      (stack) => StackStatusFilter.length === 0 || StackStatusFilter.includes(stack.status),
    );
    const { items, ...next } = page(listed, NextToken, 100);
    return { StackSummaries: items.map(summaryOf), ...next };
  },
};

/** Events of a stack, newest first, a hundred a page (API Reference, DescribeStackEvents). */
export const describeStackEvents: Operation<
  DescribeStackEventsCommandInput,
  Answer<DescribeStackEventsCommandOutput>
> = {
  permissions: (call) => readPermission('DescribeStackEvents', call),
  run(call) {
    const stack = needStack(placeOf(call), call.input.StackName ?? '', noStack);
    const events = call.sandbox.world.cloudformation.events[stack.stackId] ?? [];
    const { items, ...next } = page(events.toReversed(), call.input.NextToken, 100);
    return { StackEvents: items.map((event) => shownEvent(stack, event)), ...next };
  },
};

/** Resources of one stack, or of the stack that owns a physical resource. */
export const describeStackResources: Operation<
  DescribeStackResourcesCommandInput,
  Answer<DescribeStackResourcesCommandOutput>
> = {
  permissions: (call) => readPermission('DescribeStackResources', call),
  run(call) {
    const { LogicalResourceId } = call.input;
    const stack = ownerOf(call);
    const resources = Object.values(stack.resources).filter(
      (record) => LogicalResourceId === undefined || record.logicalId === LogicalResourceId,
    );
    return {
      StackResources: resources.map((record) => ({
        ...{ StackName: stack.stackName, StackId: stack.stackId, Timestamp: new Date(record.updatedAt) },
        ...shownResource(stack, record),
      })),
    };
  },
};

export const listStackResources: Operation<ListStackResourcesCommandInput, Answer<ListStackResourcesCommandOutput>> = {
  permissions: (call) => readPermission('ListStackResources', call),
  run(call) {
    const stack = needStack(placeOf(call), call.input.StackName ?? '', noStackWithId);
    const { items, ...next } = page(Object.values(stack.resources), call.input.NextToken, 100);
    return {
      StackResourceSummaries: items.map((record) => ({
        ...shownResource(stack, record),
        LastUpdatedTimestamp: new Date(record.updatedAt),
      })),
      ...next,
    };
  },
};

export function readPermission(action: string, call: Call<{ readonly StackName?: string | undefined }>): Permission[] {
  return [{ action: `cloudformation:${action}`, resource: stackResource(placeOf(call), call.input.StackName) }];
}

function newestFirst(stacks: StackRecord[]): StackRecord[] {
  return stacks.toReversed();
}

function summaryOf(stack: StackRecord): StackSummary {
  const { Description, ...shown } = shownStack(stack);
  const picked = ['LastUpdatedTime', 'DeletionTime', 'StackStatusReason', 'ParentId', 'RootId'] as const;
  const optional = picked.flatMap((key) => (shown[key] === undefined ? [] : [[key, shown[key]] as const]));
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    CreationTime: shown.CreationTime,
    StackStatus: stack.status,
    DriftInformation: driftOf(stack),
    ...(Description === undefined ? {} : { TemplateDescription: Description }),
    ...Object.fromEntries(optional),
  };
}

function shownEvent(stack: StackRecord, event: StackEventRecord): StackEvent {
  const { physicalId, reason, token, properties } = event;
  return {
    StackId: stack.stackId,
    StackName: stack.stackName,
    EventId: event.eventId,
    LogicalResourceId: event.logicalId,
    PhysicalResourceId: physicalId ?? '',
    ResourceType: event.type,
    Timestamp: new Date(event.at),
    ResourceStatus: event.status as NonNullable<StackEvent['ResourceStatus']>,
    ...(reason === undefined ? {} : { ResourceStatusReason: reason }),
    ...(token === undefined ? {} : { ClientRequestToken: token }),
    ...(properties === undefined ? {} : { ResourceProperties: properties }),
  };
}

function shownResource(stack: StackRecord, record: ResourceRecord) {
  const { physicalId, statusReason } = record;
  return {
    LogicalResourceId: record.logicalId,
    ResourceType: record.type,
    ResourceStatus: record.status,
    DriftInformation: resourceDriftOf(stack, record),
    ...(physicalId === undefined ? {} : { PhysicalResourceId: physicalId }),
    ...(statusReason === undefined ? {} : { ResourceStatusReason: statusReason }),
  };
}

function ownerOf(call: Call<DescribeStackResourcesCommandInput>): StackRecord {
  const { StackName, PhysicalResourceId } = call.input;
  const place = placeOf(call);
  if (StackName !== undefined) return needStack(place, StackName, noStackWithId);
  if (PhysicalResourceId === undefined)
    throw validationError('Either StackName or PhysicalResourceId must be specified.');
  const owner = stacksOf(place).find((stack) =>
    Object.values(stack.resources).some((record) => record.physicalId === PhysicalResourceId),
  );
  if (owner === undefined || findStack(place, owner.stackId) === undefined) {
    throw validationError(`Stack for ${PhysicalResourceId} does not exist`);
  }
  return owner;
}
