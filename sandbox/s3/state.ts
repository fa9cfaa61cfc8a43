import type { Json } from '../kernel.ts';

/** Buckets by name: names are global, whoever owns the bucket. */
export interface S3State {
  buckets: Record<string, Bucket>;
}

export interface Bucket {
  readonly name: string;
  readonly arn: string;
  /** The owner. */
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  versioning: 'Enabled' | 'Suspended' | 'Off';
  tags: Record<string, string>;
  /** The bucket policy as JSON text. */
  policy?: string;
  /** Everything else the template said: encryption, public access block, lifecycle. Data only. */
  configuration: Record<string, Json>;
  /** Versions of each key, oldest first. Without versioning there is one. */
  objects: Record<string, StoredObject[]>;
}

export interface StoredObject {
  /** `null` in a bucket that has no versioning. */
  readonly versionId: string;
  readonly deleteMarker?: true;
  /** Text as it is; any other bytes in base64. */
  readonly body: { readonly text: string } | { readonly base64: string };
  readonly size: number;
  /** With its quotes, as the header carries it. */
  readonly etag: string;
  readonly contentType: string;
  readonly metadata: Record<string, string>;
  /** Base64, by algorithm. */
  readonly checksums: Partial<Record<ChecksumAlgorithm, string>>;
  /** The KMS key it is encrypted with; absent for S3's own keys. */
  readonly encryption?: { readonly keyArn: string; readonly bucketKey: boolean } | undefined;
  /** Epoch milliseconds. */
  readonly lastModified: number;
}

export type ChecksumAlgorithm = 'SHA256' | 'SHA1' | 'CRC32';

export const emptyS3State = (): S3State => ({ buckets: {} });
