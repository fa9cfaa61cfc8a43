import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasArtifact, uploadOf } from '#shared/aws/artifacts.ts';
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { findRelease, readRelease } from '#shared/aws/releases.ts';
import { canonicalJson, digestOf, hexOf } from '#shared/domain/release/canonical-json.ts';
import { releaseId } from '#shared/domain/release/release.ts';
import { anArtifact, aRelease } from '#test/builders.ts';
import { awsError, fakeAws, objects, s3 } from './fake-aws.ts';

fakeAws();
const documents = { bucket: 'documents' };
const keyOf = (digest: string, folder = 'plans') => `${folder}/${hexOf(digest)}.json`;
let stored: Map<string, string>;
beforeEach(() => {
  stored = objects();
});

describe('a document', () => {
  it('is written once under the digest of its canonical JSON', async () => {
    const digest = await putDocument(documents, 'plans', { b: 1, a: 2 });
    expect(digest).toBe(digestOf('{"a":2,"b":1}'));
    expect(s3).toHaveReceivedCommandExactlyOnceWith(PutObjectCommand, {
      Bucket: 'documents',
      Key: keyOf(digest),
      Body: '{"a":2,"b":1}',
      IfNoneMatch: '*',
    });
    expect(await putDocument(documents, 'plans', { a: 2, b: 1 })).toBe(digest);
    expect(await getDocument(documents, 'plans', digest)).toEqual({ a: 2, b: 1 });
  });

  it('that is not there is undefined', async () => {
    expect(await getDocument(documents, 'plans', digestOf('x'))).toBeUndefined();
  });

  it('whose bytes were changed is refused', async () => {
    const digest = await putDocument(documents, 'plans', { a: 1 });
    stored.set(keyOf(digest), '{"a":2}');
    await expect(getDocument(documents, 'plans', digest)).rejects.toMatchObject({ name: 'DIGEST_MISMATCH' });
    s3.on(GetObjectCommand).resolves({});
    await expect(getDocument(documents, 'plans', digest)).rejects.toMatchObject({ name: 'DIGEST_MISMATCH' });
  });

  it('reports what S3 refuses', async () => {
    s3.on(PutObjectCommand).rejects(awsError('AccessDenied', 'denied', 403));
    s3.on(GetObjectCommand).rejects(awsError('SlowDown', 'slow', 503));
    await expect(putDocument(documents, 'plans', {})).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    await expect(getDocument(documents, 'plans', digestOf('x'))).rejects.toMatchObject({ name: 'THROTTLED' });
  });
});

describe('a release', () => {
  it('is found by its digest, with the id people call it by', async () => {
    const digest = await putDocument(documents, 'releases', aRelease());
    const found = { ...aRelease(), id: releaseId(aRelease()), digest };
    expect(await findRelease(documents, digest)).toEqual(found);
    expect(await readRelease(documents, digest)).toEqual(found);
  });

  it('that was never completed is unknown', async () => {
    expect(await findRelease(documents, digestOf('x'))).toBeUndefined();
    await expect(readRelease(documents, digestOf('x'))).rejects.toMatchObject({ name: 'RELEASE_UNKNOWN' });
  });

  it('that is no manifest is not taken for one', async () => {
    const body = canonicalJson({ ...aRelease(), roleArn: 'arn:aws:iam::333333333333:role/admin' });
    stored.set(keyOf(digestOf(body), 'releases'), body);
    await expect(findRelease(documents, digestOf(body))).rejects.toThrow(/roleArn/);
  });
});

describe('an artifact', () => {
  const artifact = anArtifact('assets', 'code');
  const checksum = Buffer.from(hexOf(artifact.digest), 'hex').toString('base64');
  const artifacts = { prefix: 'drawbridge-artifacts-111111111111' };
  beforeAll(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'CANARY-SECRET-KEY');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('can be uploaded to an address that takes just these bytes, once, for 15 minutes', async () => {
    const upload = await uploadOf(artifacts, artifact, 'eu-central-1');
    expect(upload).toMatchObject({ key: artifact.key, region: 'eu-central-1' });
    expect(upload.headers).toEqual({ 'if-none-match': '*', 'x-amz-checksum-sha256': checksum });
    const url = new URL(upload.url);
    expect(url.host).toBe('drawbridge-artifacts-111111111111-eu-central-1.s3.eu-central-1.amazonaws.com');
    expect(url.pathname).toBe(`/${artifact.key}`);
    expect(url.searchParams.get('X-Amz-Expires')).toBe('900');
    expect(url.searchParams.get('X-Amz-SignedHeaders')?.split(';')).toEqual(
      expect.arrayContaining(['host', 'if-none-match', 'x-amz-checksum-sha256']),
    );
    expect(upload.url).not.toContain('CANARY');
  });

  it.each<[string, object, boolean]>([
    ['the same bytes', { ChecksumSHA256: checksum }, true],
    ['other bytes', { ChecksumSHA256: 'x' }, false],
    ['bytes of unknown content', {}, false],
  ])('is there with %s: $2', async (_, answer, there) => {
    s3.on(HeadObjectCommand).resolves(answer);
    expect(await hasArtifact(artifacts, artifact, 'eu-west-1')).toBe(there);
    expect(s3).toHaveReceivedCommandExactlyOnceWith(HeadObjectCommand, {
      Bucket: 'drawbridge-artifacts-111111111111-eu-west-1',
      Key: artifact.key,
      ChecksumMode: 'ENABLED',
    });
  });

  it.each(['NotFound', 'NoSuchKey'])('is not there when S3 answers %s', async (code) => {
    s3.on(HeadObjectCommand).rejects(awsError(code, 'x', 404));
    expect(await hasArtifact(artifacts, artifact, 'eu-west-1')).toBe(false);
  });

  it('is not taken for missing when S3 answers otherwise', async () => {
    s3.on(HeadObjectCommand).rejects(awsError('AccessDenied', 'x', 403));
    await expect(hasArtifact(artifacts, artifact, 'eu-west-1')).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
  });
});
