import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { ResourceProvider, ResourceRequest, ResourceResult } from '../kernel.ts';
import { booleanProperty, readProperties, tagsProperty } from '../resource-properties.ts';
import { keyNamed } from './keys.ts';
import type { KeyRecord } from './state.ts';

const day = 24 * 60 * 60 * 1000;

const properties = z.looseObject({
  KeyPolicy: z.union([z.string(), z.record(z.string(), z.json())]).optional(),
  Description: z.string().max(8192).default(''),
  Enabled: booleanProperty.default(true),
  EnableKeyRotation: booleanProperty.default(false),
  // Days (KMS API Reference, ScheduleKeyDeletion).
  PendingWindowInDays: z.coerce.number().int().min(7).max(30).default(30),
  Tags: tagsProperty,
});

/** AWS::KMS::Key, symmetric. `Ref` is the key id. Removing one schedules its deletion: from then on it cannot be used. */
export const keyProvider: ResourceProvider = {
  create: (request) => {
    const { sandbox, account, region } = request;
    const id = sandbox.uuid('kms-key');
    const arn = `arn:aws:kms:${region}:${account}:key/${id}`;
    const key: KeyRecord = { arn, id, account, region, createdAt: sandbox.now(), ...settings(request) };
    sandbox.world.kms.keys[arn] = key;
    return resultOf(key);
  },
  update: (request) => {
    const key = keyNamed(request.sandbox.world, request.physicalId ?? '', request);
    if (!key) throw new AwsError('NotFoundException', `Key '${request.physicalId}' does not exist`);
    return resultOf(Object.assign(key, settings(request)));
  },
  remove: (request) => {
    const key = keyNamed(request.sandbox.world, request.physicalId ?? '', request);
    if (!key) return;
    key.deletionAt = request.sandbox.now() + readProperties(properties, request).PendingWindowInDays * day;
  },
};

function settings(request: ResourceRequest) {
  const { KeyPolicy, Description, Enabled, EnableKeyRotation, Tags } = readProperties(properties, request);
  const policy = KeyPolicy === undefined ? defaultPolicy(request) : keyPolicy(KeyPolicy);
  return { policy, enabled: Enabled, rotation: EnableKeyRotation, description: Description, tags: Tags };
}

/** The policy of a key that was made without one: the account's IAM policies decide (KMS Developer Guide, "Default key policy"). */
function defaultPolicy({ account }: ResourceRequest): string {
  const root = { AWS: `arn:aws:iam::${account}:root` };
  const statement = { Sid: 'Enable IAM User Permissions', Effect: 'Allow', Principal: root };
  return JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Action: 'kms:*', Resource: '*' }] });
}

/** KMS API Reference, PutKeyPolicy: at most 32 KB of JSON; a statement without a principal is malformed. */
function keyPolicy(given: unknown): string {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  if (Buffer.byteLength(text) > 32_768)
    throw new AwsError('LimitExceededException', 'The key policy is larger than 32 KB');
  if (!shape.safeParse(parsed(text)).success)
    throw new AwsError('MalformedPolicyDocumentException', 'The new key policy is malformed');
  return text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const statement = z.looseObject({ Effect: z.enum(['Allow', 'Deny']), Principal: z.json() });
const shape = z.object({ Statement: z.union([statement, z.array(statement).min(1)]) });

function resultOf({ id, arn }: KeyRecord): ResourceResult {
  return { physicalId: id, attributes: { Arn: arn, KeyId: id } };
}
