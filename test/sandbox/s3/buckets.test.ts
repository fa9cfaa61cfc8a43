import { describe, expect, it } from 'vitest';
import { s3Service } from '#sandbox/s3/service.ts';
import { elsewhere, region, stubSandbox } from '../lambda/stub-sandbox.ts';

const type = 'AWS::S3::Bucket';
const policyType = 'AWS::S3::BucketPolicy';
const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
const PolicyDocument = { Version: '2012-10-17', Statement: [statement] };

describe('AWS::S3::Bucket', () => {
  it('is referred to by its name', async () => {
    const sandbox = stubSandbox([s3Service]);
    const made = await sandbox.provider(type)!.create(sandbox.request(type, { BucketName: 'artifacts' }));
    expect(made).toMatchObject({
      physicalId: 'artifacts',
      attributes: { Arn: 'arn:aws:s3:::artifacts', RegionalDomainName: `artifacts.s3.${region}.amazonaws.com` },
    });
  });

  it('gets a lower-case name when the template gives none', async () => {
    const sandbox = stubSandbox([s3Service]);
    expect(await sandbox.create(type, {})).toMatch(/^orders-thing-[a-z0-9]{12}$/);
  });

  it('keeps the rest of its properties as data', async () => {
    const sandbox = stubSandbox([s3Service]);
    const BucketEncryption = { ServerSideEncryptionConfiguration: [] };
    await sandbox.create(type, { BucketName: 'artifacts', BucketEncryption, Tags: [{ Key: 'a', Value: 'b' }] });
    expect(sandbox.world.s3.buckets['artifacts']).toMatchObject({
      configuration: { BucketEncryption },
      tags: { a: 'b' },
    });
  });

  it('can have its versioning suspended, but not undone', async () => {
    const sandbox = stubSandbox([s3Service]);
    const VersioningConfiguration = { Status: 'Enabled' };
    const physicalId = await sandbox.create(type, { BucketName: 'artifacts', VersioningConfiguration });
    await sandbox.provider(type)!.update(sandbox.request(type, {}, { physicalId }));
    expect(sandbox.world.s3.buckets['artifacts']?.versioning).toBe('Suspended');
  });

  it.each([
    ['taken by this account', {}, 'BucketAlreadyOwnedByYou'],
    ['taken by another account', { account: elsewhere }, 'BucketAlreadyExists'],
  ])('has a global name: %s', async (_what, place, code) => {
    const sandbox = stubSandbox([s3Service]);
    await sandbox.create(type, { BucketName: 'artifacts' });
    const create = async () => sandbox.create(type, { BucketName: 'artifacts' }, place);
    await expect(create).rejects.toMatchObject({ code, status: 409 });
  });

  it.each(['Upper', 'ab', 'a..b', '192.168.0.1', 'xn--a-bucket', '-ab', 'a'.repeat(64)])(
    'cannot be called %s',
    async (name) => {
      const sandbox = stubSandbox([s3Service]);
      await expect(async () => sandbox.create(type, { BucketName: name })).rejects.toThrow('#/BucketName');
    },
  );

  it('cannot be deleted while anything is in it', async () => {
    const sandbox = stubSandbox([s3Service]);
    const physicalId = await sandbox.create(type, { BucketName: 'artifacts' });
    await sandbox.call('PutObject', { Bucket: 'artifacts', Key: 'k' });
    const request = sandbox.request(type, {}, { physicalId });
    expect(() => sandbox.provider(type)!.remove(request)).toThrow('The bucket you tried to delete is not empty');
    await sandbox.call('DeleteObject', { Bucket: 'artifacts', Key: 'k' });
    await sandbox.provider(type)!.remove(request);
    expect(sandbox.world.s3.buckets).toEqual({});
    expect(() => sandbox.provider(type)!.update(request)).toThrow('The specified bucket does not exist');
  });
});

describe('AWS::S3::BucketPolicy', () => {
  const withBucket = async () => {
    const sandbox = stubSandbox([s3Service]);
    await sandbox.create(type, { BucketName: 'artifacts' });
    return sandbox;
  };

  it('is put, changed and removed', async () => {
    const sandbox = await withBucket();
    const provider = sandbox.provider(policyType)!;
    const physicalId = await sandbox.create(policyType, { Bucket: 'artifacts', PolicyDocument });
    const changed = JSON.stringify({ ...PolicyDocument, Id: 'second' });
    const request = sandbox.request(policyType, { Bucket: 'artifacts', PolicyDocument: changed }, { physicalId });
    await provider.update(request);
    expect(sandbox.world.s3.buckets['artifacts']?.policy).toBe(changed);
    await provider.remove(request);
    expect(sandbox.world.s3.buckets['artifacts']).not.toHaveProperty('policy');
  });

  it.each([
    ['of no bucket', { Bucket: 'other', PolicyDocument }, 'NoSuchBucket'],
    [
      'without a principal',
      { Bucket: 'artifacts', PolicyDocument: { Statement: [{ Effect: 'Allow' }] } },
      'MalformedPolicy',
    ],
    ['that is no JSON', { Bucket: 'artifacts', PolicyDocument: '{' }, 'MalformedPolicy'],
    ['over 20 KB', { Bucket: 'artifacts', PolicyDocument: { Id: 'x'.repeat(20_480) } }, 'PolicyTooLarge'],
  ])('is refused %s', async (_what, properties, code) => {
    const sandbox = await withBucket();
    await expect(async () => sandbox.create(policyType, properties)).rejects.toMatchObject({ code });
  });

  it('is refused a second time and from another account', async () => {
    const sandbox = await withBucket();
    const properties = { Bucket: 'artifacts', PolicyDocument };
    const foreign = async () => sandbox.create(policyType, properties, { account: elsewhere });
    await expect(foreign).rejects.toMatchObject({ code: 'AccessDenied' });
    await sandbox.create(policyType, properties);
    await expect(async () => sandbox.create(policyType, properties)).rejects.toMatchObject({ code: 'AlreadyExists' });
  });
});
