/** The ways into the orchestrator account without a static key, against the shipped templates: CI runners, and users with a second factor. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AssumeRoleWithWebIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPromotions, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { deployTemplate } from '#cli/rehearsal/administrator.ts';
import { mfaCode } from '#sandbox/iam/mfa.ts';
import { createAccessKey, createUser, defaultUserSettings, registerMfaDevice } from '#sandbox/iam/users.ts';
import { sharedServicesAccount as home, homeRegion } from '#sandbox/organization.ts';
import { type GitHubJob, gitHubToken } from '#sandbox/sts/web-identity/github-token.ts';
import { type Api, type ApiCredentials, callApi } from '#shared/aws/api.ts';
import { openRehearsal, type Rehearsal, root } from './rehearsed-world.ts';
import { smallRelease } from './small-release.ts';

let rehearsal: Rehearsal;
let roleArn = '';
beforeAll(async () => {
  rehearsal = await openRehearsal();
  roleArn = await ciRole('drawbridge-ci', {});
}, 180_000);

/** Deploys accounts/ci-oidc.yml for acme/orders. Answers the ARN of the role. */
async function ciRole(RoleName: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const outputs = await deployTemplate(rehearsal.sandbox, {
    account: home,
    region: homeRegion,
    stackName: RoleName,
    body: readFileSync(join(root, 'accounts/ci-oidc.yml'), 'utf8'),
    parameters: {
      RoleName,
      Repository: 'acme/orders',
      RepositoryId: '424242',
      Environment: 'production',
      ApiId: rehearsal.outputs['HttpApiId'] ?? '',
      ...parameters,
    },
  });
  return outputs['RoleArn'] ?? '';
}

afterAll(() => rehearsal.close());

const job: GitHubJob = { repository: 'acme/orders', repositoryId: '424242', environment: 'production' };
const client = (credentials?: ApiCredentials) =>
  new STSClient({
    endpoint: rehearsal.sandbox.endpoint,
    region: homeRegion,
    maxAttempts: 1,
    ...(credentials ? { credentials } : {}),
  });
const apiAs = (credentials: ApiCredentials): Api => ({ ...rehearsal.apiAs('alice'), credentials });

async function runner(changes: Partial<GitHubJob> = {}, role = roleArn): Promise<Api> {
  const WebIdentityToken = gitHubToken(rehearsal.sandbox, { ...job, ...changes });
  const answer = await client().send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn: role, RoleSessionName: 'run-17', WebIdentityToken }),
  );
  return apiAs(credentialsIn(answer));
}

function credentialsIn({
  Credentials: issued,
}: {
  Credentials?:
    | { AccessKeyId: string | undefined; SecretAccessKey: string | undefined; SessionToken: string | undefined }
    | undefined;
}): ApiCredentials {
  return {
    accessKeyId: issued?.AccessKeyId ?? '',
    secretAccessKey: issued?.SecretAccessKey ?? '',
    sessionToken: issued?.SessionToken ?? '',
  };
}

describe('a CI runner of the trusted repository', () => {
  it('publishes a release and asks for its promotion, which is recorded as asked for by the role', async () => {
    const api = await runner();
    const { digest } = await publishRelease(api, await smallRelease({ pipeline: 'from-ci' }));
    const promotion = await requestPromotion(api, { release: digest, idempotencyKey: 'ci-run-17-attempt-1' });
    expect(promotion).toMatchObject({ requestedBy: `arn:aws:iam::${home}:role/drawbridge-ci` });
    expect((await listPromotions(api, 'from-ci')).map(({ id }) => id)).toEqual([promotion.id]);
    await rehearsal.sandbox.run();
  });

  it('cannot do what people do with promotions', async () => {
    const api = await runner();
    for (const path of ['/v1/promotions/prm-1/approvals', '/v1/promotions/prm-1/abort', '/v1/other']) {
      await expect(callApi(api, { method: 'POST', path, body: {} })).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    }
  });

  it.each<[string, Partial<GitHubJob>]>([
    ['another environment', { environment: 'staging' }],
    ['another repository', { repository: 'mallory/orders', repositoryId: '7' }],
    ['the old name of a repository that was renamed', { repositoryId: '7' }],
    ['another audience', { audience: 'https://github.com/acme' }],
    ['ids in its subject, where the role expects none', { ownerId: '1001' }],
  ])('does not get in with %s', async (_, changes) => {
    await expect(runner(changes)).rejects.toThrow(/Not authorized to perform|Incorrect token audience/);
  });
});

describe('a CI runner of a repository whose subjects have ids in them', () => {
  it('gets in as the repository of that owner, and as no other', async () => {
    const role = await ciRole('drawbridge-ci-ids', { OwnerId: '1001', CreateProvider: 'false' });
    // It is let in, and told that there is nothing yet.
    await expect(listPromotions(await runner({ ownerId: '1001' }, role), 'orders')).rejects.toMatchObject({
      name: 'PIPELINE_UNKNOWN',
    });
    for (const other of [{}, { ownerId: '1002' }, { ownerId: '1001', repositoryId: '7' }])
      await expect(runner(other, role)).rejects.toThrow(/Not authorized to perform/);
  });
});

describe('an IAM user of the orchestrator account', () => {
  it('gets in with a second factor alone, and is the actor', async () => {
    const { sandbox } = rehearsal;
    const Condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } };
    const Statement = [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*', Condition }];
    const settings = { ...defaultUserSettings, inlinePolicies: { api: { Version: '2012-10-17', Statement } } };
    const user = createUser(sandbox, { account: home, name: 'erin', path: '/', settings });
    const { serialNumber, seed } = registerMfaDevice(sandbox, user);
    const { id, secretAccessKey } = createAccessKey(sandbox, user);
    const key = { accessKeyId: id, secretAccessKey };
    const plain = credentialsIn(await client(key).send(new GetSessionTokenCommand({})));
    for (const credentials of [key, plain]) {
      await expect(listPromotions(apiAs(credentials), 'small')).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    }
    const factor = { SerialNumber: serialNumber, TokenCode: mfaCode(seed, sandbox.now()) };
    const api = apiAs(credentialsIn(await client(key).send(new GetSessionTokenCommand(factor))));
    const { digest } = await publishRelease(api, await smallRelease({ pipeline: 'from-erin' }));
    const promotion = await requestPromotion(api, { release: digest, idempotencyKey: 'erin-1-attempt-1-of-1' });
    expect(promotion).toMatchObject({ requestedBy: `arn:aws:iam::${home}:user/erin` });
    await sandbox.run();
  });
});
