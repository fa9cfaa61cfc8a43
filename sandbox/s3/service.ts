import type { Service } from '../kernel.ts';
import { bucketPolicyProvider } from './bucket-policy-provider.ts';
import { bucketProvider } from './bucket-provider.ts';
import { deleteObject } from './delete-object.ts';
import { headBucket, listObjects } from './list-objects.ts';
import { putObject } from './put-object.ts';
import { getObject, headObject } from './read-object.ts';

/** The few verbs of S3 that releases and documents need. */
export const s3Service: Service = {
  name: 's3',
  operations: {
    PutObject: putObject,
    GetObject: getObject,
    HeadObject: headObject,
    DeleteObject: deleteObject,
    ListObjectsV2: listObjects,
    HeadBucket: headBucket,
  },
  jobs: {},
  providers: { 'AWS::S3::Bucket': bucketProvider, 'AWS::S3::BucketPolicy': bucketPolicyProvider },
};
