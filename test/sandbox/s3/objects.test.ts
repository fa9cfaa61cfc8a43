import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { keyProvider } from '#sandbox/kms/key-provider.ts';
import { s3Service } from '#sandbox/s3/service.ts';
import { elsewhere, home, person, start, stubSandbox } from '../lambda/stub-sandbox.ts';

const Bucket = 'artifacts';
const Key = 'templates/1';
const body = (text: string) => new TextEncoder().encode(text);
const withBucket = async (properties: Record<string, Json> = {}) => {
  const sandbox = stubSandbox([s3Service]);
  await sandbox.create('AWS::S3::Bucket', { BucketName: Bucket, ...properties });
  return sandbox;
};
const versioned = { VersioningConfiguration: { Status: 'Enabled' } };
const base64Of = (algorithm: string, bytes: Uint8Array) => createHash(algorithm).update(bytes).digest('base64');

describe('objects', () => {
  it('come back as they were put', async () => {
    const sandbox = await withBucket();
    const put = { Bucket, Key, Body: body('Resources: {}'), ContentType: 'text/yaml', Metadata: { release: 'r-1' } };
    const { ETag } = await sandbox.call('PutObject', put);
    const expected = {
      ETag,
      ContentLength: 13,
      ContentType: 'text/yaml',
      Metadata: { release: 'r-1' },
      LastModified: new Date(start),
    };
    expect(ETag).toBe(`"${createHash('md5').update('Resources: {}').digest('hex')}"`);
    expect(await sandbox.call('GetObject', { Bucket, Key })).toMatchObject({ ...expected, Body: put.Body });
    expect(await sandbox.call('HeadObject', { Bucket, Key })).toMatchObject(expected);
    expect(await sandbox.call('HeadObject', { Bucket, Key })).not.toHaveProperty('Body');
  });

  it('law: any bytes survive a saved world', async () => {
    const sandbox = await withBucket();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
        await sandbox.call('PutObject', { Bucket, Key, Body: bytes });
        sandbox.world.s3 = JSON.parse(JSON.stringify(sandbox.world.s3));
        const { Body } = await sandbox.call('GetObject', { Bucket, Key });
        expect(Body).toEqual(bytes);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it.each(['constructor', 'toString', 'ключ', 'a b/ü'])('may have the key %s', async (key) => {
    const sandbox = await withBucket();
    await expect(sandbox.call('GetObject', { Bucket, Key: key })).rejects.toMatchObject({ code: 'NoSuchKey' });
    await sandbox.call('PutObject', { Bucket, Key: key, Body: body('1') });
    expect(await sandbox.call('GetObject', { Bucket, Key: key })).toMatchObject({ Body: body('1') });
  });

  it.each([
    ['ChecksumSHA256', base64Of('sha256', body('x'))],
    ['ChecksumSHA1', base64Of('sha1', body('x'))],
    ['ChecksumCRC32', Buffer.from(crc32('x').toString(16).padStart(8, '0'), 'hex').toString('base64')],
  ])('are checked against %s, which is given back on request', async (name, sum) => {
    const sandbox = await withBucket();
    expect(await sandbox.call('PutObject', { Bucket, Key, Body: body('x'), [name]: sum })).toHaveProperty(name, sum);
    expect(await sandbox.call('GetObject', { Bucket, Key, ChecksumMode: 'ENABLED' })).toHaveProperty(name, sum);
    expect(await sandbox.call('GetObject', { Bucket, Key })).not.toHaveProperty(name);
    const wrong = sandbox.call('PutObject', { Bucket, Key, Body: body('y'), [name]: sum });
    await expect(wrong).rejects.toMatchObject({ code: 'BadDigest', status: 400 });
  });

  it('are checked against Content-MD5', async () => {
    const sandbox = await withBucket();
    const wrong = sandbox.call('PutObject', { Bucket, Key, Body: body('y'), ContentMD5: base64Of('md5', body('x')) });
    await expect(wrong).rejects.toMatchObject({ code: 'BadDigest' });
    expect(sandbox.world.s3.buckets[Bucket]!.objects).toEqual({});
  });
});

describe('conditional writes', () => {
  it('IfNoneMatch makes a key write-once', async () => {
    const sandbox = await withBucket();
    const put = { Bucket, Key, Body: body('1'), IfNoneMatch: '*' };
    await sandbox.call('PutObject', put);
    const again = sandbox.call('PutObject', { ...put, Body: body('2') });
    await expect(again).rejects.toMatchObject({ code: 'PreconditionFailed', status: 412 });
    expect(await sandbox.call('GetObject', { Bucket, Key })).toMatchObject({ Body: body('1') });
  });

  it('IfNoneMatch lets a deleted key be written again in a versioned bucket', async () => {
    const sandbox = await withBucket(versioned);
    await sandbox.call('PutObject', { Bucket, Key });
    await sandbox.call('DeleteObject', { Bucket, Key });
    expect(await sandbox.call('PutObject', { Bucket, Key, IfNoneMatch: '*' })).toHaveProperty('VersionId');
  });

  it('IfMatch replaces only what was read', async () => {
    const sandbox = await withBucket();
    await expect(sandbox.call('PutObject', { Bucket, Key, IfMatch: '"x"' })).rejects.toMatchObject({
      code: 'NoSuchKey',
    });
    const { ETag } = await sandbox.call('PutObject', { Bucket, Key, Body: body('1') });
    await sandbox.call('PutObject', { Bucket, Key, Body: body('2'), IfMatch: ETag });
    const stale = sandbox.call('PutObject', { Bucket, Key, Body: body('3'), IfMatch: ETag });
    await expect(stale).rejects.toMatchObject({ code: 'PreconditionFailed' });
  });

  it('conditions of a read', async () => {
    const sandbox = await withBucket();
    const { ETag } = await sandbox.call('PutObject', { Bucket, Key, Body: body('1') });
    const read = (more: object) => sandbox.call('GetObject', { Bucket, Key, ...more });
    expect(await read({ IfMatch: ETag })).toMatchObject({ ETag });
    await expect(read({ IfMatch: '"x"' })).rejects.toMatchObject({ status: 412 });
    await expect(read({ IfNoneMatch: ETag })).rejects.toMatchObject({ status: 304 });
  });

  it.each([
    ['PutObject', { IfNoneMatch: '"x"' }],
    ['GetObject', { Range: 'bytes=0-1' }],
  ])('refuses what it does not do: %s %o', async (operation, more) => {
    const sandbox = await withBucket();
    const refused = sandbox.call(operation, { Bucket, Key, ...more });
    await expect(refused).rejects.toMatchObject({ code: 'NotImplemented', status: 501 });
  });
});

describe('versions', () => {
  it('are kept, read and removed by their id', async () => {
    const sandbox = await withBucket(versioned);
    const put = async (text: string) =>
      (await sandbox.call<{ VersionId: string }>('PutObject', { Bucket, Key, Body: body(text) })).VersionId;
    const one = await put('1');
    const two = await put('2');
    expect(await sandbox.call('GetObject', { Bucket, Key, VersionId: one })).toMatchObject({
      Body: body('1'),
      VersionId: one,
    });
    expect(sandbox.asked.at(-1)?.permission.action).toBe('s3:GetObjectVersion');
    expect(await sandbox.call('GetObject', { Bucket, Key })).toMatchObject({ Body: body('2'), VersionId: two });

    const marker = await sandbox.call('DeleteObject', { Bucket, Key });
    expect(marker).toMatchObject({ DeleteMarker: true });
    await expect(sandbox.call('GetObject', { Bucket, Key })).rejects.toMatchObject({ code: 'NoSuchKey' });
    const read = sandbox.call('GetObject', { Bucket, Key, VersionId: marker['VersionId'] });
    await expect(read).rejects.toMatchObject({ code: 'MethodNotAllowed', status: 405 });
    await expect(sandbox.call('GetObject', { Bucket, Key, VersionId: 'x' })).rejects.toMatchObject({
      code: 'NoSuchVersion',
    });

    for (const VersionId of [marker['VersionId'], one, two])
      await sandbox.call('DeleteObject', { Bucket, Key, VersionId });
    expect(sandbox.asked.at(-1)?.permission.action).toBe('s3:DeleteObjectVersion');
    expect(sandbox.world.s3.buckets[Bucket]!.objects).toEqual({});
  });

  it('are not kept without versioning', async () => {
    const sandbox = await withBucket();
    for (const text of ['1', '2']) await sandbox.call('PutObject', { Bucket, Key, Body: body(text) });
    expect(sandbox.world.s3.buckets[Bucket]!.objects[Key]).toHaveLength(1);
    expect(await sandbox.call('DeleteObject', { Bucket, Key })).toEqual({});
    expect(await sandbox.call('DeleteObject', { Bucket, Key })).toEqual({});
  });
});

describe('listing', () => {
  const keys = ['a/1', 'a/2', 'b/1', 'c', 'ä'];
  const filled = async () => {
    const sandbox = await withBucket();
    for (const key of keys) await sandbox.call('PutObject', { Bucket, Key: key, Body: body(key) });
    return (input: object) =>
      sandbox.call<{
        Contents: { Key: string }[];
        CommonPrefixes?: { Prefix: string }[];
        IsTruncated: boolean;
        NextContinuationToken?: string;
        KeyCount: number;
      }>('ListObjectsV2', { Bucket, ...input });
  };

  it.each([
    ['everything', {}, keys, undefined],
    ['below a prefix', { Prefix: 'a/' }, ['a/1', 'a/2'], undefined],
    ['after a key', { StartAfter: 'b' }, ['b/1', 'c', 'ä'], undefined],
    ['folders', { Delimiter: '/' }, ['c', 'ä'], [{ Prefix: 'a/' }, { Prefix: 'b/' }]],
    ['below a folder', { Delimiter: '/', Prefix: 'a/' }, ['a/1', 'a/2'], undefined],
  ])('%s', async (...[, input, expected, prefixes]) => {
    const answer = await (await filled())(input);
    expect(answer.Contents.map(({ Key: key }) => key)).toEqual(expected);
    expect(answer.CommonPrefixes).toEqual(prefixes);
    expect(answer.IsTruncated).toBe(false);
  });

  it('law: pages of any size add up to everything, in order', async () => {
    const list = await filled();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 6 }), async (MaxKeys) => {
        const seen: string[] = [];
        let token: string | undefined;
        do {
          const page = await list({ MaxKeys, ...(token && { ContinuationToken: token }) });
          expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys);
          seen.push(...page.Contents.map(({ Key: key }) => key));
          token = page.NextContinuationToken;
        } while (token);
        expect(seen).toEqual(keys);
      }),
      { seed: 7, numRuns: 10 },
    );
    await expect(list({ ContinuationToken: '' })).rejects.toMatchObject({ code: 'InvalidArgument' });
  });

  it('leaves out what was deleted', async () => {
    const sandbox = await withBucket(versioned);
    await sandbox.call('PutObject', { Bucket, Key });
    await sandbox.call('DeleteObject', { Bucket, Key });
    expect(await sandbox.call('ListObjectsV2', { Bucket })).toMatchObject({ KeyCount: 0, Contents: [] });
  });
});

describe('who may', () => {
  it.each([
    ['PutObject', { Key }, ['s3:PutObject', `/${Key}`]],
    ['GetObject', { Key }, ['s3:GetObject', `/${Key}`]],
    ['HeadObject', { Key }, ['s3:GetObject', `/${Key}`]],
    ['DeleteObject', { Key }, ['s3:DeleteObject', `/${Key}`]],
    ['ListObjectsV2', {}, ['s3:ListBucket', '']],
    ['HeadBucket', {}, ['s3:ListBucket', '']],
  ])('%s', async (operation, input, [action, path]) => {
    const sandbox = await withBucket();
    await sandbox.call('PutObject', { Bucket, Key });
    sandbox.asked.length = 0;
    await sandbox.call(operation, { Bucket, ...input });
    expect(sandbox.asked.map(({ permission }) => permission)).toMatchObject([
      {
        action,
        resource: `arn:aws:s3:::${Bucket}${path}`,
        context: { 's3:ResourceAccount': home },
        resourcePolicy: { account: home, document: '' },
      },
    ]);
  });

  it('carries what the request says into the conditions', async () => {
    const sandbox = await withBucket();
    const { physicalId: SSEKMSKeyId } = await keyProvider.create(sandbox.request('AWS::KMS::Key', {}));
    const encryption = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId };
    await sandbox.call('PutObject', { Bucket, Key, IfNoneMatch: '*', ...encryption, Tagging: 'a=b' });
    const [put, tagging] = sandbox.asked.map(({ permission }) => permission);
    expect(put?.context).toMatchObject({
      's3:if-none-match': '*',
      's3:x-amz-server-side-encryption': 'aws:kms',
      's3:x-amz-server-side-encryption-aws-kms-key-id': SSEKMSKeyId,
    });
    expect(tagging?.action).toBe('s3:PutObjectTagging');
    await sandbox.call('ListObjectsV2', { Bucket, Prefix: 'templates/', Delimiter: '/' });
    expect(sandbox.asked.at(-1)?.permission.context).toMatchObject({ 's3:prefix': 'templates/', 's3:delimiter': '/' });
  });

  it('puts the bucket policy beside the permission', async () => {
    const sandbox = await withBucket();
    const PolicyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: elsewhere } }] };
    await sandbox.create('AWS::S3::BucketPolicy', { Bucket, PolicyDocument });
    await sandbox.call('PutObject', { Bucket, Key }, { caller: person(elsewhere) });
    const document = JSON.stringify(PolicyDocument);
    expect(sandbox.asked.at(-1)?.permission.resourcePolicy).toEqual({ account: home, document });
  });

  it('does not tell whether a key is there to somebody who may not list', async () => {
    const sandbox = await withBucket();
    sandbox.denied.add('s3:ListBucket');
    const read = sandbox.call('GetObject', { Bucket, Key });
    await expect(read).rejects.toMatchObject({ code: 'AccessDenied', status: 403 });
  });

  it.each([
    ['no such bucket', { Bucket: 'other' }, 'NoSuchBucket'],
    ['no name of an inherited property', { Bucket: 'constructor' }, 'NoSuchBucket'],
    ['another owner expected', { Bucket, ExpectedBucketOwner: elsewhere }, 'AccessDenied'],
  ])('%s', async (_what, input, code) => {
    const sandbox = await withBucket();
    await expect(sandbox.call('HeadBucket', input)).rejects.toMatchObject({ code });
  });

  it('a request signed for another region is told the right one', async () => {
    const sandbox = await withBucket();
    const read = sandbox.call('HeadBucket', { Bucket }, { region: 'us-east-1' });
    await expect(read).rejects.toThrow("the region 'us-east-1' is wrong; expecting 'eu-west-1'");
  });

  it('a key has 1 to 1,024 bytes', async () => {
    const sandbox = await withBucket();
    const put = sandbox.call('PutObject', { Bucket, Key: 'ä'.repeat(513) });
    await expect(put).rejects.toMatchObject({ code: 'KeyTooLongError' });
  });
});
