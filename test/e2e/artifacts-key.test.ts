/** The key of the artifacts in the deployed organization: a promotion works with it, and says clearly when it is refused. */
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { packageRelease } from '#cli/package-release.ts';
import { createRole, defaultSettings } from '#sandbox/iam/roles.ts';
import type { JournalEntry } from '#sandbox/journal-entry.ts';
import type { World } from '#sandbox/kernel.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import { editPolicy, roleIn } from './break.ts';
import {
  administrator,
  assume,
  assumption,
  type Credentials,
  clientsAs,
  credentialsIn,
  functionCredentials,
  person,
} from './clients.ts';
import { openRehearsal, preProduction, production, type Rehearsal, root } from './rehearsed-world.ts';
import { begin, ended, promote } from './small-release.ts';

const Bucket = `drawbridge-artifacts-${sharedServicesAccount}-${homeRegion}`;
let rehearsal: Rehearsal;
let whole: Pick<World, 'iam' | 'kms'>;
let bucketPolicy: string | undefined;
let Key: string;

beforeAll(async () => {
  rehearsal = await openRehearsal();
  const api = rehearsal.apiAs('alice');
  const packaged = await packageRelease(join(root, 'examples/orders'));
  if (packaged.kind !== 'release') throw new Error(JSON.stringify(packaged.problems));
  const { digest } = await publishRelease(api, packaged);
  const { id } = await requestPromotion(api, { release: digest, idempotencyKey: 'orders' });
  expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
  const { iam, kms, s3 } = rehearsal.sandbox.world;
  whole = structuredClone({ iam, kms });
  bucketPolicy = s3.buckets[Bucket]?.policy;
  Key = Object.keys(s3.buckets[Bucket]!.objects).find((name) => name.startsWith('templates/'))!;
}, 120_000);
afterAll(() => rehearsal.close());
/** What a test broke is made whole again. */
afterEach(() => {
  Object.assign(rehearsal.sandbox.world, structuredClone(whole));
  Object.assign(bucket(), { policy: bucketPolicy });
});

const bucket = () => rehearsal.sandbox.world.s3.buckets[Bucket]!;
/** The key of the artifacts. Notifications have one of their own. */
const key = () => {
  const used = new Set(
    Object.values(bucket().objects).flatMap((versions) => versions.map(({ encryption }) => encryption?.keyArn)),
  );
  expect(used.size).toBe(1);
  return Object.values(rehearsal.sandbox.world.kms.keys).find(({ arn }) => used.has(arn))!;
};
const replaced = (text: string, from: string, to: string) => {
  expect(text).toContain(from);
  return text.replaceAll(from, to);
};

describe('a promotion with code', () => {
  it('finds every artifact encrypted with the one key of its region', () => {
    expect(key()).toMatchObject({ account: sharedServicesAccount, region: homeRegion, rotation: true });
    const stored = Object.values(bucket().objects).flat();
    expect(stored.length).toBeGreaterThan(1);
    for (const { encryption } of stored) expect(encryption).toEqual({ keyArn: key().arn, bucketKey: true });
  });

  it('uses the key with these roles and no other', () => {
    const uses = rehearsal.sandbox.journal().flatMap((entry) => {
      if (entry.kind !== 'decision' || !/^kms:(Decrypt|GenerateDataKey)$/.test(entry.action)) return [];
      if (!entry.principal.includes(':assumed-role/')) return [];
      const [, account, role] = /::(\d+):assumed-role\/([\w-]+)\//.exec(entry.principal) ?? [];
      return [`${entry.allowed ? '' : 'denied: '}${account} ${role} ${entry.action}`];
    });
    expect([...new Set(uses)].sort()).toEqual([
      '111111111111 drawbridge-api kms:Decrypt',
      '111111111111 drawbridge-api kms:GenerateDataKey',
      '111111111111 drawbridge-orchestrator kms:Decrypt',
      '222222222222 drawbridge-execution kms:Decrypt',
      '222222222222 drawbridge-preview kms:Decrypt',
      '333333333333 drawbridge-execution kms:Decrypt',
      '333333333333 drawbridge-preview kms:Decrypt',
    ]);
  });
});

/** A role with every permission, named like one of ours or not. */
function lookalike(account: string, name: string, path = '/drawbridge/'): Credentials {
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const attachedPolicies = ['arn:aws:iam::aws:policy/AdministratorAccess'];
  const { arn: roleArn } = createRole(rehearsal.sandbox, {
    ...{ account, name, path, settings: { ...defaultSettings, attachedPolicies } },
    trust: { Version: '2012-10-17', Statement: [statement] },
  });
  const session = { roleArn, sessionName: 'test', service: 'lambda.amazonaws.com', durationSeconds: 900 };
  return credentialsIn(rehearsal.sandbox.openSession(session));
}

async function targetSession(role: string): Promise<Credentials> {
  const { sts } = clientsAs(rehearsal, functionCredentials(rehearsal, 'drawbridge-plan'));
  return assume(sts, await assumption(rehearsal, role, production));
}

async function outcome(credentials: Credentials, command: GetObjectCommand | PutObjectCommand): Promise<string> {
  try {
    await clientsAs(rehearsal, credentials).s3.send(command as GetObjectCommand);
    return 'allowed';
  } catch (error) {
    const { name, message } = error as Error;
    return /kms:/.test(message) ? 'refused by the key' : name;
  }
}

describe('who reads an artifact', () => {
  it.each<[string, () => Credentials | Promise<Credentials>, string]>([
    ['the preview role', () => targetSession('preview'), 'allowed'],
    ['the deploy role', () => targetSession('deploy'), 'AccessDenied'],
    ['the audit role', () => targetSession('audit'), 'AccessDenied'],
    ['the api', () => functionCredentials(rehearsal, 'drawbridge-api'), 'allowed'],
    ['the orchestrator', () => functionCredentials(rehearsal, 'drawbridge-plan'), 'allowed'],
    ['another function', () => functionCredentials(rehearsal, 'drawbridge-settle'), 'AccessDenied'],
    ['the administrator of a target', () => administrator(rehearsal, production.account), 'AccessDenied'],
    ['a release manager', () => person(rehearsal, 'alice'), 'AccessDenied'],
    [
      'a role of our name in a foreign organization',
      () => lookalike('444444444444', 'drawbridge-preview'),
      'AccessDenied',
    ],
    [
      'a role of our name without its path',
      () => lookalike(production.account, 'drawbridge-preview-2', '/'),
      'AccessDenied',
    ],
  ])('%s', async (_, credentials, expected) => {
    expect(await outcome(await credentials(), new GetObjectCommand({ Bucket, Key }))).toBe(expected);
  });

  it('nobody by the bucket policy alone', async () => {
    const statement = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
    bucket().policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const read = new GetObjectCommand({ Bucket, Key });
    expect(await outcome(administrator(rehearsal, production.account), read)).toBe('refused by the key');
    expect(await outcome(lookalike('444444444444', 'drawbridge-preview-3'), read)).toBe('refused by the key');
    expect(await outcome(await targetSession('preview'), read)).toBe('allowed');
  });
});

it('an upload keeps the encryption of the bucket', async () => {
  const { s3 } = clientsAs(rehearsal, functionCredentials(rehearsal, 'drawbridge-api'));
  const put = { Bucket, Body: 'x', IfNoneMatch: '*' };
  const credentials = functionCredentials(rehearsal, 'drawbridge-api');
  const other = { ...put, Key: 'other', ServerSideEncryption: 'AES256' } as const;
  expect(await outcome(credentials, new PutObjectCommand(other))).toBe('AccessDenied');
  const named = { ...put, Key: 'named', ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key().arn } as const;
  expect(await outcome(credentials, new PutObjectCommand(named))).toBe('allowed');
  expect(await outcome(credentials, new PutObjectCommand({ ...put, Key: 'plain' }))).toBe('allowed');
  for (const name of ['named', 'plain']) {
    const found = await s3.send(new HeadObjectCommand({ Bucket, Key: name }));
    expect(found).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: key().arn });
  }
});

describe('a promotion ends with ARTIFACT_DENIED, and changes nothing, when', () => {
  const refusedTo = (account: string) =>
    `arn:aws:sts::${account}:assumed-role/drawbridge-preview/[\\w-]+ is not authorized to perform: kms:Decrypt on`;
  it.each<[string, () => void, string]>([
    [
      'the key policy admits another organization',
      () => {
        key().policy = replaced(key().policy, rehearsal.sandbox.world.organization.id, 'o-somebodyelse');
      },
      `${refusedTo(preProduction.account)} the resource associated with this ciphertext because the resource does not exist`,
    ],
    [
      'the key policy admits roles of other names',
      () => {
        key().policy = replaced(key().policy, 'drawbridge-preview', 'drawbridge-look');
      },
      refusedTo(preProduction.account),
    ],
    [
      'the bucket policy admits another organization',
      () => {
        bucket().policy = replaced(bucket().policy!, rehearsal.sandbox.world.organization.id, 'o-somebodyelse');
      },
      'S3 error: Access Denied',
    ],
    [
      'the account has its roles of before',
      () =>
        editPolicy(roleIn(rehearsal.sandbox, preProduction.account, 'drawbridge-preview').inlinePolicies, [
          '"kms:Decrypt"',
          '"kms:DescribeKey"',
        ]),
      `${refusedTo(preProduction.account)} resource: arn:aws:kms:.* because no identity-based policy allows`,
    ],
  ])('%s', async (what, breakIt, words) => {
    const pipeline = `denied-${what.length}`;
    const id = await begin(rehearsal, { pipeline });
    breakIt();
    const { promotion, rollouts, deployments } = await ended(rehearsal, id);
    expect([promotion.status, deployments.filter(({ outcome: ended }) => ended === 'deployed')]).toEqual([
      'errored',
      [],
    ]);
    const [reason] = rollouts.flatMap((rollout) => rollout.reasons);
    expect(reason).toMatchObject({ code: 'ARTIFACT_DENIED', text: expect.stringMatching(new RegExp(words)) });
    expect(rehearsal.sandbox.journal().some(isStackOf(pipeline))).toBe(false);
  });

  it('or with AWS_REFUSED when the key is switched off: the orchestrator reads the template first, to gate it', async () => {
    const id = await begin(rehearsal, { pipeline: 'switched-off' });
    Object.assign(key(), { enabled: false });
    const { promotion, rollouts } = await ended(rehearsal, id);
    expect(promotion.status).toBe('errored');
    const [reason] = rollouts.flatMap((rollout) => rollout.reasons);
    expect(reason).toMatchObject({ code: 'AWS_REFUSED', text: expect.stringMatching(/arn:aws:kms:.* is disabled/) });
    expect(rehearsal.sandbox.journal().some(isStackOf('switched-off'))).toBe(false);
  });

  it('and succeeds once that is mended', async () => {
    const admitted = key().policy;
    key().policy = replaced(admitted, rehearsal.sandbox.world.organization.id, 'o-somebodyelse');
    expect((await promote(rehearsal, { pipeline: 'mended' })).promotion.status).toBe('errored');
    key().policy = admitted;
    expect((await promote(rehearsal, { pipeline: 'mended' })).promotion.status).toBe('succeeded');
    expect(rehearsal.sandbox.journal().some(isStackOf('mended'))).toBe(true);
  });
});

const isStackOf = (name: string) => (entry: JournalEntry) =>
  entry.kind === 'decision' && entry.action === 'cloudformation:ExecuteChangeSet' && entry.resource.includes(name);
