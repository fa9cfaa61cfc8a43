/** Temporary credentials over the wire: issued anew each time, checked whole, gone after their time, and renewed once by our own code. */
import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { homeRegion } from '#sandbox/organization.ts';
import { readTarget, type TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { TargetSession } from '#shared/aws/sessions.ts';
import { readStackStatus } from '#shared/aws/stacks.ts';
import type { Purpose } from '#shared/domain/trust/purpose.ts';
import {
  administrator,
  assume,
  assumption,
  type Credentials,
  clientsAs,
  functionCredentials,
  ledgerOf,
  person,
} from './clients.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 120_000);
afterAll(() => rehearsal.close());

const seconds = 1000;
const orchestrator = () => clientsAs(rehearsal, functionCredentials(rehearsal, 'drawbridge-plan'));
const session = async (role: string) => assume(orchestrator().sts, await assumption(rehearsal, role, production));

describe('a session', () => {
  it('has credentials that no other has, for exactly the time that was asked for', async () => {
    const asked = new AssumeRoleCommand(await assumption(rehearsal, 'preview', production));
    const [first, second] = [await orchestrator().sts.send(asked), await orchestrator().sts.send(asked)];
    for (const part of ['AccessKeyId', 'SecretAccessKey', 'SessionToken'] as const) {
      expect(first.Credentials?.[part]).toMatch(/^\S{16,}$/);
      expect(first.Credentials?.[part]).not.toBe(second.Credentials?.[part]);
    }
    expect(first.Credentials?.Expiration?.getTime()).toBe(rehearsal.sandbox.now() + 900 * seconds);
    expect(first.Credentials?.AccessKeyId).toMatch(/^ASIA/);
  });

  it('works for 899 seconds and is over after 901', async () => {
    const { cloudFormation, sts } = clientsAs(rehearsal, await session('preview'));
    await rehearsal.sandbox.advance(899 * seconds);
    expect(await codeOf(cloudFormation.send(new DescribeStacksCommand({ StackName: 'none' })))).toBe('ValidationError');
    await rehearsal.sandbox.advance(2 * seconds);
    expect(await codeOf(cloudFormation.send(new DescribeStacksCommand({ StackName: 'none' })))).toBe('ExpiredToken');
    expect(await codeOf(sts.send(new GetCallerIdentityCommand({})))).toBe('ExpiredToken');
  });

  it.each<[string, (issued: Credentials) => Credentials, string]>([
    [
      'a wrong secret',
      (issued) => ({ ...issued, secretAccessKey: flipped(issued.secretAccessKey) }),
      'SignatureDoesNotMatch',
    ],
    ['a wrong token', (issued) => ({ ...issued, sessionToken: flipped(issued.sessionToken) }), 'InvalidClientTokenId'],
    [
      'a token cut short',
      (issued) => ({ ...issued, sessionToken: issued.sessionToken.slice(0, -1) }),
      'InvalidClientTokenId',
    ],
    ['no token', (issued) => ({ ...issued, sessionToken: '' }), 'InvalidClientTokenId'],
    ['an unknown key', (issued) => ({ ...issued, accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }), 'InvalidClientTokenId'],
    [
      "another session's token",
      (issued) => ({ ...issued, sessionToken: person(rehearsal, 'alice').sessionToken }),
      'InvalidClientTokenId',
    ],
  ])('is not admitted with %s', async (_, spoilt, code) => {
    const issued = spoilt(await session('deploy'));
    expect(await codeOf(clientsAs(rehearsal, issued).sts.send(new GetCallerIdentityCommand({})))).toBe(code);
  });

  const sso = (set: string) => `arn:aws:sts::111111111111:assumed-role/AWSReservedSSO_${set}`;
  it.each<[string, () => Promise<Credentials> | Credentials, string | RegExp]>([
    ['alice', () => person(rehearsal, 'alice'), new RegExp(`^${sso('ReleaseManager')}_[0-9a-f]{16}/alice$`)],
    ['carol', () => person(rehearsal, 'carol'), new RegExp(`^${sso('PlatformAdministrator')}_[0-9a-f]{16}/carol$`)],
    ['dave', () => person(rehearsal, 'dave'), new RegExp(`^${sso('Viewer')}_[0-9a-f]{16}/dave$`)],
    [
      'the plan function',
      () => functionCredentials(rehearsal, 'drawbridge-plan'),
      'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-plan',
    ],
    [
      'the API function',
      () => functionCredentials(rehearsal, 'drawbridge-api'),
      'arn:aws:sts::111111111111:assumed-role/drawbridge-api/drawbridge-api',
    ],
    ...['preview', 'deploy', 'audit'].map(
      (role) =>
        [
          `the ${role} role of production`,
          () => session(role),
          `arn:aws:sts::333333333333:assumed-role/drawbridge-${role}/prm-test-session`,
        ] as [string, () => Promise<Credentials>, string],
    ),
    [
      'the administrator of pre-production',
      () => administrator(rehearsal, preProduction.account),
      'arn:aws:sts::222222222222:assumed-role/OrganizationAccountAccessRole/test',
    ],
  ])('of %s says who it is', async (_, credentials, arn) => {
    const identity = await clientsAs(rehearsal, await credentials()).sts.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toMatch(arn);
    expect(identity.Account).toBe(identity.Arn?.split(':')[4]);
    expect(identity.UserId).toMatch(/^AROA[A-Z0-9]{17}:/);
  });
});

describe('working in a target', () => {
  let target: TargetRecord;
  let inTarget: typeof import('#shared/aws/sessions.ts')['inTarget'];
  const purpose = (): Purpose => ({
    target,
    role: 'preview',
    promotion: 'prm-0123456789abcdef',
    environment: 'production',
    step: 'plan',
    kind: 'read',
    stacks: ['none'],
  });
  const look = (guarded: TargetSession) => readStackStatus(guarded, 'none');
  const assumed = () => rehearsal.sandbox.calls()['sts']?.['AssumeRole'] ?? 0;

  beforeAll(async () => {
    target = await readTarget(ledgerOf(rehearsal), 'production');
  });
  beforeEach(async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = functionCredentials(rehearsal, 'drawbridge-plan');
    vi.stubEnv('AWS_ENDPOINT_URL', rehearsal.sandbox.endpoint);
    vi.stubEnv('AWS_REGION', homeRegion);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
    vi.useFakeTimers({ toFake: ['Date'], now: rehearsal.sandbox.now() });
    // A process of its own for each test: no session is kept, and no client has learnt how wrong its clock is.
    vi.resetModules();
    ({ inTarget } = await import('#shared/aws/sessions.ts'));
    rehearsal.sandbox.resetCalls();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('asks for one session and keeps to it', async () => {
    await inTarget(purpose(), look);
    await inTarget(purpose(), look);
    expect(rehearsal.sandbox.calls()['sts']).toEqual({ AssumeRole: 1, GetCallerIdentity: 1 });
  });

  it.each([
    ['another step', { step: 'verify' }],
    ['another role', { role: 'deploy' }],
    ['another promotion', { promotion: 'prm-fedcba9876543210' }],
    ['another environment', { environment: 'elsewhere' }],
  ] as const)('asks for a session of its own for %s', async (_, other) => {
    await inTarget(purpose(), look);
    await inTarget({ ...purpose(), ...other }, look);
    expect(assumed()).toBe(2);
  });

  it('does not begin with a session in its last minute', async () => {
    await inTarget(purpose(), look);
    await rehearsal.sandbox.advance(841 * seconds);
    vi.setSystemTime(rehearsal.sandbox.now());
    await inTarget(purpose(), look);
    expect(assumed()).toBe(2);
    expect(expiredCalls()).toBe(0);
  });

  it('assumes the role again exactly once when the session ends in the middle of the work, and the work succeeds', async () => {
    let runs = 0;
    const answer = await inTarget(purpose(), async (guarded) => {
      runs += 1;
      await look(guarded);
      if (runs === 1) await rehearsal.sandbox.advance(901 * seconds);
      await look(guarded);
      return `run ${runs}`;
    });
    expect(answer).toBe('run 2');
    expect(assumed()).toBe(2);
  });

  it('gives up, and says why, when the second session ends as well', async () => {
    let runs = 0;
    const work = inTarget(purpose(), async (guarded) => {
      runs += 1;
      await rehearsal.sandbox.advance(901 * seconds);
      await look(guarded);
    });
    await expect(work).rejects.toMatchObject({ problem: { code: 'EXPIRED_CREDENTIALS' } });
    expect(runs).toBe(2);
    expect(assumed()).toBe(2);
  });

  it('does not assume again for a refusal of another kind', async () => {
    const work = inTarget({ ...purpose(), role: 'audit' }, ({ cloudFormation }) =>
      cloudFormation.send(new DescribeStacksCommand({ StackName: 'none' })),
    );
    await expect(work).rejects.toThrow(/does not exist/);
    expect(assumed()).toBe(1);
  });

  it.each([-600, 600])('gets by with a clock that is %i seconds wrong', async (wrong) => {
    vi.setSystemTime(rehearsal.sandbox.now() + wrong * seconds);
    expect(await inTarget(purpose(), look)).toBeUndefined();
    expect(assumed()).toBe(1);
  });

  it('says which role was refused to whom', async () => {
    const work = inTarget({ ...purpose(), target: { ...target, externalId: 'guessed' } }, look);
    await expect(work).rejects.toMatchObject({
      problem: {
        code: 'ASSUME_ROLE_DENIED',
        cause: expect.stringMatching(
          /assumed-role\/drawbridge-orchestrator\/drawbridge-plan .*role\/drawbridge\/drawbridge-preview/,
        ),
        place: { account: production.account, region: homeRegion },
      },
    });
    expect(assumed()).toBe(1);
  });

  function expiredCalls(): number {
    return rehearsal.sandbox.journal().filter((entry) => entry.kind === 'call' && entry.error === 'ExpiredToken')
      .length;
  }
});

/** The text with its tenth character replaced by another one. */
function flipped(text: string): string {
  return `${text.slice(0, 10)}${text[10] === 'A' ? 'B' : 'A'}${text.slice(11)}`;
}

function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  return call.then(
    () => undefined,
    (error: Error) => error.name,
  );
}
