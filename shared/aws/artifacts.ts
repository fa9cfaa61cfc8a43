/** Templates and assets of releases in the artifact buckets, one bucket per region, write-once, under their sha256. */
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { artifactsBucket } from '#shared/domain/names.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { asked, isCode } from './translate-error.ts';

export interface Artifacts {
  /** Bucket names are `<prefix>-<region>`. */
  readonly prefix: string;
}

export interface Artifact {
  readonly key: string;
  /** `sha256:…` of the bytes. */
  readonly digest: string;
}

export interface Upload {
  readonly key: string;
  readonly region: string;
  readonly url: string;
  /** Headers the upload must carry: they are part of the signature. */
  readonly headers: Readonly<Record<string, string>>;
}

const service = 'Amazon S3';
const uploadSeconds = 900;
const clients = new Map<string, S3Client>();

/** An address to which exactly these bytes can be written, once: S3 compares their sha256 and refuses to overwrite. */
export async function uploadOf(artifacts: Artifacts, artifact: Artifact, region: string): Promise<Upload> {
  const checksum = base64(artifact.digest);
  const headers = { 'if-none-match': '*', 'x-amz-checksum-sha256': checksum };
  const command = new PutObjectCommand({
    Bucket: artifactsBucket(artifacts.prefix, region),
    Key: artifact.key,
    IfNoneMatch: '*',
    ChecksumSHA256: checksum,
  });
  const url = await getSignedUrl(s3(region), command, {
    expiresIn: uploadSeconds,
    signableHeaders: new Set(['host', ...Object.keys(headers)]),
    unhoistableHeaders: new Set(Object.keys(headers)),
  });
  return { key: artifact.key, region, url, headers };
}

/** Whether the bucket of a region holds the artifact with just this content. */
export async function hasArtifact(artifacts: Artifacts, artifact: Artifact, region: string): Promise<boolean> {
  const command = new HeadObjectCommand({
    Bucket: artifactsBucket(artifacts.prefix, region),
    Key: artifact.key,
    ChecksumMode: 'ENABLED',
  });
  try {
    return (await s3(region).send(command)).ChecksumSHA256 === base64(artifact.digest);
  } catch (error) {
    if (isCode(error, 'NotFound', 'NoSuchKey')) return false;
    return asked(service, Promise.reject(error));
  }
}

/** The text of an artifact, its bytes checked against the digest that is its key. Throws DIGEST_MISMATCH, AWS_REFUSED. */
export async function readArtifact(artifacts: Artifacts, key: string, region: string): Promise<string> {
  const command = new GetObjectCommand({ Bucket: artifactsBucket(artifacts.prefix, region), Key: key });
  const { Body } = await asked(service, s3(region).send(command));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const [actual, expected] = [digestOf(bytes), `sha256:${key.slice(key.indexOf('/') + 1)}`];
  if (actual !== expected) throw failure('DIGEST_MISMATCH', { what: `Artifact ${key}`, expected, actual });
  return new TextDecoder().decode(bytes);
}

function s3(region: string): S3Client {
  const known = clients.get(region);
  if (known !== undefined) return known;
  const created = new S3Client({ region });
  clients.set(region, created);
  return created;
}

function base64(digest: string): string {
  return Buffer.from(digest.replace('sha256:', ''), 'hex').toString('base64');
}
