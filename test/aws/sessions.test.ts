import { inspect } from 'node:util';
import { DescribeStacksCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTarget } from '#shared/aws/sessions.ts';
import { readStackStatus } from '#shared/aws/stacks.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';
import { sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import { aPurpose, aTarget, promotionId } from '#test/builders.ts';
import { awsError, canary, cloudFormation, fakeAws, sts, stsTrusts } from './fake-aws.ts';

fakeAws();
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-01-05T09:00:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const assumed = () => sts.commandCalls(AssumeRoleCommand).length;
const accessKeyOf = (purpose: Purpose) =>
  inTarget(purpose, async ({ cloudFormation: client }) => (await client.config.credentials()).accessKeyId);

describe('a session in a target', () => {
  it('is asked for with everything the trust policy requires, for 900 seconds', async () => {
    stsTrusts();
    await inTarget(aPurpose(), async () => {});
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy',
      RoleSessionName: `${promotionId}-execute`,
      DurationSeconds: 900,
      ExternalId: 'external-id-of-production',
      SourceIdentity: promotionId,
      Tags: [
        { Key: 'drawbridge:promotion', Value: promotionId },
        { Key: 'drawbridge:environment', Value: 'production' },
      ],
      Policy: sessionPolicy('execute', aPurpose()).text,
    });
  });

  it('works in the target’s region with the assumed credentials, and no others', async () => {
    stsTrusts();
    const purpose = aPurpose({ target: aTarget({ region: 'eu-central-1' }) });
    await inTarget(purpose, async (session) => {
      expect(session.purpose).toBe(purpose);
      expect(await session.cloudFormation.config.region()).toBe('eu-central-1');
      expect(await session.cloudFormation.config.credentials()).toMatchObject({
        accessKeyId: 'ASIA1',
        secretAccessKey: canary.secret,
        sessionToken: canary.token,
      });
    });
  });

  it.each<[string, Partial<Purpose>]>([
    ['another account', { target: aTarget({ account: '222222222222' }) }],
    ['another region', { target: aTarget({ region: 'us-east-1' }) }],
    ['another role', { role: 'preview' }],
    ['another promotion', { promotion: 'prm-0000000000000000' }],
    ['another environment', { environment: 'pre-production' }],
    ['another step', { step: 'verify' }],
    ['another kind of work', { kind: 'recover' }],
    ['other stacks', { stacks: ['orders-web'] }],
    ['another probe', { probe: 'drawbridge-verify-web' }],
    ['another bucket of artifacts', { artifacts: { prefix: 'drawbridge-artifacts-111111111111' } }],
  ])('is never shared with %s', async (_, change) => {
    stsTrusts();
    expect(await accessKeyOf(aPurpose())).toBe('ASIA1');
    expect(await accessKeyOf(aPurpose(change))).toBe('ASIA2');
    expect(await accessKeyOf(aPurpose())).toBe('ASIA1');
  });

  it.each([
    [0, 'ASIA1'],
    [839, 'ASIA1'],
    [840, 'ASIA2'],
    [900, 'ASIA2'],
  ])('of 900 s is asked for again after %i s: %s', async (seconds, accessKey) => {
    stsTrusts();
    await accessKeyOf(aPurpose());
    vi.setSystemTime(Date.now() + seconds * 1000);
    expect(await accessKeyOf(aPurpose())).toBe(accessKey);
  });
});

describe('the guard', () => {
  it.each<[string, { Account?: string; Arn?: string }]>([
    [
      'another account',
      {
        Account: '222222222222',
        Arn: `arn:aws:sts::222222222222:assumed-role/drawbridge-deploy/${promotionId}-execute`,
      },
    ],
    [
      'another role',
      {
        Account: '333333333333',
        Arn: `arn:aws:sts::333333333333:assumed-role/drawbridge-preview/${promotionId}-execute`,
      },
    ],
    ['nobody', {}],
  ])('refuses a session that is %s before any other call', async (_, identity) => {
    stsTrusts();
    sts.on(GetCallerIdentityCommand).resolves(identity);
    const work = vi.fn();
    await expect(inTarget(aPurpose(), work)).rejects.toMatchObject({
      name: 'GUARD_ACCOUNT',
      problem: { place: { account: '333333333333', region: 'eu-west-1' } },
    });
    expect(work).not.toHaveBeenCalled();
    expect(cloudFormation.calls()).toEqual([]);
    expect(sts.calls().map(({ args }) => args[0].constructor.name)).toEqual([
      'AssumeRoleCommand',
      'GetCallerIdentityCommand',
    ]);
  });

  it('does not let a refused session be used later', async () => {
    stsTrusts();
    sts.on(GetCallerIdentityCommand).resolvesOnce({ Account: '222222222222', Arn: 'arn:other' });
    await expect(accessKeyOf(aPurpose())).rejects.toMatchObject({ name: 'GUARD_ACCOUNT' });
    await expect(accessKeyOf(aPurpose())).rejects.toBeDefined();
    expect(assumed()).toBe(2);
  });
});

describe('a session that expired while it was used', () => {
  const stack = { StackId: 'arn:stack', StackStatus: 'UPDATE_COMPLETE' };
  const work = (purpose = aPurpose()) => inTarget(purpose, (session) => readStackStatus(session, 'orders-api'));

  it.each(['ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId'])(
    '(%s) is assumed again once, and the work repeated',
    async (code) => {
      stsTrusts();
      cloudFormation
        .on(DescribeStacksCommand)
        .rejectsOnce(awsError(code))
        .resolves({ Stacks: [stack] as never });
      expect(await work()).toEqual({ stackId: 'arn:stack', status: 'UPDATE_COMPLETE' });
      expect(assumed()).toBe(2);
      expect(cloudFormation).toHaveReceivedCommandTimes(DescribeStacksCommand, 2);
    },
  );

  it('is told of when it expires again', async () => {
    stsTrusts();
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('ExpiredToken'));
    await expect(work()).rejects.toMatchObject({ name: 'EXPIRED_CREDENTIALS' });
    expect(assumed()).toBe(2);
    expect(cloudFormation).toHaveReceivedCommandTimes(DescribeStacksCommand, 2);
  });

  it('is told of as well when the caller’s own session is over', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('ExpiredTokenException'));
    await expect(work()).rejects.toMatchObject({ name: 'EXPIRED_CREDENTIALS' });
    expect(assumed()).toBe(2);
  });

  it('is not assumed again for any other error', async () => {
    stsTrusts();
    cloudFormation.on(DescribeStacksCommand).rejects(awsError('AccessDenied'));
    await expect(work()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    expect(assumed()).toBe(1);
  });
});

describe('when the role cannot be assumed', () => {
  const caller = 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-execute';
  const denial = `User: ${caller} is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy`;

  it.each<[string, Error, string]>([
    ['a denial', awsError('AccessDenied', denial, 403), 'ASSUME_ROLE_DENIED'],
    ['a denial by its other name', awsError('AccessDeniedException', denial, 403), 'ASSUME_ROLE_DENIED'],
    [
      'a region that is not activated',
      awsError('RegionDisabledException', 'STS is not activated', 403),
      'REGION_DISABLED',
    ],
    ['throttling', awsError('Throttling', 'Rate exceeded'), 'THROTTLED'],
    ['a broken STS', awsError('InternalFailure', 'x', 500), 'AWS_UNREACHABLE'],
    ['a malformed request', awsError('ValidationError'), 'SESSION_REQUEST_INVALID'],
    [
      'a source identity it may not set',
      awsError('AccessDenied', denial.replace('AssumeRole', 'SetSourceIdentity'), 403),
      'SOURCE_IDENTITY_DENIED',
    ],
    [
      'a denial by the organization',
      awsError('AccessDenied', `${denial} with an explicit deny in a service control policy`, 403),
      'ASSUME_ROLE_ORGANIZATION',
    ],
    ['a wrong clock', awsError('RequestTimeTooSkewed', 'x', 403), 'CLOCK_SKEWED'],
  ])('%s is reported in the catalogue’s words', async (_, error, code) => {
    sts.on(AssumeRoleCommand).rejects(error);
    await expect(inTarget(aPurpose(), async () => {})).rejects.toMatchObject({ name: code });
    expect(assumed()).toBe(1);
  });

  it('says in which region STS was asked, since it is another one for the guard', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('Throttling'));
    await expect(inTarget(aPurpose(), async () => {})).rejects.toThrow(/^AWS STS in eu-west-1 is throttling/);
    stsTrusts();
    sts.on(GetCallerIdentityCommand).rejects(awsError('Throttling'));
    const elsewhere = aPurpose({ target: aTarget({ region: 'us-east-1' }) });
    await expect(inTarget(elsewhere, async () => {})).rejects.toThrow(/^AWS STS in us-east-1 is throttling/);
  });

  it('names the role, the place, and the caller as STS says it', async () => {
    sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', denial, 403));
    await expect(inTarget(aPurpose(), async () => {})).rejects.toMatchObject({
      problem: {
        cause: `${caller} may not assume arn:aws:iam::333333333333:role/drawbridge/drawbridge-deploy (sts:AssumeRole).`,
        place: { account: '333333333333', region: 'eu-west-1' },
      },
    });
    sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'Access denied', 403));
    await expect(inTarget(aPurpose(), async () => {})).rejects.toThrow(/^The orchestrator role may not assume/);
  });

  it.each<[string, object]>([
    ['none', {}],
    ['no secret', { AccessKeyId: 'ASIA1', Expiration: new Date() }],
    ['no end', { AccessKeyId: 'ASIA1', SecretAccessKey: 'x' }],
  ])('an answer with incomplete credentials (%s) is an error', async (_, Credentials) => {
    sts.on(AssumeRoleCommand).resolves({ Credentials: Credentials as never });
    await expect(inTarget(aPurpose(), async () => {})).rejects.toMatchObject({ name: 'AWS_REFUSED' });
  });
});

it('says so when no region is set for who assumes the role', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  vi.resetModules();
  const fresh = await import('#shared/aws/sessions.ts');
  sts.on(AssumeRoleCommand).rejects(awsError('Throttling'));
  await expect(fresh.inTarget(aPurpose(), async () => {})).rejects.toThrow(/^AWS STS in an unset region is throttling/);
});

it('takes a session without a session token as it is', async () => {
  stsTrusts();
  const Credentials = { AccessKeyId: 'ASIA0', SecretAccessKey: 'x', SessionToken: undefined, Expiration: new Date() };
  sts.on(AssumeRoleCommand).resolves({ Credentials });
  const Arn = `arn:aws:sts::333333333333:assumed-role/drawbridge-deploy/${promotionId}-execute`;
  sts.on(GetCallerIdentityCommand).resolves({ Account: '333333333333', Arn });
  expect(await accessKeyOf(aPurpose())).toBe('ASIA0');
});

it('credentials and the external id are in no error, however closely it is looked at', async () => {
  stsTrusts();
  cloudFormation.on(ExecuteChangeSetCommand).rejects(awsError('AccessDenied', 'not authorized', 403));
  const errors = [
    inTarget(aPurpose(), (session) => session.cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName: 'x' }))),
    inTarget(aPurpose({ role: 'audit' }), async () => {
      sts.on(GetCallerIdentityCommand).resolves({});
      return inTarget(aPurpose({ role: 'preview' }), async () => {});
    }),
  ].map((failing) =>
    failing.then(
      () => 'nothing failed',
      (error: unknown) => `${inspect(error, { depth: 20, showHidden: true })}${JSON.stringify(error)}`,
    ),
  );
  for (const text of await Promise.all(errors)) {
    expect(text).toMatch(/AccessDenied|GUARD_ACCOUNT/);
    expect(text).not.toMatch(/CANARY|external-id-of/);
  }
});
