import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { credentials, fakeIdentity } from '#test/sandbox/fake-identity.ts';
import { fakeService, recorder } from '#test/sandbox/fake-services.ts';
import { signedFetch } from '#test/sandbox/signed-fetch.ts';

const BEGINNING = new Date('2026-01-05T09:00:00Z');
let sandbox: RunningSandbox;
afterEach(() => sandbox.close());

async function s3(operations: Parameters<typeof fakeService>[1]): Promise<S3Client> {
  sandbox = await startSandbox({ seed: 1, services: [fakeService('s3', operations)], identity: fakeIdentity() });
  return new S3Client({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
}

describe('an S3 object over the wire', () => {
  it('is put with its headers, metadata, checksum and bytes', async () => {
    const { inputs, take } = recorder<PutObjectCommandInput>();
    const client = await s3({
      PutObject: (input: PutObjectCommandInput) => {
        take(input);
        return { ETag: '"e"', VersionId: 'v1', ChecksumSHA256: input.ChecksumSHA256 };
      },
    });
    const output = await client.send(
      new PutObjectCommand({
        Bucket: 'bucket',
        Key: 'a b/ä+%.txt',
        Body: 'content',
        ContentType: 'text/plain',
        Metadata: { origin: 'test' },
        IfNoneMatch: '*',
        ChecksumAlgorithm: 'SHA256',
      }),
    );
    expect(output).toMatchObject({
      ETag: '"e"',
      VersionId: 'v1',
      ChecksumSHA256: '7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=',
    });
    expect(inputs).toMatchObject([
      {
        Bucket: 'bucket',
        Key: 'a b/ä+%.txt',
        ContentType: 'text/plain',
        ContentLength: 7,
        Metadata: { origin: 'test' },
        IfNoneMatch: '*',
        ChecksumSHA256: '7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=',
      },
    ]);
    expect(Buffer.from(inputs[0]!.Body as Uint8Array).toString()).toBe('content');
  });

  it('is put as a stream', async () => {
    const { inputs, take } = recorder<PutObjectCommandInput>();
    const client = await s3({
      PutObject: (input: PutObjectCommandInput) => {
        take(input);
        return {};
      },
    });
    const Body = Readable.from([Buffer.from('first '), Buffer.from('second')]);
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body, ContentLength: 12 }));
    expect(Buffer.from(inputs[0]!.Body as Uint8Array).toString()).toBe('first second');
  });

  it('is put empty', async () => {
    const { inputs, take } = recorder<PutObjectCommandInput>();
    const client = await s3({ PutObject: (input: PutObjectCommandInput) => take(input) });
    await client.send(new PutObjectCommand({ Bucket: 'bucket', Key: 'k', Body: '', ContentLength: 0 }));
    expect(inputs[0]!.Body).toEqual(Buffer.alloc(0));
  });

  it('is got as a stream, with metadata and dates', async () => {
    const { inputs, take } = recorder<GetObjectCommandInput>();
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    const client = await s3({
      GetObject: (input: GetObjectCommandInput) => {
        take(input);
        return {
          Body: bytes,
          ContentLength: 256,
          LastModified: BEGINNING,
          Metadata: { a: 'b' },
          ETag: '"e"',
          VersionId: 'v',
        };
      },
    });
    const output = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k/1', VersionId: 'v' }));
    expect(inputs).toMatchObject([{ Bucket: 'b', Key: 'k/1', VersionId: 'v' }]);
    expect(await output.Body?.transformToByteArray()).toEqual(bytes);
    expect(output).toMatchObject({ LastModified: BEGINNING, Metadata: { a: 'b' }, ETag: '"e"', VersionId: 'v' });
  });

  it('is got in part with 206', async () => {
    const client = await s3({ GetObject: () => ({ Body: 'bc', ContentRange: 'bytes 1-2/4' }) });
    const output = await client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k', Range: 'bytes=1-2' }));
    expect(output.$metadata.httpStatusCode).toBe(206);
    expect(await output.Body?.transformToString()).toBe('bc');
  });

  it('is headed, deleted and listed', async () => {
    const client = await s3({
      HeadObject: () => ({ ContentLength: 1234, ETag: '"e"' }),
      HeadBucket: () => ({ BucketRegion: 'eu-west-1' }),
      DeleteObject: () => ({ VersionId: 'v' }),
      ListObjectsV2: ({ Prefix, MaxKeys }: { Prefix: string; MaxKeys: number }) => ({
        Name: 'b',
        KeyCount: 2,
        MaxKeys,
        IsTruncated: false,
        Prefix,
        Contents: [
          { Key: 'p/<&>', Size: 1, LastModified: BEGINNING, ETag: '"e"' },
          { Key: 'p/2', Size: 2 },
        ],
        CommonPrefixes: [{ Prefix: 'p/q/' }],
      }),
    });
    expect(await client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).toMatchObject({
      ContentLength: 1234,
      ETag: '"e"',
    });
    expect(await client.send(new HeadBucketCommand({ Bucket: 'b' }))).toMatchObject({ BucketRegion: 'eu-west-1' });
    expect(await client.send(new DeleteObjectCommand({ Bucket: 'b', Key: 'k' }))).toMatchObject({ VersionId: 'v' });
    expect(await client.send(new ListObjectsV2Command({ Bucket: 'b', Prefix: 'p/', MaxKeys: 5 }))).toMatchObject({
      MaxKeys: 5,
      Prefix: 'p/',
      IsTruncated: false,
      Contents: [
        { Key: 'p/<&>', Size: 1, LastModified: BEGINNING, ETag: '"e"' },
        { Key: 'p/2', Size: 2 },
      ],
      CommonPrefixes: [{ Prefix: 'p/q/' }],
    });
  });
});

describe('an S3 error', () => {
  it('arrives as the modelled exception, by body or by status alone', async () => {
    const missing = () => {
      throw new AwsError('NoSuchKey', 'The specified key does not exist.', 404);
    };
    const client = await s3({ GetObject: missing, HeadObject: missing });
    await expect(client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toBeInstanceOf(NoSuchKey);
    await expect(client.send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))).rejects.toBeInstanceOf(NotFound);
  });

  it('keeps its code and status', async () => {
    const client = await s3({
      PutObject: () => {
        throw new AwsError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
      },
    });
    await expect(
      client.send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: 'x', IfNoneMatch: '*' })),
    ).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
  });

  it.each([
    ['another sub-resource', '/bucket/key', { acl: '' }],
    ['the old list', '/bucket', {}],
    ['no bucket', '/', {}],
  ])('is NotImplemented for %s', async (_, path, query) => {
    await s3({ GetObject: () => ({}), ListObjectsV2: () => ({}) });
    const response = await signedFetch(sandbox.endpoint, { service: 's3', method: 'GET', path, query });
    expect(response.status).toBe(501);
    expect(await response.text()).toContain('<Code>NotImplemented</Code>');
  });
});

describe('a presigned URL', () => {
  const sign = (client: S3Client, command: GetObjectCommand | PutObjectCommand, expiresIn = 60) =>
    getSignedUrl(client, command, { expiresIn, signingDate: BEGINNING });

  it('lets anyone put the object it names', async () => {
    const { inputs, take } = recorder<PutObjectCommandInput>();
    const client = await s3({ PutObject: (input: PutObjectCommandInput) => take(input) });
    const checksum = '7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M=';
    const command = new PutObjectCommand({ Bucket: 'b', Key: 'a b', ChecksumSHA256: checksum, Metadata: { a: 'b' } });
    const response = await fetch(await sign(client, command), { method: 'PUT', body: 'content' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(inputs).toMatchObject([{ Bucket: 'b', Key: 'a b', ChecksumSHA256: checksum, Metadata: { a: 'b' } }]);
    expect(Buffer.from(inputs[0]!.Body as Uint8Array).toString()).toBe('content');
  });

  it('lets anyone get the object it names', async () => {
    const client = await s3({ GetObject: () => ({ Body: 'content' }) });
    const response = await fetch(await sign(client, new GetObjectCommand({ Bucket: 'b', Key: 'k' })));
    expect(await response.text()).toBe('content');
  });

  it.each([
    ['another key', (url: string) => url.replace('/b/k', '/b/other'), 'SignatureDoesNotMatch'],
    ['a longer life', (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'), 'SignatureDoesNotMatch'],
    [
      'too long a life',
      (url: string) => url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'),
      'AuthorizationQueryParametersError',
    ],
    [
      'another algorithm',
      (url: string) => url.replace('AWS4-HMAC-SHA256', 'AWS4-NONE'),
      'AuthorizationQueryParametersError',
    ],
    ['no session token', (url: string) => url.replace(/&X-Amz-Security-Token=[^&]+/, ''), 'InvalidToken'],
    ['another session token', (url: string) => url.replace(/(X-Amz-Security-Token=)/, '$1x'), 'InvalidToken'],
    ['an added parameter', (url: string) => `${url}&versionId=v`, 'SignatureDoesNotMatch'],
  ])('with %s is refused', async (_, tamper, code) => {
    const client = await s3({ GetObject: () => ({ Body: 'content' }) });
    const url = await sign(client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    expect(await (await fetch(tamper(url))).text()).toContain(`<Code>${code}</Code>`);
  });

  it('ends with its span of virtual time', async () => {
    const client = await s3({ GetObject: () => ({ Body: 'content' }) });
    const url = await sign(client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }));
    await sandbox.advance(59_000);
    expect((await fetch(url)).status).toBe(200);
    await sandbox.advance(1_000);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('Request has expired')]);
  });

  it('is not valid before its time', async () => {
    const client = await s3({ GetObject: () => ({ Body: 'content' }) });
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: 'k' }), {
      expiresIn: 60,
      signingDate: new Date(BEGINNING.getTime() + 6 * 60_000),
    });
    expect(await (await fetch(url)).text()).toContain('Request is not yet valid');
  });
});

describe('an aws-chunked body', () => {
  const chunked = (body: string, headers: Record<string, string> = {}) =>
    signedFetch(sandbox.endpoint, {
      service: 's3',
      method: 'PUT',
      path: '/b/k',
      body,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
        ...headers,
      },
    });

  it('is put together, and its trailer counts as a header', async () => {
    const { inputs, take } = recorder<PutObjectCommandInput>();
    await s3({ PutObject: (input: PutObjectCommandInput) => take(input) });
    const body = '6\r\nfirst \r\n6\r\nsecond\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
    const response = await chunked(body, {
      'x-amz-decoded-content-length': '12',
      'content-encoding': 'gzip,aws-chunked',
    });
    expect(response.status).toBe(200);
    expect(inputs).toMatchObject([{ ContentLength: 12, ChecksumCRC32: 'AAAAAA==', ContentEncoding: 'gzip' }]);
    expect(await text(Readable.from(Buffer.from(inputs[0]!.Body as Uint8Array)))).toBe('first second');
  });

  it.each([
    ['ends early', '6\r\nfir'],
    ['has no size', 'first'],
    ['has a chunk without its end', '5\r\nfirst 0\r\n\r\n'],
    ['is of another length than declared', '5\r\nfirst\r\n0\r\n\r\n'],
  ])('is refused when it %s', async (_, body) => {
    await s3({ PutObject: () => ({}) });
    const response = await chunked(body, { 'x-amz-decoded-content-length': '12' });
    expect(await response.text()).toContain('<Code>IncompleteBody</Code>');
  });
});
