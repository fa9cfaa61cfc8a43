import type { GetObjectCommandInput, GetObjectCommandOutput, HeadObjectCommandInput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission } from '../kernel.ts';
import { bucketNamed, bucketPermission, existingObject, requestedBucket, storedVersion } from './buckets.ts';
import { bytesOf, checksumOutput } from './content.ts';
import { decryptPermission, encryptionOutput, requireDecryptable } from './encryption.ts';
import type { StoredObject } from './state.ts';

type Input = Pick<
  GetObjectCommandInput & HeadObjectCommandInput,
  'Bucket' | 'Key' | 'VersionId' | 'ExpectedBucketOwner' | 'Range' | 'IfMatch' | 'IfNoneMatch' | 'ChecksumMode'
>;
type Head = Omit<GetObjectCommandOutput, '$metadata' | 'Body'>;

/** GetObject, whole objects only: a Range is refused. */
export const getObject: Operation<Input, Head & { Body: Uint8Array }> = {
  permissions: (call) => [...permissions(call), ...decrypting(call)],
  run: (call) => {
    const found = readableObject(call);
    requireDecryptable(call, requestedBucket(call), found);
    return { ...head(call, found), Body: bytesOf(found) };
  },
};

/** HeadObject: what GetObject answers, without the bytes. Of an encrypted object only the checksum takes the key (API Reference). */
export const headObject: Operation<Input, Head> = {
  permissions: (call) => [...permissions(call), ...(call.input.ChecksumMode === 'ENABLED' ? decrypting(call) : [])],
  run: (call) => head(call, readableObject(call)),
};

function permissions(call: Call<Input>): Permission[] {
  const action = call.input.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  return bucketPermission(call, { action, key: call.input.Key });
}

function decrypting(call: Call<Input>): Permission[] {
  const bucket = bucketNamed(call.sandbox.world, call.input.Bucket);
  const found = bucket && storedVersion(bucket, call.input);
  const read = { account: call.account, key: call.input.Key ?? '' };
  return found ? decryptPermission(call.sandbox.world, { ...read, bucket, stored: found }) : [];
}

function readableObject(call: Call<Input>): StoredObject {
  const { Range, IfMatch, IfNoneMatch } = call.input;
  if (Range !== undefined)
    throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
  const found = existingObject(call);
  if (IfMatch !== undefined && IfMatch !== found.etag)
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  if (IfNoneMatch === '*' || IfNoneMatch === found.etag) throw new AwsError('NotModified', 'Not Modified', 304);
  return found;
}

function head(call: Call<Input>, found: StoredObject): Head {
  return {
    AcceptRanges: 'bytes',
    ContentLength: found.size,
    ContentType: found.contentType,
    ETag: found.etag,
    LastModified: new Date(found.lastModified),
    Metadata: found.metadata,
    ...encryptionOutput(found),
    ...(requestedBucket(call).versioning !== 'Off' && { VersionId: found.versionId }),
    ...(call.input.ChecksumMode === 'ENABLED' && checksumOutput(found)),
  };
}
