import { describe, expect, it } from 'vitest';
import { codePermissions } from '#sandbox/cloudformation/code-permissions.ts';
import type { Json } from '#sandbox/kernel.ts';
import { kmsService } from '#sandbox/kms/service.ts';
import { s3Service } from '#sandbox/s3/service.ts';
import { elsewhere, home, region, stubSandbox } from '../lambda/stub-sandbox.ts';

const artifacts = { S3Bucket: 'artifacts', S3Key: 'assets/1' };
const plain = { S3Bucket: 'plain', S3Key: 'assets/1' };

/** A bucket that encrypts with a key, and one that does not, each with an archive; what a resource of another account needs. */
async function needed(type: string, properties: Record<string, Json>, previousProperties?: Record<string, Json>) {
  const sandbox = stubSandbox([s3Service, kmsService]);
  const key = await sandbox.create('AWS::KMS::Key', {});
  const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key };
  await sandbox.create('AWS::S3::Bucket', {
    BucketName: 'artifacts',
    BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault }] },
  });
  await sandbox.create('AWS::S3::Bucket', { BucketName: 'plain' });
  for (const Bucket of ['artifacts', 'plain']) await sandbox.call('PutObject', { Bucket, Key: 'assets/1' });
  const place = { account: elsewhere, ...(previousProperties && { previousProperties }) };
  return codePermissions(sandbox.request(type, properties, place));
}

const readArtifact = { action: 's3:GetObject', resource: 'arn:aws:s3:::artifacts/assets/1' };
const decrypt = {
  action: 'kms:Decrypt',
  context: {
    'kms:ViaService': `s3.${region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': readArtifact.resource,
    'kms:CallerAccount': elsewhere,
  },
  resourcePolicy: { account: home, kind: 'key' },
};

describe('code in S3 takes, of whoever makes a resource of it,', () => {
  it.each<[string, string, Record<string, Json>, object[], Record<string, Json>?]>([
    ['object and key', 'AWS::Lambda::Function', { Code: artifacts }, [readArtifact, decrypt]],
    ['the same for a layer', 'AWS::Lambda::LayerVersion', { Content: artifacts }, [readArtifact, decrypt]],
    [
      'the object alone where S3 has the key',
      'AWS::Lambda::Function',
      { Code: plain },
      [{ action: 's3:GetObject', resource: 'arn:aws:s3:::plain/assets/1' }],
    ],
    [
      'the version it names',
      'AWS::Lambda::Function',
      { Code: { ...artifacts, S3ObjectVersion: 'v1' } },
      [{ ...readArtifact, action: 's3:GetObjectVersion' }],
    ],
    [
      'it again when it changes',
      'AWS::Lambda::Function',
      { Code: artifacts },
      [readArtifact, decrypt],
      { Code: plain },
    ],
    ['nothing when it stays', 'AWS::Lambda::Function', { Code: artifacts, Timeout: 3 }, [], { Code: artifacts }],
    [
      'nothing of a bucket that is not there',
      'AWS::Lambda::Function',
      { Code: { ...artifacts, S3Bucket: 'gone' } },
      [],
    ],
    ['nothing for code in the template', 'AWS::Lambda::Function', { Code: { ZipFile: '' } }, []],
    ['nothing for other types', 'AWS::SNS::Topic', { Code: artifacts }, []],
  ])('%s', async (_, type, properties, expected, previous) => {
    expect(await needed(type, properties, previous)).toMatchObject(expected);
    expect(await needed(type, properties, previous)).toHaveLength(expected.length);
  });
});
