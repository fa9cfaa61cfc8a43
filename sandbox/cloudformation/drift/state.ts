/** What the sandbox keeps of drift detections. Plain JSON. */

/** One DetectStackDrift. What it found is there once it is complete. */
export interface DetectionRecord {
  readonly id: string;
  readonly at: number;
  status: 'DETECTION_IN_PROGRESS' | 'DETECTION_COMPLETE' | 'DETECTION_FAILED';
  reason?: string;
  resources: ResourceDriftRecord[];
}

export interface ResourceDriftRecord {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED';
  readonly at: number;
  /** JSON texts. */
  readonly expected: string;
  readonly actual?: string;
  readonly differences: readonly PropertyDrift[];
}

export interface PropertyDrift {
  readonly path: string;
  readonly expected: string;
  readonly actual: string;
  readonly difference: 'ADD' | 'REMOVE' | 'NOT_EQUAL';
}
