/** Secrets Manager over the wire, asked by AWS's own client: secrets are made, rotated and read by those who may. */
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { iamService } from '#sandbox/iam/service.ts';
import {
  administratorRole,
  homeRegion,
  organizationsService,
  seedIdentities,
  sharedServicesAccount,
} from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { secretsManagerService } from '#sandbox/secrets-manager/service.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';

const Name = 'drawbridge/webhooks/orders-ci';
const fourMinutes = 240_000;

let sandbox: RunningSandbox;
let client: SecretsManagerClient;
const clientFor = (
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string },
  region = homeRegion,
) => new SecretsManagerClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 });
const administratorOf = (account: string) =>
  sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 3600,
  });

beforeEach(async () => {
  sandbox = await startSandbox({ seed: 1, services: [stsService, iamService, secretsManagerService] });
  seedIdentities(sandbox);
  client = clientFor(administratorOf(sharedServicesAccount));
});
afterEach(() => sandbox.close());

const create = (SecretString?: string) => client.send(new CreateSecretCommand({ Name, SecretString }));
const put = (SecretString: string, ClientRequestToken?: string) =>
  client.send(new PutSecretValueCommand({ SecretId: Name, SecretString, ClientRequestToken }));
const get = (VersionStage?: string) => client.send(new GetSecretValueCommand({ SecretId: Name, VersionStage }));

describe('a secret', () => {
  it('is read by its name and by its ARN, which nobody can guess from the name', async () => {
    const { ARN, VersionId } = await create('the first value');
    expect(ARN).toMatch(
      /^arn:aws:secretsmanager:eu-west-1:111111111111:secret:drawbridge\/webhooks\/orders-ci-[A-Za-z0-9]{6}$/,
    );
    const read = await get();
    expect(read).toMatchObject({
      ARN,
      Name,
      VersionId,
      SecretString: 'the first value',
      VersionStages: ['AWSCURRENT'],
    });
    expect(read.CreatedDate?.getTime()).toBe(sandbox.now());
    expect(await client.send(new GetSecretValueCommand({ SecretId: ARN, VersionId }))).toMatchObject({ VersionId });
  });

  it('keeps the value before as AWSPREVIOUS, and those before that under no stage', async () => {
    await create('one');
    await sandbox.advance(fourMinutes);
    await put('two');
    expect([(await get()).SecretString, (await get('AWSPREVIOUS')).SecretString]).toEqual(['two', 'one']);
    const created = (await get()).CreatedDate?.getTime() ?? 0;
    expect(created - ((await get('AWSPREVIOUS')).CreatedDate?.getTime() ?? 0)).toBe(fourMinutes);
    await put('three');
    expect([(await get()).SecretString, (await get('AWSPREVIOUS')).SecretString]).toEqual(['three', 'two']);
  });

  it('is written once for one token', async () => {
    await create('one');
    const token = '11111111-1111-4111-8111-111111111111';
    const { VersionId } = await put('two', token);
    expect(VersionId).toBe(token);
    expect((await put('two', token)).VersionId).toBe(token);
    expect((await get('AWSPREVIOUS')).SecretString).toBe('one');
    await expect(put('three', token)).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    ['is not there', () => get(), 'ResourceNotFoundException', /can't find the specified secret\.$/],
    ['has no value yet', () => create().then(() => get()), 'ResourceNotFoundException', /staging label: AWSCURRENT$/],
    [
      'was never rotated',
      () => create('one').then(() => get('AWSPREVIOUS')),
      'ResourceNotFoundException',
      /staging label: AWSPREVIOUS$/,
    ],
    ['is there already', () => create('one').then(() => create('two')), 'ResourceExistsException', /already exists/],
    [
      'has a name that is none',
      () => client.send(new CreateSecretCommand({ Name: 'a b', SecretString: 'x' })),
      'ValidationException',
      /Invalid name/,
    ],
    [
      'is written without a value',
      () => create('x').then(() => client.send(new PutSecretValueCommand({ SecretId: Name }))),
      'InvalidRequestException',
      /SecretString/,
    ],
    [
      'has a key of its own',
      () => client.send(new CreateSecretCommand({ Name, KmsKeyId: 'alias/x' })),
      'InvalidParameterException',
      /KmsKeyId/,
    ],
    [
      'has no such version',
      () =>
        create('x').then(() => client.send(new GetSecretValueCommand({ SecretId: Name, VersionId: '0'.repeat(32) }))),
      'ResourceNotFoundException',
      /VersionId: 0{32}$/,
    ],
  ])('that %s is answered as AWS does', async (_, act, name, message) => {
    await expect(act()).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });

  it('is of one account and one region', async () => {
    await create('mine');
    const elsewhere = [
      clientFor(administratorOf('222222222222')),
      clientFor(administratorOf(sharedServicesAccount), 'eu-central-1'),
    ];
    for (const other of elsewhere)
      await expect(other.send(new GetSecretValueCommand({ SecretId: Name }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      });
  });

  it('is read by nobody who may not, whether there is one or not', async () => {
    const alice = clientFor(openPersonSession(sandbox, 'alice'));
    const denied = {
      name: 'AccessDeniedException',
      message: expect.stringMatching(/secretsmanager:GetSecretValue on resource: arn:aws:secretsmanager:.*orders-ci/),
    };
    await expect(alice.send(new GetSecretValueCommand({ SecretId: Name }))).rejects.toMatchObject(denied);
    await create('mine');
    await expect(alice.send(new GetSecretValueCommand({ SecretId: Name }))).rejects.toMatchObject(denied);
    await expect(alice.send(new CreateSecretCommand({ Name: 'x', SecretString: 'y' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
