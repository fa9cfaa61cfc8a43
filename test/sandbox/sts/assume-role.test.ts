import type { AssumeRoleCommandInput, AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { authorise } from '#sandbox/iam/authorise.ts';
import { createRole, defaultSettings, removeRole } from '#sandbox/iam/roles.ts';
import { iamAccount } from '#sandbox/iam/state.ts';
import type { SessionCaller } from '#sandbox/kernel.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { callerOf, openSession, sessionOf } from '#sandbox/sts/sessions.ts';
import {
  type IamSandbox,
  iamSandbox,
  perform,
  policyDocument,
  start,
  statement,
  thrown,
  trusting,
} from '../iam/sandbox-stub.ts';

const shared = '111111111111';
const production = '333333333333';
const stsActions = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
const externalId = 'external-id-of-production';
const condition = {
  StringEquals: { 'sts:ExternalId': externalId },
  StringLike: {
    'sts:SourceIdentity': 'prm-*',
    'aws:RequestTag/drawbridge:promotion': '?*',
    'aws:RequestTag/drawbridge:environment': '?*',
  },
};

let sandbox: IamSandbox;
let orchestrator: SessionCaller;

const make = (
  name: string,
  trust: unknown,
  more: { account?: string; inlinePolicies?: object; maxSessionDuration?: number } = {},
) =>
  createRole(sandbox, {
    account: shared,
    path: '/',
    name,
    trust,
    settings: { ...defaultSettings, ...more } as never,
    ...(more.account ? { account: more.account, path: '/drawbridge/' } : {}),
  });

beforeEach(() => {
  sandbox = iamSandbox();
  const inlinePolicies = { targets: policyDocument(statement(stsActions, 'arn:aws:iam::*:role/drawbridge/*')) };
  const role = make('drawbridge-orchestrator', trusting({ Service: 'lambda.amazonaws.com' }), { inlinePolicies });
  const trust = policyDocument(
    ...stsActions.map((Action) => ({ Effect: 'Allow', Principal: { AWS: role.arn }, Action, Condition: condition })),
  );
  make('drawbridge-deploy', trust, { account: production, inlinePolicies: { all: policyDocument(statement('*')) } });
  make('open', policyDocument({ Effect: 'Allow', Principal: { AWS: role.arn }, Action: stsActions }), {
    account: production,
    maxSessionDuration: 7200,
    inlinePolicies: { all: policyDocument(statement('*')) },
  });
  orchestrator = openSession(sandbox, {
    roleArn: role.arn,
    sessionName: 'drawbridge-execute',
    service: 'lambda.amazonaws.com',
    durationSeconds: 3600,
  }).caller;
  sandbox.journal.length = 0;
});

const target = (name: string) => `arn:aws:iam::${production}:role/drawbridge/${name}`;
const tags = [
  { Key: 'drawbridge:promotion', Value: 'prm-7' },
  { Key: 'drawbridge:environment', Value: 'production' },
];
const right: AssumeRoleCommandInput = {
  RoleArn: target('drawbridge-deploy'),
  RoleSessionName: 'prm-7-execute',
  DurationSeconds: 900,
  ExternalId: externalId,
  SourceIdentity: 'prm-7',
  Tags: tags,
};
const simple: AssumeRoleCommandInput = { RoleArn: target('open'), RoleSessionName: 'prm-7' };

type Asked = { input: AssumeRoleCommandInput; caller?: SessionCaller; region?: string };
const assume = ({ input, caller = orchestrator, region = 'eu-west-1' }: Asked) =>
  perform(sandbox, stsService.operations['AssumeRole']!, { input, caller, region }) as AssumeRoleCommandOutput;
const refusal = (asked: Asked) => thrown(() => assume(asked));
const sessionFrom = (input: AssumeRoleCommandInput, caller = orchestrator) =>
  callerOf(sandbox, String(assume({ input, caller }).Credentials?.AccessKeyId))!;

const user = `User: arn:aws:sts::${shared}:assumed-role/drawbridge-orchestrator/drawbridge-execute`;
const denied = (action = 'sts:AssumeRole', resource = target('drawbridge-deploy')) =>
  `AccessDenied: ${user} is not authorized to perform: ${action} on resource: ${resource}`;

describe('AssumeRole opens a session', () => {
  it('of the role, with everything it was given', () => {
    const answer = assume({ input: right });
    const role = iamAccount(sandbox.world, production).roles['drawbridge-deploy']!;
    expect(answer).toEqual({
      Credentials: {
        AccessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
        SecretAccessKey: expect.stringMatching(/^[\w+/]{40}$/),
        SessionToken: expect.stringMatching(/^[\w+/]{300}$/),
        Expiration: new Date(start + 900_000),
      },
      AssumedRoleUser: {
        AssumedRoleId: `${role.id}:prm-7-execute`,
        Arn: `arn:aws:sts::${production}:assumed-role/drawbridge-deploy/prm-7-execute`,
      },
      PackedPolicySize: expect.any(Number),
      SourceIdentity: 'prm-7',
    });
    const stored = sessionOf(sandbox.world, String(answer.Credentials?.AccessKeyId))!;
    expect(stored).toMatchObject({
      secretAccessKey: answer.Credentials?.SecretAccessKey,
      sessionToken: answer.Credentials?.SessionToken,
      issuedAt: start,
      chained: true,
      caller: {
        account: production,
        roleArn: role.arn,
        roleId: role.id,
        sourceIdentity: 'prm-7',
        transitiveTagKeys: [],
      },
    });
    expect(stored.caller).toHaveProperty('tags', {
      'drawbridge:promotion': 'prm-7',
      'drawbridge:environment': 'production',
    });
  });

  it('with other credentials every time', () => {
    const [first, second] = [assume({ input: simple }).Credentials!, assume({ input: simple }).Credentials!];
    for (const part of ['AccessKeyId', 'SecretAccessKey', 'SessionToken'] as const) {
      expect(first[part]).not.toBe(second[part]);
    }
  });

  it('for an hour unless asked otherwise, and without what was not given', () => {
    const { Credentials, ...rest } = assume({ input: simple });
    expect(Credentials?.Expiration).toEqual(new Date(start + 3_600_000));
    expect(Object.keys(rest)).toEqual(['AssumedRoleUser']);
  });

  it('and records the three decisions', () => {
    assume({ input: right });
    expect(sandbox.journal.map((entry) => entry.kind === 'decision' && [entry.action, entry.allowed])).toEqual(
      stsActions.map((action) => [action, true]),
    );
  });

  it('that a session policy narrows', () => {
    const Policy = JSON.stringify(policyDocument(statement('s3:GetObject')));
    const caller = sessionFrom({ ...simple, Policy });
    const key = { resource: 'arn:aws:s3:::b/k' };
    expect(thrown(() => authorise(sandbox, caller, { action: 's3:GetObject', ...key }))).toBeUndefined();
    expect(thrown(() => authorise(sandbox, caller, { action: 's3:PutObject', ...key }))).toContain(
      'no session policy allows',
    );
  });
});

describe('AssumeRole keeps out, telling no reason', () => {
  it.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    ['no external id', { ExternalId: undefined }, 'sts:AssumeRole'],
    ['another external id', { ExternalId: 'other' }, 'sts:AssumeRole'],
    ['no source identity', { SourceIdentity: undefined }, 'sts:AssumeRole'],
    ['a source identity of another form', { SourceIdentity: 'usr-alice' }, 'sts:AssumeRole'],
    ['no tags', { Tags: undefined }, 'sts:AssumeRole'],
    ['one tag missing', { Tags: tags.slice(1) }, 'sts:AssumeRole'],
    ['an empty tag', { Tags: [{ Key: 'drawbridge:promotion', Value: '' }, tags[1]!] }, 'sts:AssumeRole'],
  ])('%s', (_name, changes, action) => {
    expect(refusal({ input: { ...right, ...changes } as AssumeRoleCommandInput })).toBe(denied(action));
  });

  it('a role that does not exist, with the same words', () => {
    const RoleArn = target('nobody');
    expect(refusal({ input: { ...right, RoleArn } })).toBe(denied('sts:AssumeRole', RoleArn));
  });

  it('a role of that name under another path', () => {
    const RoleArn = `arn:aws:iam::${production}:role/drawbridge-deploy`;
    expect(refusal({ input: { ...right, RoleArn } })).toBe(denied('sts:AssumeRole', RoleArn));
  });

  it('an orchestrator that was deleted and made again', () => {
    const role = iamAccount(sandbox.world, shared).roles['drawbridge-orchestrator']!;
    const inlinePolicies = { targets: policyDocument(statement(stsActions)) };
    removeRole(sandbox.world, role, { inlinePolicies, attachedPolicies: [] });
    expect(refusal({ input: right })).toBe(denied());
    const again = make('drawbridge-orchestrator', trusting({ Service: 'lambda.amazonaws.com' }), { inlinePolicies });
    const { caller } = openSession(sandbox, {
      roleArn: again.arn,
      sessionName: 'drawbridge-execute',
      service: 'lambda.amazonaws.com',
      durationSeconds: 3600,
    });
    expect(refusal({ input: right, caller })).toBe(denied());
    expect(sandbox.journal.at(-1)).toMatchObject({
      allowed: false,
      reason: 'the trust policy of the role does not allow it',
    });
  });

  it('a caller whose own policies do not let it', () => {
    const other = make('other', trusting({ AWS: orchestrator.roleArn }), {});
    const caller = sessionFrom({ RoleArn: other.arn, RoleSessionName: 'x1' });
    expect(refusal({ input: simple, caller })).toContain(
      'assumed-role/other/x1 is not authorized to perform: sts:AssumeRole',
    );
  });

  it('a role whose trust policy cannot be read', () => {
    iamAccount(sandbox.world, production).roles['open']!.trust = '{}';
    expect(refusal({ input: simple })).toBe(denied('sts:AssumeRole', target('open')));
  });

  it('an AWS service, which opens sessions by other means', () => {
    const caller = { kind: 'service', service: 'events.amazonaws.com', account: shared } as never;
    expect(refusal({ input: simple, caller })).toBe('AccessDenied: Only role sessions and users may call AssumeRole.');
  });
});

describe('AssumeRole refuses input in the words of AWS', () => {
  const one = '1 validation error detected: ';
  const failed = (value: unknown, member: string, constraint: string) =>
    `Value '${value}' at '${member}' failed to satisfy constraint: Member must ${constraint}`;
  const long = 'x'.repeat(65);
  it.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    [
      '899 s',
      { DurationSeconds: 899 },
      one + failed(899, 'durationSeconds', 'have value greater than or equal to 900'),
    ],
    [
      '43,201 s',
      { DurationSeconds: 43_201 },
      one + failed(43_201, 'durationSeconds', 'have value less than or equal to 43200'),
    ],
    [
      'more than the role allows',
      { DurationSeconds: 7201 },
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    [
      'more than an hour of a chained session',
      { DurationSeconds: 3601 },
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    ],
    [
      'a session name of one character',
      { RoleSessionName: 'x' },
      one + failed('x', 'roleSessionName', 'have length greater than or equal to 2'),
    ],
    [
      'a session name of 65',
      { RoleSessionName: long },
      one + failed(long, 'roleSessionName', 'have length less than or equal to 64'),
    ],
    [
      'a session name with a space',
      { RoleSessionName: 'a b' },
      one + failed('a b', 'roleSessionName', 'satisfy regular expression pattern: [\\w+=,.@-]*'),
    ],
    [
      'an external id of one character',
      { ExternalId: 'x' },
      one + failed('x', 'externalId', 'have length greater than or equal to 2'),
    ],
    [
      'an external id with a space',
      { ExternalId: 'a b' },
      one + failed('a b', 'externalId', 'satisfy regular expression pattern: [\\w+=,.@:\\/-]*'),
    ],
    [
      'a source identity of one character',
      { SourceIdentity: 'x' },
      one + failed('x', 'sourceIdentity', 'have length greater than or equal to 2'),
    ],
    [
      'several at once',
      { DurationSeconds: 1, RoleSessionName: 'x' },
      `2 validation errors detected: ${failed('x', 'roleSessionName', 'have length greater than or equal to 2')}; ${failed(1, 'durationSeconds', 'have value greater than or equal to 900')}`,
    ],
    ['a short ARN', { RoleArn: 'arn' }, one + failed('arn', 'roleArn', 'have length greater than or equal to 20')],
    [
      'an ARN of something else',
      { RoleArn: 'arn:aws:iam::333333333333:user/ann' },
      'arn:aws:iam::333333333333:user/ann is invalid',
    ],
    [
      '51 tags',
      { Tags: Array.from({ length: 51 }, (_, n) => ({ Key: `k${n}`, Value: '' })) },
      one + failed('[51 members]', 'tags', 'have length less than or equal to 50'),
    ],
    [
      'an empty tag key',
      { Tags: [{ Key: '', Value: '' }] },
      one + failed('', 'tags.1.member.key', 'have length greater than or equal to 1'),
    ],
    [
      'a session policy over 2,048 characters',
      { Policy: 'x'.repeat(2049) },
      one + failed('x'.repeat(2049), 'policy', 'have length less than or equal to 2048'),
    ],
    [
      'a managed session policy, which is not modelled',
      { PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }] },
      'The sandbox does not model PolicyArns of AssumeRole.',
    ],
    [
      'a code that is none',
      { SerialNumber: 'GAHT12345678', TokenCode: 'abc' },
      `2 validation errors detected: ${failed('abc', 'tokenCode', 'have length greater than or equal to 6')}; ${failed('abc', 'tokenCode', 'satisfy regular expression pattern: [\\d]*')}`,
    ],
  ])('%s', (_name, changes, message) => {
    expect(refusal({ input: { ...simple, ...changes } })).toBe(`ValidationError: ${message}`);
  });

  it.each<[string, Partial<AssumeRoleCommandInput>, string]>([
    [
      'one key twice',
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'A', Value: '2' },
        ],
      },
      'InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      'a system tag',
      { Tags: [{ Key: 'aws:x', Value: '1' }] },
      'InvalidParameterValue: System tags cannot be added: a tag key must not begin with aws:.',
    ],
    [
      'a transitive key without its tag',
      { TransitiveTagKeys: ['a'] },
      'InvalidParameterValue: The specified transitive tag key must be included in the requested tags.',
    ],
    [
      'a session policy that is not JSON',
      { Policy: '{' },
      'MalformedPolicyDocument: Syntax errors in policy: Invalid input: expected object, received undefined.',
    ],
    [
      'a session policy with a principal',
      { Policy: JSON.stringify(policyDocument({ ...statement('*'), Principal: '*' })) },
      'MalformedPolicyDocument: Syntax errors in policy: Principal is prohibited here (at /Statement/0).',
    ],
  ])('%s', (_name, changes, error) => {
    expect(refusal({ input: { ...simple, ...changes } })).toBe(error);
  });

  it('a session policy or tags that do not pack', () => {
    const letters = sandbox.mint('noise', 1900, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
    const Policy = JSON.stringify(policyDocument(statement('s3:*', `arn:aws:s3:::${letters}`)));
    expect(refusal({ input: { ...simple, Policy } })).toMatch(
      /^PackedPolicyTooLarge: Packed policy consumes 1\d\d% of allotted space, please use smaller policy\.$/,
    );
    const Tags = Array.from({ length: 8 }, (_, n) => ({ Key: `k${n}`, Value: letters.slice(n * 200, n * 200 + 200) }));
    expect(refusal({ input: { ...simple, Tags } })).toMatch(
      /^PackedPolicyTooLarge: Packed size of session tags consumes 1\d\d% of allotted space\.$/,
    );
  });

  it.each([
    [shared, 'where the caller'],
    [production, 'where the role'],
  ])('a region that is disabled in account %s, %s lives', (id) => {
    const { accounts } = sandbox.world.organization;
    accounts[id] = { ...accounts[id]!, disabledRegions: ['ap-east-1'] };
    expect(refusal({ input: simple, region: 'ap-east-1' })).toBe(
      `RegionDisabledException: STS is not activated in this region for account:${id}. Your account administrator can activate STS in this region using the IAM Console.`,
    );
    expect(assume({ input: simple }).Credentials).toBeDefined();
  });
});

describe('role chaining', () => {
  const chainable = { ...simple, SourceIdentity: 'prm-7', Tags: tags, TransitiveTagKeys: ['drawbridge:promotion'] };
  const next = (trustActions: string[] = stsActions) => {
    const trust = policyDocument({ Effect: 'Allow', Principal: { AWS: target('open') }, Action: trustActions });
    return make('next', trust, { account: production });
  };

  it('keeps source identity and transitive tags, and loses the others', () => {
    const caller = sessionFrom(chainable);
    const second = sessionFrom({ RoleArn: next().arn, RoleSessionName: 'second' }, caller);
    expect(second).toMatchObject({ sourceIdentity: 'prm-7', transitiveTagKeys: ['drawbridge:promotion'] });
    expect(second.tags).toEqual({ 'drawbridge:promotion': 'prm-7' });
  });

  it('never changes the source identity', () => {
    const caller = sessionFrom(chainable);
    const input = { RoleArn: next().arn, RoleSessionName: 'second', SourceIdentity: 'prm-8' };
    expect(refusal({ input, caller })).toContain('is not authorized to perform: sts:SetSourceIdentity');
    expect(sessionFrom({ ...input, SourceIdentity: 'prm-7' }, caller).sourceIdentity).toBe('prm-7');
  });

  it('never overrides an inherited tag', () => {
    const caller = sessionFrom(chainable);
    const input = {
      RoleArn: next().arn,
      RoleSessionName: 'second',
      Tags: [{ Key: 'Drawbridge:Promotion', Value: 'x' }],
    };
    expect(refusal({ input, caller })).toContain('InvalidParameterValue: One of the specified transitive tag keys');
  });

  it.each([
    ['sts:SetSourceIdentity', ['sts:AssumeRole', 'sts:TagSession']],
    ['sts:TagSession', ['sts:AssumeRole', 'sts:SetSourceIdentity']],
  ])('needs %s for what is inherited', (action, trustActions) => {
    // In one account the trust alone decides for a role it names, but not for an action it leaves out.
    const caller = sessionFrom(chainable);
    expect(refusal({ input: { RoleArn: next(trustActions).arn, RoleSessionName: 'second' }, caller })).toContain(
      `is not authorized to perform: ${action} on resource`,
    );
  });
});
