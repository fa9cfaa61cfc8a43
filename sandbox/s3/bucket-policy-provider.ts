import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { readProperties } from '../resource-properties.ts';
import { bucketNamed } from './buckets.ts';
import type { Bucket } from './state.ts';

const properties = z.object({
  Bucket: z.string(),
  PolicyDocument: z.union([z.string(), z.record(z.string(), z.json())]),
});

/** AWS::S3::BucketPolicy: the one policy of a bucket in the same account. */
export const bucketPolicyProvider: ResourceProvider = {
  create: (request) => {
    const bucket = ownBucket(request);
    if (bucket.policy !== undefined)
      throw new AwsError('AlreadyExists', `The bucket policy already exists on bucket ${bucket.name}.`, 409);
    return put(bucket, request);
  },
  update: (request) => put(ownBucket(request), request),
  remove: ({ sandbox, physicalId = '' }) => {
    delete bucketNamed(sandbox.world, physicalId)?.policy;
  },
};

function ownBucket(request: ResourceRequest): Bucket {
  const bucket = bucketNamed(request.sandbox.world, readProperties(properties, request).Bucket);
  if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.account !== request.account) throw new AwsError('AccessDenied', 'Access Denied', 403);
  return bucket;
}

function put(bucket: Bucket, request: ResourceRequest): ResourceResult {
  const { PolicyDocument } = readProperties(properties, request);
  const document = typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument);
  refuseMalformed(document);
  bucket.policy = document;
  return { physicalId: bucket.name, attributes: {} };
}

/** S3 User Guide, bucket policies: at most 20 KB, and every statement names a principal. */
function refuseMalformed(document: string): void {
  if (Buffer.byteLength(document) > 20_480)
    throw new AwsError('PolicyTooLarge', 'Policies must not be larger than 20480 bytes');
  if (!policy.safeParse(parsed(document)).success)
    throw new AwsError('MalformedPolicy', 'Missing required field Principal or Effect in a statement');
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    throw new AwsError('MalformedPolicy', "Policies must be valid JSON and the first byte must be '{'");
  }
}

const statement = z.looseObject({ Effect: z.enum(['Allow', 'Deny']), Principal: z.json() });
const policy = z.object({ Statement: z.union([statement, z.array(statement)]) });
