import type { Json, Permission, ResourceRequest } from '../kernel.ts';
import { bucketNamed, permissionOn, storedVersion } from '../s3/buckets.ts';
import { decryptPermission } from '../s3/encryption.ts';

/** Where a type says which archive it is made of. */
const codeProperties: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'Code',
  'AWS::Lambda::LayerVersion': 'Content',
};

/**
 * Lambda reads an archive in S3 with the rights of whoever asks, here those CloudFormation acts with (Lambda Developer Guide, "Deploying
 * Lambda functions as .zip file archives"). Nothing where there is no such bucket: then that is the answer.
 */
export function codePermissions(request: ResourceRequest): Permission[] {
  const code = codeOf(request, request.properties);
  const { S3Bucket, S3Key: key, S3ObjectVersion: version } = code;
  const { world } = request.sandbox;
  const bucket = typeof S3Bucket === 'string' ? bucketNamed(world, S3Bucket) : undefined;
  const unchanged = JSON.stringify(codeOf(request, request.previousProperties)) === JSON.stringify(code);
  if (!bucket || typeof key !== 'string' || unchanged) return [];
  const versionId = typeof version === 'string' ? version : undefined;
  const stored = storedVersion(bucket, { Key: key, VersionId: versionId });
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  const { account } = request;
  return [
    permissionOn(bucket, { action, key }),
    ...(stored ? decryptPermission(world, { account, bucket, key, stored }) : []),
  ];
}

function codeOf({ type }: ResourceRequest, properties: ResourceRequest['properties'] = {}): Record<string, Json> {
  const code = properties[codeProperties[type] ?? ''];
  return typeof code === 'object' && code !== null && !Array.isArray(code) ? code : {};
}
