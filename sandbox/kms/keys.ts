import { AwsError } from '../aws-error.ts';
import type { Permission, World } from '../kernel.ts';
import type { KeyRecord } from './state.ts';

/** Where a reference is read: an id or alias name means the account and region of whoever writes it. */
export interface KeyPlace {
  readonly account: string;
  readonly region: string;
}

/**
 * The key that an id, a key ARN, an alias name or an alias ARN means; undefined when there is none (KMS API Reference, "Key identifiers").
 */
export function keyNamed({ kms }: World, reference: string, { account, region }: KeyPlace): KeyRecord | undefined {
  const own = `arn:aws:kms:${region}:${account}:`;
  const short = reference.startsWith('alias/') ? `${own}${reference}` : `${own}key/${reference}`;
  const arn = reference.startsWith('arn:') ? reference : short;
  return entryOf(kms.keys, entryOf(kms.aliases, arn)?.keyArn ?? arn);
}

/** How a service uses a key for somebody. */
export interface KeyUse {
  readonly action: 'kms:Decrypt' | 'kms:GenerateDataKey';
  /** Of the caller. */
  readonly account: string;
  /** `s3` of `s3.eu-west-1.amazonaws.com`. */
  readonly service: string;
  readonly encryptionContext: Readonly<Record<string, string>>;
}

/**
 * What using a key through a service takes. The service passes the caller's identity on, so it is the caller who must be allowed
 * (KMS Developer Guide, "kms:ViaService"; "kms:EncryptionContext:context-key").
 */
export function keyPermission(key: KeyRecord, use: KeyUse): Permission {
  const { action, account, service, encryptionContext } = use;
  const context = Object.entries(encryptionContext).map(([name, value]) => [`kms:EncryptionContext:${name}`, value]);
  return {
    action,
    resource: key.arn,
    context: {
      'aws:ViaAWSService': 'true',
      'kms:CallerAccount': account,
      'kms:ViaService': `${service}.${key.region}.amazonaws.com`,
      'kms:EncryptionContextKeys': Object.keys(encryptionContext),
      ...Object.fromEntries(context),
    },
    resourcePolicy: { account: key.account, document: key.policy, kind: 'key' },
  };
}

/** Throws what S3 answers for a key that cannot be used (S3 API Reference, "Error responses": the codes that begin with `KMS.`). */
export function requireUsable(key: KeyRecord | undefined, reference: string): KeyRecord {
  if (key === undefined) throw new AwsError('KMS.NotFoundException', `Key '${reference}' does not exist`);
  if (key.deletionAt !== undefined)
    throw new AwsError('KMS.KMSInvalidStateException', `${key.arn} is pending deletion.`);
  if (!key.enabled) throw new AwsError('KMS.DisabledException', `${key.arn} is disabled.`);
  return key;
}

/** An entry of its own: a reference may be any text, also the name of something every object inherits. */
function entryOf<Value>(table: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
