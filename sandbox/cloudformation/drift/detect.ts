/** DetectStackDrift: compares what the template says with what is there. It takes time, and looks at the end of it. */
import type { DetectStackDriftCommandInput } from '@aws-sdk/client-cloudformation';
import type { Json, Operation, Sandbox } from '../../kernel.ts';
import { detectionDuration } from '../durations.ts';
import { noStack, validationError } from '../errors.ts';
import { isNestedStack } from '../nested/hierarchy.ts';
import { needLiveStack, placeOf } from '../stack-lookup.ts';
import { readPermission } from '../stack-read.ts';
import type { ResourceRecord, StackRecord } from '../state.ts';
import { canonical, differences } from '../template/differences.ts';
import { refuseUnsupported } from '../unsupported.ts';
import { actualProperties } from './edits.ts';
import type { DetectionRecord, PropertyDrift, ResourceDriftRecord } from './state.ts';

/** In these states a stack can be checked (CloudFormation User Guide, "Detect drift", considerations). */
const detectable: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_FAILED',
]);

/**
 * Nested stacks are not looked into (API Reference, DetectStackDrift). AWS asks for the right to detect drift of a resource as well. It also reads the
 * resources as the caller, which nobody is asked for here.
 */
export const detectStackDrift: Operation<DetectStackDriftCommandInput, { readonly StackDriftDetectionId: string }> = {
  permissions: (call) =>
    ['DetectStackDrift', 'DetectStackResourceDrift'].flatMap((action) => readPermission(action, call)),
  run(call) {
    const { sandbox, input } = call;
    refuseUnsupported(input, ['LogicalResourceIds']);
    if (input.StackName === undefined) throw noStack('');
    const stack = needLiveStack(placeOf(call), input.StackName);
    if (!detectable.has(stack.status))
      throw validationError(
        `Drift detection cannot be performed on stack [${stack.stackId}] while it is in status ${stack.status}`,
      );
    const { detections = [] } = stack;
    if (detections.some(({ status }) => status === 'DETECTION_IN_PROGRESS'))
      throw validationError(`Drift detection is already in progress for stack [${stack.stackId}]`);
    const id = sandbox.uuid('drift-detection');
    const begun: DetectionRecord = { id, at: sandbox.now(), status: 'DETECTION_IN_PROGRESS', resources: [] };
    stack.detections = [...detections, begun];
    const at = sandbox.now() + detectionDuration(Object.keys(stack.resources).length);
    sandbox.schedule({ at, service: 'cloudformation', name: 'detect-drift', payload: { stackId: stack.stackId, id } });
    return { StackDriftDetectionId: id };
  },
};

/** A stack that was changed meanwhile cannot be compared. */
export function finishDetection(sandbox: Sandbox, job: { readonly stackId: string; readonly id: string }): void {
  const stack = sandbox.world.cloudformation.stacks[job.stackId];
  const detection = stack?.detections?.find(({ id }) => id === job.id);
  if (stack === undefined || detection === undefined) return;
  if (!detectable.has(stack.status)) {
    detection.status = 'DETECTION_FAILED';
    detection.reason = `Stack is in status ${stack.status}`;
    return;
  }
  detection.status = 'DETECTION_COMPLETE';
  detection.resources = checkedResources(stack).map((record) => driftOfResource(record, sandbox.now()));
}

/** Not nested stacks and custom resources, and not what a continued rollback left out (API Reference, StackResourceDriftInformation). */
function checkedResources({ resources }: StackRecord): ResourceRecord[] {
  return Object.values(resources).filter(
    ({ type, skipped }) => !isNestedStack(type) && !/^(Custom::|AWS::CloudFormation::)/.test(type) && skipped !== true,
  );
}

function driftOfResource(record: ResourceRecord, at: number): ResourceDriftRecord {
  const { logicalId, physicalId = '', type, definition, gone } = record;
  const about = { logicalId, physicalId, type, at, expected: canonical(definition.properties) };
  if (gone) return { ...about, status: 'DELETED', differences: [] };
  const actual = actualProperties(record);
  const found = differencesOf(definition.properties, actual);
  const status = found.length === 0 ? 'IN_SYNC' : 'MODIFIED';
  return { ...about, status, actual: canonical(actual), differences: found };
}

/** Of the properties that the template sets, and only of those (API Reference, DetectStackDrift). Paths are JSON pointers. */
function differencesOf(
  expected: Readonly<Record<string, Json>>,
  actual: Readonly<Record<string, Json>>,
): PropertyDrift[] {
  return Object.entries(expected).flatMap(([name, value]) =>
    differences(value, actual[name], [name]).flatMap(({ path, before, after }): PropertyDrift[] => {
      // CloudFormation knows the types of properties: a number that a parameter gave as text is that number.
      if (isScalar(before) && isScalar(after) && `${before}` === `${after}`) return [];
      const difference = before === undefined ? 'ADD' : after === undefined ? 'REMOVE' : 'NOT_EQUAL';
      const [wanted, found] = [canonical(before ?? null), canonical(after ?? null)];
      return [{ path: `/${path.join('/')}`, expected: wanted, actual: found, difference }];
    }),
  );
}

const isScalar = (value: Json | undefined): boolean => value !== undefined && typeof value !== 'object';
