import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Json, ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { generatedName, readProperties, tagsProperty } from '../resource-properties.ts';
import { bucketNamed } from './buckets.ts';
import type { Bucket } from './state.ts';

/** S3 User Guide, bucket naming rules (the general ones). */
const bucketName = z
  .string()
  .regex(/^(?!xn--|.*\.\.|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'The specified bucket is not valid.');

const properties = z.looseObject({
  BucketName: bucketName.optional(),
  VersioningConfiguration: z.object({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  Tags: tagsProperty,
});

/** AWS::S3::Bucket. `Ref` is the name; a bucket with anything in it cannot be deleted. */
export const bucketProvider: ResourceProvider = {
  create: (request) => {
    const read = readProperties(properties, request);
    const name = read.BucketName ?? generatedName(request, 63).toLowerCase();
    const { buckets } = request.sandbox.world.s3;
    refuseTaken(bucketNamed(request.sandbox.world, name), request.account);
    const bucket: Bucket = {
      name,
      arn: `arn:aws:s3:::${name}`,
      account: request.account,
      region: request.region,
      createdAt: request.sandbox.now(),
      versioning: 'Off',
      tags: {},
      configuration: {},
      objects: {},
    };
    buckets[name] = bucket;
    return configured(bucket, request);
  },
  update: (request) => {
    const bucket = bucketNamed(request.sandbox.world, request.physicalId);
    if (!bucket) throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
    return configured(bucket, request);
  },
  remove: ({ sandbox, physicalId = '' }) => {
    const { buckets } = sandbox.world.s3;
    // Versions and delete markers count too (S3 API Reference, DeleteBucket).
    if (Object.keys(bucketNamed(sandbox.world, physicalId)?.objects ?? {}).length > 0)
      throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409);
    delete buckets[physicalId];
  },
};

function refuseTaken(bucket: Bucket | undefined, account: string): void {
  if (bucket?.account === account) throw new AwsError('BucketAlreadyOwnedByYou', `${bucket.name} already exists`, 409);
  if (bucket) throw new AwsError('BucketAlreadyExists', `${bucket.name} already exists`, 409);
}

function configured(bucket: Bucket, request: ResourceRequest): ResourceResult {
  const { BucketName: _name, VersioningConfiguration, Tags, ...rest } = readProperties(properties, request);
  // Versioning that was ever on can only be suspended.
  const off = bucket.versioning === 'Off' ? 'Off' : 'Suspended';
  bucket.versioning = VersioningConfiguration?.Status ?? off;
  bucket.tags = Tags;
  bucket.configuration = rest as Record<string, Json>;
  const { name, arn, region } = bucket;
  return {
    physicalId: name,
    attributes: {
      Arn: arn,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
      WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
    },
  };
}
