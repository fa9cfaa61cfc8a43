import { bucketNamed, versionsOf } from '#sandbox/s3/buckets.ts';
import { AwsError } from '../aws-error.ts';
import type { ResourceRequest } from '../kernel.ts';
import { bundleName } from './registry.ts';

interface CodeLocation {
  readonly handler: string;
  readonly code: Readonly<Record<string, unknown>>;
}

/**
 * Refuses code that is not where the template says, with the message of Lambda's own GetObject. The archive itself is never unpacked.
 * Drawbridge's functions are exempt: their code is the bundle on disk.
 */
export function checkCode(request: ResourceRequest, { handler, code }: CodeLocation): void {
  const { S3Bucket: bucket, S3Key: key } = code;
  if (typeof bucket !== 'string' || typeof key !== 'string' || bundleName(handler) !== undefined) return;
  const stored = bucketNamed(request.sandbox.world, bucket);
  if (!stored) throw getObjectFailed('NoSuchBucket', 'The specified bucket does not exist');
  // Lambda Developer Guide: the bucket must be in the function's region.
  if (stored.region !== request.region)
    throw getObjectFailed(
      'PermanentRedirect',
      `The bucket is in this region: ${stored.region}. Please use this region`,
    );
  const newest = versionsOf(stored, key).at(-1);
  if (newest === undefined || newest.deleteMarker)
    throw getObjectFailed('NoSuchKey', 'The specified key does not exist.');
}

function getObjectFailed(code: string, message: string): AwsError {
  return new AwsError(
    'InvalidParameterValueException',
    `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`,
  );
}
