/** Large documents (releases, plans, sets of policies, what probes answered) in S3 under their digest. State and ledger items carry only the digest. */
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { Digest } from '#shared/domain/identifiers.ts';
import { canonicalJson, digestOf } from '#shared/domain/release/canonical-json.ts';
import { asked, isCode } from './translate-error.ts';

export interface Documents {
  readonly bucket: string;
}

export type DocumentKind = 'releases' | 'plans' | 'policies' | 'probe-outputs';

const service = 'Amazon S3';
let client: S3Client | undefined;

/** Writes a document once under the digest of its canonical JSON, and answers the digest. Writing it again is harmless. */
export async function putDocument(documents: Documents, kind: DocumentKind, document: unknown): Promise<string> {
  const body = canonicalJson(document);
  const digest = digestOf(body);
  const command = new PutObjectCommand({
    Bucket: documents.bucket,
    Key: keyOf(kind, digest),
    Body: body,
    ContentType: 'application/json',
    IfNoneMatch: '*',
  });
  try {
    await s3().send(command);
  } catch (error) {
    // The second is S3's answer while another writer of the same bytes is at it (S3 User Guide, "Conditional writes").
    if (!isCode(error, 'PreconditionFailed', 'ConditionalRequestConflict')) await asked(service, Promise.reject(error));
  }
  return digest;
}

/** Reads a document and checks its bytes against the digest. Throws DIGEST_MISMATCH; answers undefined when there is none. */
export async function getDocument(documents: Documents, kind: DocumentKind, digest: string): Promise<unknown> {
  // What is no digest names nothing, and never becomes part of a key.
  if (!Digest.safeParse(digest).success) return undefined;
  try {
    const { Body } = await s3().send(new GetObjectCommand({ Bucket: documents.bucket, Key: keyOf(kind, digest) }));
    const text = (await Body?.transformToString()) ?? '';
    const actual = digestOf(text);
    if (actual !== digest)
      throw failure('DIGEST_MISMATCH', { what: `Document ${kind}/${digest}`, expected: digest, actual });
    return JSON.parse(text);
  } catch (error) {
    if (isCode(error, 'NoSuchKey')) return undefined;
    return asked(service, Promise.reject(error));
  }
}

function s3(): S3Client {
  client ??= new S3Client({});
  return client;
}

function keyOf(kind: DocumentKind, digest: string): string {
  return `${kind}/${digest.replace('sha256:', '')}.json`;
}
