import { AwsError } from '../aws-error.ts';
import type { Call, Caller, Permission, World } from '../kernel.ts';
import type { Bucket, StoredObject } from './state.ts';

/** What every request to a bucket may carry. */
export interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/**
 * The bucket of a request.
 *
 * @throws AwsError `NoSuchBucket`; `AccessDenied` when the expected owner is another; `AuthorizationHeaderMalformed` when the request was
 * signed for another region, as S3 answers on a regional endpoint.
 */
export function requestedBucket({ sandbox, input, region }: Call<BucketInput>): Bucket {
  const bucket = bucketNamed(sandbox.world, input.Bucket);
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account)
    throw new AwsError('AccessDenied', 'Access Denied', 403);
  if (region !== bucket.region)
    throw new AwsError(
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucket.region}'`,
    );
  return bucket;
}

/** What a bucket action needs; nothing while there is no bucket, so that the answer is NoSuchBucket. */
export function bucketPermission(call: Call<BucketInput>, wanted: WantedPermission): Permission[] {
  const bucket = bucketNamed(call.sandbox.world, call.input.Bucket);
  return bucket ? [permissionOn(bucket, wanted)] : [];
}

export interface WantedPermission {
  readonly action: string;
  /** For an object action. */
  readonly key?: string | undefined;
  readonly context?: Readonly<Record<string, string>>;
}

/** One permission with the bucket policy beside it. */
export function permissionOn(bucket: Bucket, { action, key, context }: WantedPermission): Permission {
  return {
    action,
    resource: key === undefined ? bucket.arn : `${bucket.arn}/${key}`,
    context: { 's3:ResourceAccount': bucket.account, ...context },
    // A bucket's ARN does not tell whose it is, so the owner is named even where there is no policy.
    resourcePolicy: { account: bucket.account, document: bucket.policy ?? '' },
  };
}

/**
 * The newest version of a key, or the one asked for.
 *
 * @throws AwsError `NoSuchKey` or `NoSuchVersion`; `AccessDenied` when the caller may not list the bucket, which is how S3 keeps strangers
 * from probing for keys (S3 API Reference, GetObject).
 */
export function existingObject(call: Call<ObjectInput>): StoredObject {
  const bucket = requestedBucket(call);
  const { VersionId: versionId } = call.input;
  const found = storedVersion(bucket, call.input);
  if (found && !found.deleteMarker) return found;
  if (found && versionId !== undefined)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405);
  requireListing(call, bucket);
  if (versionId !== undefined) throw new AwsError('NoSuchVersion', 'The specified version does not exist.', 404);
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
}

/** The version a request means, delete markers included; undefined when there is none. */
export function storedVersion(bucket: Bucket, { Key: key = '', VersionId: versionId }: ObjectInput) {
  const versions = versionsOf(bucket, key);
  return versionId === undefined ? versions.at(-1) : versions.find((one) => one.versionId === versionId);
}

/** A key may be any text, also the name of something every object inherits. */
export function versionsOf(bucket: Bucket, key: string): StoredObject[] {
  return (Object.hasOwn(bucket.objects, key) && bucket.objects[key]) || [];
}

export function bucketNamed({ s3 }: World, name = ''): Bucket | undefined {
  return Object.hasOwn(s3.buckets, name) ? s3.buckets[name] : undefined;
}

export interface ObjectInput extends BucketInput {
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
}

function requireListing(
  { sandbox, caller }: { sandbox: Call<unknown>['sandbox']; caller: Caller },
  bucket: Bucket,
): void {
  sandbox.authorise(caller, permissionOn(bucket, { action: 's3:ListBucket' }));
}
