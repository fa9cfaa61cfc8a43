/** How drift appears in other answers. It is what the last complete detection found, whatever happened since. */
import type { StackDriftInformation, StackResourceDriftInformation } from '@aws-sdk/client-cloudformation';
import type { ResourceRecord, StackRecord } from '../state.ts';
import type { DetectionRecord } from './state.ts';

export function driftOf(stack: StackRecord): StackDriftInformation {
  const last = lastDetection(stack);
  if (last === undefined) return { StackDriftStatus: 'NOT_CHECKED' };
  return { StackDriftStatus: stackDrift(last), LastCheckTimestamp: new Date(last.at) };
}

export function resourceDriftOf(stack: StackRecord, { logicalId }: ResourceRecord): StackResourceDriftInformation {
  const found = lastDetection(stack)?.resources.find((resource) => resource.logicalId === logicalId);
  if (found === undefined) return { StackResourceDriftStatus: 'NOT_CHECKED' };
  return { StackResourceDriftStatus: found.status, LastCheckTimestamp: new Date(found.at) };
}

/** The newest detection that is over. */
export function lastDetection({ detections = [] }: StackRecord): DetectionRecord | undefined {
  return detections.findLast(({ status }) => status !== 'DETECTION_IN_PROGRESS');
}

/** Without a resource that can be checked, nothing is (API Reference, StackDriftInformation). */
export function stackDrift({ resources, status }: DetectionRecord): 'IN_SYNC' | 'DRIFTED' | 'NOT_CHECKED' | 'UNKNOWN' {
  if (resources.some((resource) => resource.status !== 'IN_SYNC')) return 'DRIFTED';
  if (status === 'DETECTION_FAILED') return 'UNKNOWN';
  return resources.length === 0 ? 'NOT_CHECKED' : 'IN_SYNC';
}
