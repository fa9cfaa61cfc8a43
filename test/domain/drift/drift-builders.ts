/** Drift records with the fields that a test does not speak of filled in. */
import type { DriftedResource, DriftRecord } from '#shared/domain/drift/drift.ts';
import { monday, promotionId } from '#test/builders.ts';

export function aDriftedResource(change: Partial<DriftedResource> = {}): DriftedResource {
  return {
    ...{ logicalId: 'Jobs', type: 'AWS::SQS::Queue', status: 'MODIFIED', paths: ['/VisibilityTimeout'] },
    ...change,
  };
}

export function aDriftRecord(change: Partial<DriftRecord> = {}): DriftRecord {
  return {
    ...{ pipeline: 'orders', environment: 'production', target: 'production', stack: 'api', stackName: 'orders-api' },
    ...{ status: 'DRIFTED', checkedAt: monday, promotion: promotionId, resources: [aDriftedResource()], reasons: [] },
    ...change,
  };
}
