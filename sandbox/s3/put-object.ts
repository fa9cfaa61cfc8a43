import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation, Permission, Sandbox } from '../kernel.ts';
import { bucketNamed, bucketPermission, requestedBucket, versionsOf } from './buckets.ts';
import { checksumOutput, entityTag, storedBody, verifiedChecksums } from './content.ts';
import { encryptionContext, encryptionOutput, encryptPermission, newEncryption } from './encryption.ts';
import type { Bucket, StoredObject } from './state.ts';

type Input = Omit<PutObjectCommandInput, 'Body'> & { Body?: Uint8Array };
type Output = Omit<PutObjectCommandOutput, '$metadata'>;

/** PutObject, in one part. `IfNoneMatch: '*'` makes it write-once, `IfMatch` compare-and-swap (S3 User Guide, conditional writes). */
export const putObject: Operation<Input, Output> = { permissions, run };

function permissions(call: Call<Input>): Permission[] {
  const { Bucket: name, Key: key, IfNoneMatch, IfMatch, Tagging } = call.input;
  const context = {
    ...(IfNoneMatch !== undefined && { 's3:if-none-match': IfNoneMatch }),
    ...(IfMatch !== undefined && { 's3:if-match': IfMatch }),
    ...encryptionContext(call.input),
  };
  const put = bucketPermission(call, { action: 's3:PutObject', key, context });
  const tag = Tagging === undefined ? [] : bucketPermission(call, { action: 's3:PutObjectTagging', key });
  const bucket = bucketNamed(call.sandbox.world, name);
  return [...put, ...tag, ...(bucket ? encryptPermission(call, bucket) : [])];
}

function run(call: Call<Input>): Output {
  const { sandbox, input } = call;
  const bucket = requestedBucket(call);
  const key = checkedKey(input.Key ?? '');
  const present = versionsOf(bucket, key).at(-1);
  checkConditions(input, present?.deleteMarker ? undefined : present);
  const encryption = newEncryption(call, bucket);
  const bytes = input.Body ?? new Uint8Array();
  const stored: StoredObject = {
    versionId: newVersionId(sandbox, bucket),
    body: storedBody(bytes),
    size: bytes.length,
    // Not the MD5 of the bytes where KMS encrypts them (S3 API Reference, Object).
    etag: encryption ? `"${sandbox.mint('s3-etag', 32, '0123456789abcdef')}"` : entityTag(bytes),
    contentType: input.ContentType ?? 'application/octet-stream',
    metadata: input.Metadata ?? {},
    checksums: verifiedChecksums(bytes, input),
    ...(encryption && { encryption }),
    lastModified: sandbox.now(),
  };
  addVersion(bucket, key, stored);
  return {
    ETag: stored.etag,
    ...checksumOutput(stored),
    ...(bucket.versioning !== 'Off' && { VersionId: stored.versionId }),
    ...encryptionOutput(stored),
  };
}

export function newVersionId(sandbox: Sandbox, bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? sandbox.mint('s3-version', 32) : 'null';
}

/** Versioning on: one more version. Otherwise the new one takes the place of the `null` version (S3 User Guide, versioning). */
export function addVersion(bucket: Bucket, key: string, version: StoredObject): void {
  const kept = versionsOf(bucket, key).filter(({ versionId }) => versionId !== version.versionId);
  bucket.objects[key] = [...kept, version];
}

function checkedKey(key: string): string {
  if (key !== '' && Buffer.byteLength(key) <= 1024) return key;
  throw new AwsError('KeyTooLongError', 'Your key is too long');
}

function checkConditions({ IfNoneMatch, IfMatch }: Input, present: StoredObject | undefined): void {
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*')
    throw new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
  if (IfMatch !== undefined && !present) throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
  if ((IfNoneMatch === '*' && present) || (IfMatch !== undefined && IfMatch !== present?.etag))
    throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
}
