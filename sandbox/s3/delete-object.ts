import type { DeleteObjectCommandInput, DeleteObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Call, Operation } from '../kernel.ts';
import { bucketPermission, requestedBucket, versionsOf } from './buckets.ts';
import { addVersion, newVersionId } from './put-object.ts';
import type { Bucket, StoredObject } from './state.ts';

type Output = Omit<DeleteObjectCommandOutput, '$metadata'>;

/**
 * DeleteObject: succeeds whether or not the key is there. In a versioned bucket it leaves a delete marker, and only naming the version
 * removes it (S3 User Guide, deleting object versions).
 */
export const deleteObject: Operation<DeleteObjectCommandInput, Output> = {
  permissions: (call) => {
    const action = call.input.VersionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    return bucketPermission(call, { action, key: call.input.Key });
  },
  run: (call) => {
    const bucket = requestedBucket(call);
    const { Key: key = '', VersionId: versionId } = call.input;
    if (versionId !== undefined) return removeVersion(bucket, key, versionId);
    if (bucket.versioning === 'Off') return removeVersion(bucket, key, 'null');
    return addDeleteMarker(call, bucket, key);
  },
};

function removeVersion(bucket: Bucket, key: string, versionId: string): Output {
  const versions = versionsOf(bucket, key);
  const removed = versions.find((version) => version.versionId === versionId);
  const kept = versions.filter((version) => version !== removed);
  if (kept.length > 0) bucket.objects[key] = kept;
  else delete bucket.objects[key];
  const versioned = bucket.versioning === 'Off' ? {} : { VersionId: versionId };
  return { ...versioned, ...(removed?.deleteMarker && { DeleteMarker: true }) };
}

function addDeleteMarker({ sandbox }: Call<unknown>, bucket: Bucket, key: string): Output {
  const marker: StoredObject = {
    versionId: newVersionId(sandbox, bucket),
    deleteMarker: true,
    body: { text: '' },
    size: 0,
    etag: '',
    contentType: '',
    metadata: {},
    checksums: {},
    lastModified: sandbox.now(),
  };
  addVersion(bucket, key, marker);
  return { DeleteMarker: true, VersionId: marker.versionId };
}
