import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from '../aws-error.ts';
import type { ChecksumAlgorithm, StoredObject } from './state.ts';

/** The bytes of a stored object. */
export function bytesOf({ body }: StoredObject): Uint8Array {
  return 'text' in body ? new TextEncoder().encode(body.text) : new Uint8Array(Buffer.from(body.base64, 'base64'));
}

/** The stored form of bytes: readable text where it round-trips, base64 otherwise. */
export function storedBody(bytes: Uint8Array): StoredObject['body'] {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const buffer = Buffer.from(bytes);
  return Buffer.from(text, 'utf8').equals(buffer) ? { text } : { base64: buffer.toString('base64') };
}

/** The ETag of an object uploaded in one part: the MD5 of its bytes, in quotes (S3 API Reference, Object). */
export function entityTag(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

export interface ClaimedChecksums {
  readonly ContentMD5?: string | undefined;
  readonly ChecksumSHA256?: string | undefined;
  readonly ChecksumSHA1?: string | undefined;
  readonly ChecksumCRC32?: string | undefined;
}

/**
 * Compares what the request claims with the bytes and returns the checksums to keep.
 *
 * @throws AwsError `BadDigest` when one differs.
 */
export function verifiedChecksums(bytes: Uint8Array, claimed: ClaimedChecksums): StoredObject['checksums'] {
  const { ContentMD5: md5 } = claimed;
  if (md5 !== undefined && md5 !== createHash('md5').update(bytes).digest('base64'))
    throw new AwsError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  const kept: StoredObject['checksums'] = {};
  for (const algorithm of algorithms) {
    const claim = claimed[`Checksum${algorithm}`];
    if (claim === undefined) continue;
    if (claim !== checksum(algorithm, bytes))
      throw new AwsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
    kept[algorithm] = claim;
  }
  return kept;
}

const algorithms = ['SHA256', 'SHA1', 'CRC32'] as const;

function checksum(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  if (algorithm !== 'CRC32') return createHash(algorithm).update(bytes).digest('base64');
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
}

/** The checksum members of an output: always when storing, and when reading if ChecksumMode asks for them. */
export function checksumOutput({ checksums }: StoredObject): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([algorithm, sum]) => [`Checksum${algorithm}`, sum]));
}
