/** How an object is encrypted at rest, and which use of a key that takes. */
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Call, Permission, World } from '../kernel.ts';
import { keyNamed, keyPermission, requireUsable } from '../kms/keys.ts';
import { booleanProperty } from '../resource-properties.ts';
import type { Bucket, StoredObject } from './state.ts';

/** What a request may ask of the encryption of a new object. */
export interface EncryptionInput {
  readonly Key?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
}

/** S3's own keys, or a KMS key by any of its names. */
type Wanted =
  | { readonly kind: 's3' | 'not-modelled' }
  | { readonly kind: 'kms'; readonly key: string; readonly bucketKey: boolean };

/** The condition keys of the headers; a header that is not sent has none (S3 User Guide, "Requiring SSE-KMS"). */
export function encryptionContext(input: EncryptionInput): Record<string, string> {
  const { ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm } = input;
  const prefix = 's3:x-amz-server-side-encryption';
  return {
    ...(ServerSideEncryption !== undefined && { [prefix]: ServerSideEncryption }),
    ...(SSEKMSKeyId !== undefined && { [`${prefix}-aws-kms-key-id`]: SSEKMSKeyId }),
    ...(SSECustomerAlgorithm !== undefined && { [`${prefix}-customer-algorithm`]: SSECustomerAlgorithm }),
  };
}

/** `kms:GenerateDataKey` on the key a new object is encrypted with, if it is one of KMS that exists. */
export function encryptPermission(call: Call<EncryptionInput>, bucket: Bucket): Permission[] {
  const wanted = wantedEncryption(call.input, bucket);
  if (wanted.kind !== 'kms') return [];
  // An alias or id means a key of the caller's account (S3 User Guide, "Using SSE-KMS for cross-account operations").
  const key = keyNamed(call.sandbox.world, wanted.key, { ...bucket, account: call.account });
  if (!key) return [];
  const encryptionContext = contextOf(bucket, { key: call.input.Key ?? '', bucketKey: wanted.bucketKey });
  const { account } = call;
  return [keyPermission(key, { action: 'kms:GenerateDataKey', account, service: 's3', encryptionContext })];
}

/** An object that somebody reads, whose account `account` is. */
export interface ObjectRead {
  readonly account: string;
  readonly bucket: Bucket;
  readonly key: string;
  readonly stored: StoredObject;
}

/** `kms:Decrypt` on the key of a stored object, if it is one of KMS. */
export function decryptPermission(world: World, { account, bucket, key: name, stored }: ObjectRead): Permission[] {
  const { encryption } = stored;
  const key = encryption && keyNamed(world, encryption.keyArn, bucket);
  if (!encryption || !key) return [];
  const context = contextOf(bucket, { key: name, bucketKey: encryption.bucketKey });
  return [keyPermission(key, { action: 'kms:Decrypt', account, service: 's3', encryptionContext: context })];
}

/**
 * How a new object is encrypted: as its request says, else as the bucket does by default.
 *
 * @throws AwsError `NotImplemented` for what is not modelled (keys of customers, two layers, the AWS managed key), `InvalidArgument`, and
 * `KMS.…` for a key that cannot be used.
 */
export function newEncryption(call: Call<EncryptionInput>, bucket: Bucket): StoredObject['encryption'] {
  const { ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm } = call.input;
  if (SSECustomerAlgorithm !== undefined) throw notImplemented();
  if (SSEKMSKeyId !== undefined && ServerSideEncryption === undefined)
    throw new AwsError('InvalidArgument', 'Server Side Encryption with AWS KMS needs x-amz-server-side-encryption.');
  const wanted = wantedEncryption(call.input, bucket);
  if (wanted.kind === 's3') return undefined;
  if (wanted.kind !== 'kms') throw notImplemented();
  const key = keyNamed(call.sandbox.world, wanted.key, { ...bucket, account: call.account });
  return { keyArn: requireUsable(key, wanted.key).arn, bucketKey: wanted.bucketKey };
}

/** Throws `KMS.…` when the key of a stored object cannot be used any more. */
export function requireDecryptable(call: Call<unknown>, bucket: Bucket, { encryption }: StoredObject): void {
  if (encryption) requireUsable(keyNamed(call.sandbox.world, encryption.keyArn, bucket), encryption.keyArn);
}

/** The members of an output that tell how an object is encrypted. */
export function encryptionOutput({ encryption }: StoredObject) {
  if (!encryption) return { ServerSideEncryption: 'AES256' } as const;
  const { keyArn, bucketKey } = encryption;
  return {
    ServerSideEncryption: 'aws:kms',
    SSEKMSKeyId: keyArn,
    ...(bucketKey && { BucketKeyEnabled: true }),
  } as const;
}

/** KMS without a key is the AWS managed key (S3 API Reference, PutObject). Whether a bucket key is used the request may say too. */
function wantedEncryption(input: EncryptionInput, bucket: Bucket): Wanted {
  const fallback = defaultEncryption(bucket);
  const algorithm = input.ServerSideEncryption ?? fallback.algorithm;
  if (algorithm === 'AES256') return { kind: 's3' };
  const key = input.ServerSideEncryption === undefined ? fallback.key : (input.SSEKMSKeyId ?? '');
  if (algorithm !== 'aws:kms' || key === '') return { kind: 'not-modelled' };
  return { kind: 'kms', key, bucketKey: input.BucketKeyEnabled ?? fallback.bucketKey };
}

const rule = z.object({
  BucketKeyEnabled: booleanProperty.default(false),
  ServerSideEncryptionByDefault: z.object({ SSEAlgorithm: z.string(), KMSMasterKeyID: z.string().default('') }),
});
const configuration = z.object({ ServerSideEncryptionConfiguration: z.tuple([rule]) });

function defaultEncryption({ configuration: { BucketEncryption } }: Bucket) {
  const read = configuration.safeParse(BucketEncryption).data?.ServerSideEncryptionConfiguration[0];
  const { SSEAlgorithm = 'AES256', KMSMasterKeyID = '' } = read?.ServerSideEncryptionByDefault ?? {};
  return { algorithm: SSEAlgorithm, key: KMSMasterKeyID, bucketKey: read?.BucketKeyEnabled ?? false };
}

/** With a bucket key the context is the bucket's ARN, otherwise the object's (S3 User Guide, "Using SSE-KMS", encryption context). */
function contextOf(bucket: Bucket, { key, bucketKey }: { key: string; bucketKey: boolean }) {
  return { 'aws:s3:arn': bucketKey ? bucket.arn : `${bucket.arn}/${key}` };
}

function notImplemented(): AwsError {
  return new AwsError('NotImplemented', 'A header you provided implies functionality that is not implemented', 501);
}
