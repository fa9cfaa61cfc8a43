import { describe, expect, it } from 'vitest';
import { keyNamed, requireUsable } from '#sandbox/kms/keys.ts';
import { kmsService } from '#sandbox/kms/service.ts';
import { elsewhere, home, region, start, stubSandbox } from '../lambda/stub-sandbox.ts';

const type = 'AWS::KMS::Key';
const aliasType = 'AWS::KMS::Alias';
const here = { account: home, region };
const statement = { Effect: 'Allow', Principal: '*', Action: 'kms:*', Resource: '*' };
const KeyPolicy = { Version: '2012-10-17', Statement: [statement] };
const day = 24 * 60 * 60 * 1000;

const withKey = async () => {
  const sandbox = stubSandbox([kmsService]);
  const physicalId = await sandbox.create(type, { KeyPolicy });
  return { sandbox, physicalId, key: () => keyNamed(sandbox.world, physicalId, here)! };
};

describe('AWS::KMS::Key', () => {
  it('is referred to by its id and known by its ARN', async () => {
    const sandbox = stubSandbox([kmsService]);
    const made = await sandbox.provider(type)!.create(sandbox.request(type, { KeyPolicy, EnableKeyRotation: 'true' }));
    const { physicalId } = made;
    expect(made.attributes).toEqual({ Arn: `arn:aws:kms:${region}:${home}:key/${physicalId}`, KeyId: physicalId });
    expect(keyNamed(sandbox.world, physicalId, here)).toMatchObject({
      rotation: true,
      enabled: true,
      createdAt: start,
    });
  });

  it('admits its account when it is made without a policy', async () => {
    const sandbox = stubSandbox([kmsService]);
    const id = await sandbox.create(type, {});
    expect(JSON.parse(keyNamed(sandbox.world, id, here)!.policy).Statement).toMatchObject([
      { Principal: { AWS: `arn:aws:iam::${home}:root` }, Action: 'kms:*' },
    ]);
  });

  it('gets another policy and can be switched off', async () => {
    const { sandbox, physicalId, key } = await withKey();
    const changed = JSON.stringify({ ...KeyPolicy, Id: 'second' });
    await sandbox.provider(type)!.update(sandbox.request(type, { KeyPolicy: changed, Enabled: false }, { physicalId }));
    expect(key()).toMatchObject({ policy: changed, enabled: false });
    expect(() => requireUsable(key(), physicalId)).toThrow(/is disabled/);
  });

  it('is not gone when it is removed, but of no use', async () => {
    const { sandbox, physicalId, key } = await withKey();
    await sandbox.provider(type)!.remove(sandbox.request(type, { PendingWindowInDays: '7' }, { physicalId }));
    expect(key().deletionAt).toBe(start + 7 * day);
    expect(() => requireUsable(key(), physicalId)).toThrow(
      expect.objectContaining({ code: 'KMS.KMSInvalidStateException' }),
    );
    await sandbox.provider(type)!.remove(sandbox.request(type, {}, { physicalId: 'gone' }));
  });

  it.each([
    ['without a principal', { KeyPolicy: { Statement: [{ Effect: 'Allow' }] } }, 'MalformedPolicyDocumentException'],
    ['without statements', { KeyPolicy: { Statement: [] } }, 'MalformedPolicyDocumentException'],
    ['that is no JSON', { KeyPolicy: '{' }, 'MalformedPolicyDocumentException'],
    ['over 32 KB', { KeyPolicy: { Id: 'x'.repeat(32_768) } }, 'LimitExceededException'],
    ['with a window of a day', { PendingWindowInDays: 1 }, 'ValidationError'],
  ])('is refused a policy %s', async (_what, properties, code) => {
    const sandbox = stubSandbox([kmsService]);
    await expect(async () => sandbox.create(type, properties)).rejects.toMatchObject({ code });
  });

  it('that is not there is not changed', async () => {
    const sandbox = stubSandbox([kmsService]);
    const request = sandbox.request(type, {}, { physicalId: 'gone' });
    expect(() => sandbox.provider(type)!.update(request)).toThrow("Key 'gone' does not exist");
  });
});

describe('a key is meant by', () => {
  it.each([
    ['its id', (id: string) => id],
    ['its ARN', (id: string) => `arn:aws:kms:${region}:${home}:key/${id}`],
    ['an alias', () => 'alias/artifacts'],
    ['the ARN of an alias', () => `arn:aws:kms:${region}:${home}:alias/artifacts`],
  ])('%s', async (_, name) => {
    const { sandbox, physicalId, key } = await withKey();
    await sandbox.create(aliasType, { AliasName: 'alias/artifacts', TargetKeyId: physicalId });
    expect(keyNamed(sandbox.world, name(physicalId), here)).toBe(key());
  });

  it.each(['constructor', '', 'alias/none', 'arn:none'])('nothing by %s', async (name) => {
    const { sandbox } = await withKey();
    expect(keyNamed(sandbox.world, name, here)).toBeUndefined();
  });

  it('its id in its own account and region only', async () => {
    const { sandbox, physicalId } = await withKey();
    expect(keyNamed(sandbox.world, physicalId, { ...here, account: elsewhere })).toBeUndefined();
    expect(keyNamed(sandbox.world, physicalId, { ...here, region: 'us-east-1' })).toBeUndefined();
  });
});

describe('AWS::KMS::Alias', () => {
  const AliasName = 'alias/artifacts';
  it('points to another key and goes', async () => {
    const { sandbox, physicalId: TargetKeyId } = await withKey();
    const physicalId = await sandbox.create(aliasType, { AliasName, TargetKeyId });
    expect(physicalId).toBe(AliasName);
    const other = await sandbox.create(type, {});
    const change = sandbox.request(aliasType, { AliasName, TargetKeyId: other }, { physicalId });
    await sandbox.provider(aliasType)!.update(change);
    expect(keyNamed(sandbox.world, AliasName, here)?.id).toBe(other);
    await sandbox.provider(aliasType)!.remove(change);
    expect(keyNamed(sandbox.world, AliasName, here)).toBeUndefined();
    expect(() => sandbox.provider(aliasType)!.update(change)).toThrow('is not found');
  });

  it.each([
    ['of a key that is not there', { AliasName, TargetKeyId: 'gone' }, {}, 'NotFoundException'],
    ['of AWS', { AliasName: 'alias/aws/s3', TargetKeyId: '' }, {}, 'ValidationError'],
    ['that is no alias', { AliasName: 'artifacts', TargetKeyId: '' }, {}, 'ValidationError'],
  ])('is refused %s', async (_what, properties, place, code) => {
    const sandbox = stubSandbox([kmsService]);
    await expect(async () => sandbox.create(aliasType, properties, place)).rejects.toMatchObject({ code });
  });

  it('is refused for a key of another account, and a second time', async () => {
    const { sandbox, physicalId, key } = await withKey();
    const foreign = async () =>
      sandbox.create(aliasType, { AliasName, TargetKeyId: key().arn }, { account: elsewhere });
    await expect(foreign).rejects.toMatchObject({ code: 'NotFoundException' });
    await sandbox.create(aliasType, { AliasName, TargetKeyId: physicalId });
    const again = async () => sandbox.create(aliasType, { AliasName, TargetKeyId: physicalId });
    await expect(again).rejects.toMatchObject({ code: 'AlreadyExistsException' });
  });
});
