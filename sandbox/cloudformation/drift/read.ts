/** How far a drift detection is, and what it found. */
import type {
  DescribeStackDriftDetectionStatusCommandInput,
  DescribeStackDriftDetectionStatusCommandOutput,
  DescribeStackResourceDriftsCommandInput,
  DescribeStackResourceDriftsCommandOutput,
  StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import type { Operation } from '../../kernel.ts';
import { noStack, validationError } from '../errors.ts';
import { page } from '../request-rules.ts';
import { needStack, placeOf, stacksOf } from '../stack-lookup.ts';
import { readPermission } from '../stack-read.ts';
import type { StackRecord } from '../state.ts';
import { lastDetection, stackDrift } from './shown.ts';
import type { ResourceDriftRecord } from './state.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/** By the id of a detection, so IAM is asked about no stack (Service Authorization Reference, AWS CloudFormation). */
export const describeStackDriftDetectionStatus: Operation<
  DescribeStackDriftDetectionStatusCommandInput,
  Answer<DescribeStackDriftDetectionStatusCommandOutput>
> = {
  permissions: () => [{ action: 'cloudformation:DescribeStackDriftDetectionStatus', resource: '*' }],
  run(call) {
    const { StackDriftDetectionId: sought = '' } = call.input;
    const stack = stacksOf(placeOf(call)).find(({ detections = [] }) => detections.some(({ id }) => id === sought));
    const detection = stack?.detections?.find(({ id }) => id === sought);
    if (stack === undefined || detection === undefined)
      throw validationError(`Stack drift detection operation [${sought}] does not exist`);
    const over = detection.status !== 'DETECTION_IN_PROGRESS';
    return {
      ...{ StackId: stack.stackId, StackDriftDetectionId: sought, DetectionStatus: detection.status },
      Timestamp: new Date(detection.at),
      ...(detection.reason === undefined ? {} : { DetectionStatusReason: detection.reason }),
      ...(over && {
        StackDriftStatus: stackDrift(detection),
        DriftedStackResourceCount: detection.resources.filter(({ status }) => status !== 'IN_SYNC').length,
      }),
    };
  },
};

/** Resources that were checked, a hundred a page at most (API Reference, DescribeStackResourceDrifts). */
export const describeStackResourceDrifts: Operation<
  DescribeStackResourceDriftsCommandInput,
  Answer<DescribeStackResourceDriftsCommandOutput>
> = {
  permissions: (call) => readPermission('DescribeStackResourceDrifts', call),
  run(call) {
    const { StackName = '', StackResourceDriftStatusFilters: wanted = [], NextToken, MaxResults = 100 } = call.input;
    const stack = needStack(placeOf(call), StackName, noStack);
    const found = (lastDetection(stack)?.resources ?? []).filter(
      ({ status }) => wanted.length === 0 || wanted.includes(status),
    );
    const { items, ...next } = page(found, NextToken, MaxResults);
    return { StackResourceDrifts: items.map((drift) => shownDrift(stack, drift)), ...next };
  },
};

function shownDrift({ stackId }: StackRecord, drift: ResourceDriftRecord): StackResourceDrift {
  const { logicalId, physicalId, type, status, at, expected, actual, differences } = drift;
  return {
    ...{ StackId: stackId, LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceType: type },
    ...{ StackResourceDriftStatus: status, Timestamp: new Date(at), ExpectedProperties: expected },
    ...(actual === undefined ? {} : { ActualProperties: actual }),
    PropertyDifferences: differences.map((one) => ({
      ...{ PropertyPath: one.path, ExpectedValue: one.expected, ActualValue: one.actual },
      DifferenceType: one.difference,
    })),
  };
}
