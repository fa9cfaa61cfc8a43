/** Buckets that encrypt with a KMS key, asked over the wire with AWS's own client: key policy and identity-based policies decide. */
import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KeyRecord } from '#sandbox/kms/state.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { allow, home, identityWorld, makeResource, makeRole, policyDocument, refusal } from '../sts/identity-world.ts';

const member = '222222222222';
const foreign = '444444444444';
const Bucket = 'artifacts-of-everybody';
const bucketArn = `arn:aws:s3:::${Bucket}`;
const Key = 'templates/1';
const root = { AWS: `arn:aws:iam::${home}:root` };

let sandbox: RunningSandbox;
let key: KeyRecord;
let keyPolicy: string;
let roles = 0;

beforeAll(async () => {
  sandbox = await identityWorld();
  key = await makeKey(
    allow('kms:*', '*', { Principal: root }),
    allow('kms:Decrypt', '*', {
      Principal: '*',
      Condition: {
        StringEquals: {
          'aws:PrincipalOrgID': sandbox.world.organization.id,
          'kms:ViaService': 's3.eu-west-1.amazonaws.com',
          'kms:EncryptionContext:aws:s3:arn': bucketArn,
          'kms:CallerAccount': member,
          'aws:ViaAWSService': 'true',
        },
      },
    }),
  );
  keyPolicy = key.policy;
  await makeBucket(Bucket, true);
  const everybody = policyDocument(allow('s3:*', '*', { Principal: '*' }));
  await makeResource(sandbox, 'AWS::S3::BucketPolicy', { Bucket, PolicyDocument: JSON.stringify(everybody) });
  await as(home, 's3:*', 'kms:*').send(new PutObjectCommand({ Bucket, Key, Body: 'Resources: {}' }));
}, 30_000);
afterEach(() => Object.assign(key, { policy: keyPolicy, enabled: true, deletionAt: undefined }));
afterAll(() => sandbox.close());

async function makeKey(...statements: object[]): Promise<KeyRecord> {
  const KeyPolicy = JSON.stringify(policyDocument(...statements));
  const id = await makeResource(sandbox, 'AWS::KMS::Key', { KeyPolicy });
  return sandbox.world.kms.keys[`arn:aws:kms:eu-west-1:${home}:key/${id}`]!;
}

function makeBucket(BucketName: string, BucketKeyEnabled: boolean, KMSMasterKeyID: string | undefined = key.arn) {
  const ServerSideEncryptionByDefault = { SSEAlgorithm: 'aws:kms', ...(KMSMasterKeyID && { KMSMasterKeyID }) };
  const BucketEncryption = { ServerSideEncryptionConfiguration: [{ BucketKeyEnabled, ServerSideEncryptionByDefault }] };
  return makeResource(sandbox, 'AWS::S3::Bucket', { BucketName, BucketEncryption });
}

/** A client that acts as a new role of an account with these actions. */
function as(account: string, ...actions: string[]): S3Client {
  roles += 1;
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const role = makeRole(sandbox, `role-${roles}`, {
    account,
    trust: policyDocument(statement),
    settings: { inlinePolicies: { own: policyDocument(allow(actions)) } },
  });
  const session = { roleArn: role.arn, sessionName: 'test', service: 'lambda.amazonaws.com', durationSeconds: 900 };
  const { accessKeyId, secretAccessKey, sessionToken } = sandbox.openSession(session);
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return new S3Client({
    ...{ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1, forcePathStyle: true },
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

const get = (client: S3Client) => client.send(new GetObjectCommand({ Bucket, Key }));
const put = (client: S3Client, more: Partial<PutObjectCommandInput> = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key: 'new', Body: 'x', ...more }));

describe('reading an encrypted object', () => {
  it.each<[string, string, string[], string]>([
    ['with both permissions, in the account of the key', home, ['s3:GetObject', 'kms:Decrypt'], 'nothing was refused'],
    ['without the key', home, ['s3:GetObject'], 'because no identity-based policy allows the kms:Decrypt action'],
    ['with the key alone', member, ['kms:Decrypt'], 'because no identity-based policy allows the s3:GetObject action'],
    ['from a member account', member, ['s3:GetObject', 'kms:Decrypt'], 'nothing was refused'],
    ['from there without the other half', member, ['s3:GetObject'], 'no identity-based policy allows the kms:Decrypt'],
    [
      'from a foreign account',
      foreign,
      ['s3:GetObject', 'kms:Decrypt'],
      'is not authorized to perform: kms:Decrypt on the resource associated with this ciphertext because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access',
    ],
  ])('%s', async (_, account, actions, expected) => {
    expect(await refusal(get(as(account, ...actions)))).toContain(expected);
  });

  it('counts identity-based policies only as long as the key policy admits the account', async () => {
    const client = as(home, 's3:GetObject', 'kms:Decrypt');
    expect(await refusal(get(client))).toBe('nothing was refused');
    key.policy = JSON.stringify(
      policyDocument(allow('kms:*', '*', { Principal: { AWS: `arn:aws:iam::${member}:root` } })),
    );
    expect(await refusal(get(client))).toMatch(
      /^AccessDenied: .* no resource-based policy allows the kms:Decrypt action$/,
    );
  });

  it('tells how it is encrypted, with an ETag that is no digest', async () => {
    const found = await get(as(home, 's3:GetObject', 'kms:Decrypt'));
    expect(found).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key.arn, BucketKeyEnabled: true });
    expect(found.ETag).not.toBe(`"${createHash('md5').update('Resources: {}').digest('hex')}"`);
    expect(await found.Body?.transformToString()).toBe('Resources: {}');
  });

  it('takes the key for a checksum of a head, and not for a head', async () => {
    const client = as(home, 's3:GetObject');
    await client.send(new HeadObjectCommand({ Bucket, Key }));
    const checksum = client.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    await expect(checksum).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } });
  });

  it.each<[string, Partial<KeyRecord>, string]>([
    ['is switched off', { enabled: false }, 'KMS.DisabledException'],
    ['will be deleted', { deletionAt: 1 }, 'KMS.KMSInvalidStateException'],
  ])('ends when the key %s', async (_, change, code) => {
    const client = as(home, 's3:*', 'kms:*');
    Object.assign(key, change);
    expect(await refusal(get(client))).toContain(code);
    expect(await refusal(put(client))).toContain(code);
  });
});

describe('writing into a bucket that encrypts', () => {
  it.each<[string, string, string[], string]>([
    ['takes kms:GenerateDataKey', home, ['s3:PutObject', 'kms:GenerateDataKey'], 'nothing was refused'],
    [
      'and not kms:Decrypt',
      home,
      ['s3:PutObject', 'kms:Decrypt'],
      'no identity-based policy allows the kms:GenerateDataKey',
    ],
    [
      'is refused to a member account that may only decrypt',
      member,
      ['s3:PutObject', 'kms:*'],
      `is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:eu-west-1:${home}:key/`,
    ],
  ])('%s', async (_, account, actions, expected) => {
    expect(await refusal(put(as(account, ...actions)))).toContain(expected);
  });

  it('by presigned address is done with the rights of the signer', async () => {
    const command = new PutObjectCommand({ Bucket, Key: 'presigned', Body: 'x' });
    const upload = async (client: S3Client) => {
      const url = await getSignedUrl(client, command, { signingDate: new Date(sandbox.now()) });
      return (await fetch(url, { method: 'PUT', body: 'x' })).status;
    };
    expect(await upload(as(home, 's3:PutObject', 'kms:GenerateDataKey'))).toBe(200);
    expect(await upload(as(home, 's3:PutObject'))).toBe(403);
  });

  it('is done with another key where the request names one', async () => {
    const other = await makeKey(allow('kms:*', '*', { Principal: root }));
    const client = as(home, 's3:*', 'kms:*');
    const encryption = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: other.id } as const;
    expect(await put(client, { ...encryption, Key: 'other' })).toMatchObject({ SSEKMSKeyId: other.arn });
    expect(await put(client, { ServerSideEncryption: 'AES256', Key: 's3' })).toMatchObject({
      ServerSideEncryption: 'AES256',
    });
    expect(await refusal(as(home, 's3:GetObject').send(new GetObjectCommand({ Bucket, Key: 's3' })))).toBe(
      'nothing was refused',
    );
  });

  it.each<[string, Partial<PutObjectCommandInput>, string]>([
    ['the AWS managed key', { ServerSideEncryption: 'aws:kms' }, 'NotImplemented'],
    ['two layers', { ServerSideEncryption: 'aws:kms:dsse' }, 'NotImplemented'],
    ['a key of the customer', { SSECustomerAlgorithm: 'AES256' }, 'NotImplemented'],
    ['a key without KMS', { SSEKMSKeyId: 'key' }, 'InvalidArgument'],
    ['a key that is not there', { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'gone' }, 'KMS.NotFoundException'],
  ])('refuses %s', async (_, input, code) => {
    expect(await refusal(put(as(home, 's3:*', 'kms:*'), input))).toContain(code);
  });

  it('refuses the AWS managed key as its default too', async () => {
    await makeBucket('managed', false, '');
    expect(await refusal(put(as(home, 's3:*', 'kms:*'), { Bucket: 'managed' }))).toContain('NotImplemented');
  });

  it('without a bucket key has the object as encryption context', async () => {
    await makeBucket('single', false);
    const client = as(home, 's3:*', 'kms:*');
    await put(client, { Bucket: 'single', Key: 'a' });
    const condition = (arn: string) => ({ StringEquals: { 'kms:EncryptionContext:aws:s3:arn': arn } });
    const reading = async (arn: string) => {
      key.policy = JSON.stringify(policyDocument(allow('kms:*', '*', { Principal: root, Condition: condition(arn) })));
      return refusal(client.send(new GetObjectCommand({ Bucket: 'single', Key: 'a' })));
    };
    expect(await reading('arn:aws:s3:::single/a')).toBe('nothing was refused');
    expect(await reading('arn:aws:s3:::single')).toContain('AccessDenied');
  });
});
