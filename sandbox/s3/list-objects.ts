import type {
  HeadBucketCommandInput,
  HeadBucketCommandOutput,
  ListObjectsV2CommandInput,
  ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { AwsError } from '../aws-error.ts';
import type { Call, Operation } from '../kernel.ts';
import { bucketPermission, requestedBucket, versionsOf } from './buckets.ts';
import type { Bucket } from './state.ts';

type Output = Omit<ListObjectsV2CommandOutput, '$metadata'>;

/** HeadBucket: there, mine to list, and in which region. */
export const headBucket: Operation<HeadBucketCommandInput, Omit<HeadBucketCommandOutput, '$metadata'>> = {
  permissions: (call) => bucketPermission(call, { action: 's3:ListBucket' }),
  run: (call) => {
    const bucket = requestedBucket(call);
    return { BucketRegion: bucket.region, BucketArn: bucket.arn };
  },
};

/** ListObjectsV2: newest versions in UTF-8 order of their keys, at most 1,000 keys and common prefixes a page. */
export const listObjects: Operation<ListObjectsV2CommandInput, Output> = {
  permissions: (call) => {
    const { Prefix, Delimiter } = call.input;
    const context = {
      ...(Prefix !== undefined && { 's3:prefix': Prefix }),
      ...(Delimiter !== undefined && { 's3:delimiter': Delimiter }),
    };
    return bucketPermission(call, { action: 's3:ListBucket', context });
  },
  run: (call) => {
    const bucket = requestedBucket(call);
    const { Prefix = '', Delimiter, MaxKeys = 1000 } = call.input;
    const after = startOf(call);
    const entries = listing(bucket, Prefix, Delimiter).filter((entry) => compare(entry, after) > 0);
    const page = entries.slice(0, Math.min(MaxKeys, 1000));
    const more = entries.length > page.length && page.length > 0;
    const isPrefix = (entry: string) =>
      Delimiter !== undefined && entry.endsWith(Delimiter) && !liveObject(bucket, entry);
    return {
      Name: bucket.name,
      Prefix,
      ...(Delimiter !== undefined && { Delimiter }),
      MaxKeys,
      KeyCount: page.length,
      IsTruncated: more,
      ...(more && { NextContinuationToken: Buffer.from(page.at(-1) ?? '').toString('base64') }),
      Contents: page.filter((entry) => !isPrefix(entry)).map((key) => contents(bucket, key)),
      ...(page.some(isPrefix) && { CommonPrefixes: page.filter(isPrefix).map((entry) => ({ Prefix: entry })) }),
    };
  },
};

function startOf({ input }: Call<ListObjectsV2CommandInput>): string {
  if (input.ContinuationToken === undefined) return input.StartAfter ?? '';
  const start = Buffer.from(input.ContinuationToken, 'base64').toString('utf8');
  if (start === '') throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect');
  return start;
}

/** Keys, and instead of the keys below a delimiter their common prefix once. */
function listing(bucket: Bucket, prefix: string, delimiter: string | undefined): string[] {
  const keys = Object.keys(bucket.objects).filter((key) => key.startsWith(prefix) && liveObject(bucket, key));
  const cut = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? key : key.slice(0, end + (delimiter ?? '').length);
  };
  return [...new Set(keys.map(cut))].sort(compare);
}

function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function liveObject(bucket: Bucket, key: string) {
  const newest = versionsOf(bucket, key).at(-1);
  return newest?.deleteMarker ? undefined : newest;
}

function contents(bucket: Bucket, key: string) {
  const found = liveObject(bucket, key);
  return {
    Key: key,
    Size: found?.size ?? 0,
    ETag: found?.etag ?? '',
    LastModified: new Date(found?.lastModified ?? 0),
    StorageClass: 'STANDARD' as const,
  };
}
