/** What each step may do: the shipped policy of its role, intersected with the session policy, decided by the policy evaluator. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DrawbridgeError } from '#shared/domain/errors/catalogue.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import { parsePolicy } from '#shared/domain/iam/parse-policy.ts';
import type { RequestContext } from '#shared/domain/iam/request-context.ts';
import { artifactUrl } from '#shared/domain/names.ts';
import { type SessionScope, type StepKind, sessionPolicy } from '#shared/domain/trust/session-policy.ts';
import {
  administrator,
  executionRole,
  parsed,
  policiesIn,
  sessionOf,
  targetAccount,
} from '#test/infra/target-policies.ts';

const promotion = 'prm-0123456789abcdef';
const prefix = 'drawbridge-artifacts-111111111111';
const place = { account: targetAccount, region: 'eu-west-1' };
const arn = (service: string, rest: string, region = 'eu-west-1') =>
  `arn:aws:${service}:${region}:${targetAccount}:${rest}`;

const api = arn('cloudformation', 'stack/orders-api/0a1b');
const apiUnmade = arn('cloudformation', 'stack/orders-api/*');
const web = arn('cloudformation', 'stack/orders-web/0a1b');
const recreated = arn('cloudformation', 'stack/orders-api/ffff');
const namesake = arn('cloudformation', 'stack/orders-api-2/0a1b');
const elsewhere = arn('cloudformation', 'stack/orders-api/0a1b', 'us-east-1');

const ourName = { 'cloudformation:ChangeSetName': `drawbridge-${promotion}-1` };
const ourArn = { 'cloudformation:ChangeSetName': arn('cloudformation', `changeSet/drawbridge-${promotion}-1/5c`) };
const foreign = { 'cloudformation:ChangeSetName': 'drawbridge-prm-fedcba9876543210-1' };
const foreignArn = {
  'cloudformation:ChangeSetName': arn('cloudformation', 'changeSet/drawbridge-prm-fedcba9876543210-1/5c'),
};
const withRole = { 'cloudformation:RoleARN': executionRole };
const templateAt = (bucket: string) => ({
  'cloudformation:TemplateUrl': artifactUrl(bucket, 'templates/9f', 'eu-west-1'),
});
const created = { ...ourName, ...withRole, ...templateAt(`${prefix}-eu-west-1`) };
const passed = { 'iam:PassedToService': 'cloudformation.amazonaws.com' };
const object = `arn:aws:s3:::${prefix}-eu-west-1/templates/9f`;
const ours = { 'aws:ResourceAccount': '111111111111' };
const key = 'arn:aws:kms:eu-west-1:111111111111:key/0a';
const decrypting = {
  'kms:ViaService': 's3.eu-west-1.amazonaws.com',
  'kms:EncryptionContext:aws:s3:arn': `arn:aws:s3:::${prefix}-eu-west-1`,
};

/** As the functions ask for them. */
const scopes: Record<StepKind, SessionScope> = {
  preview: { target: place, promotion, stacks: ['orders-api', 'orders-jobs'], artifacts: { prefix } },
  read: { target: place, promotion, stacks: ['orders-api'] },
  execute: { target: place, promotion, stacks: [api] },
  recover: { target: place, promotion, stacks: [api] },
  audit: { target: place, promotion, stacks: ['orders-api'] },
  invoke: { target: place, promotion, stacks: [], probe: 'drawbridge-verify-orders' },
  run: { target: place, promotion, stacks: [], probe: 'drawbridge-verify-load' },
  watch: { target: place, promotion, stacks: [] },
  drift: { target: place, promotion, stacks: ['orders-api', 'orders-api-*'] },
};
const roles: Record<StepKind, string> = {
  preview: 'PreviewRole',
  read: 'PreviewRole',
  execute: 'DeployRole',
  recover: 'DeployRole',
  audit: 'AuditRole',
  invoke: 'AuditRole',
  run: 'AuditRole',
  watch: 'AuditRole',
  drift: 'AuditRole',
};

type Asked = readonly [action: string, resource: string, context?: RequestContext];

function decide(kind: StepKind, [action, resource, context = {}]: Asked, scope = scopes[kind]) {
  const requester = sessionOf(`arn:aws:iam::${targetAccount}:role/drawbridge/${roles[kind]}`);
  const request = { requester, action, resource, resourceAccount: targetAccount, context };
  const session = parsed('session', JSON.parse(sessionPolicy(kind, scope).text), 'identity');
  return evaluate(request, { identity: policiesIn(roles[kind], 'identity'), session }).kind;
}

/** Every call the steps make; what one kind may do is refused to those that are not named. */
const calls: [StepKind[], ...Asked][] = [
  [['preview'], 'cloudformation:CreateChangeSet', api, created],
  [['preview'], 'cloudformation:CreateChangeSet', apiUnmade, created],
  [
    ['preview'],
    'cloudformation:CreateChangeSet',
    'arn:aws:cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31',
    created,
  ],
  [['preview', 'execute'], 'cloudformation:DescribeChangeSet', api, ourName],
  [['preview', 'execute'], 'cloudformation:DescribeChangeSet', api, ourArn],
  [['preview'], 'cloudformation:DeleteChangeSet', api, ourName],
  [['preview', 'read'], 'cloudformation:GetTemplate', api],
  [['preview'], 'cloudformation:GetStackPolicy', api],
  [['preview', 'recover'], 'cloudformation:ListChangeSets', api],
  [['preview', 'recover', 'drift'], 'cloudformation:ListStackResources', api],
  [['preview', 'read', 'execute', 'recover', 'drift'], 'cloudformation:DescribeStacks', api],
  [['read', 'execute'], 'cloudformation:DescribeStackEvents', api],
  [['execute'], 'cloudformation:ExecuteChangeSet', api, ourArn],
  [['execute'], 'cloudformation:SetStackPolicy', api],
  [['execute', 'recover'], 'cloudformation:UpdateTerminationProtection', api],
  [['recover'], 'cloudformation:ContinueUpdateRollback', api, withRole],
  [['recover'], 'cloudformation:RollbackStack', api, withRole],
  [['recover'], 'cloudformation:DeleteStack', api, withRole],
  [['preview', 'execute', 'recover'], 'iam:PassRole', executionRole, passed],
  [['preview'], 's3:GetObject', object, ours],
  [['preview'], 'kms:Decrypt', key, decrypting],
  [['preview'], 'cloudformation:ListImports', '*'],
  [['audit', 'drift'], 'iam:GetAccountSummary', '*'],
  [['audit', 'drift'], 'iam:ListUsers', '*'],
  [['audit', 'drift'], 'iam:GetRole', '*'],
  [['invoke'], 'lambda:InvokeFunction', arn('lambda', 'function:drawbridge-verify-orders')],
  [['run'], 'states:StartExecution', arn('states', 'stateMachine:drawbridge-verify-load')],
  [['run'], 'states:DescribeExecution', arn('states', 'execution:drawbridge-verify-load:prm-1')],
  [['watch', 'drift'], 'cloudwatch:DescribeAlarms', '*'],
  [['watch', 'drift'], 'cloudwatch:DescribeAlarmHistory', '*'],
  [['drift'], 'cloudformation:DetectStackDrift', api],
  [['drift'], 'cloudformation:DetectStackResourceDrift', api],
  [['drift'], 'cloudformation:DescribeStackResourceDrifts', api],
  [['drift'], 'cloudformation:DescribeStackDriftDetectionStatus', '*'],
];
const kinds = Object.keys(scopes) as StepKind[];

describe('the role with the session policy of a step', () => {
  it.each(calls)('lets %j, and no other, call %s on %s', (allowed, ...asked) => {
    expect(kinds.filter((kind) => decide(kind, asked) === 'allowed')).toEqual(allowed);
  });

  it.each<[StepKind, string, ...Asked]>([
    ['preview', 'another stack', 'cloudformation:CreateChangeSet', web, created],
    ['invoke', 'another probe', 'lambda:InvokeFunction', arn('lambda', 'function:drawbridge-verify-web')],
    [
      'invoke',
      'the probe elsewhere',
      'lambda:InvokeFunction',
      arn('lambda', 'function:drawbridge-verify-orders', 'us-east-1'),
    ],
    ['run', 'another machine', 'states:StartExecution', arn('states', 'stateMachine:drawbridge-verify-loads')],
    [
      'run',
      'its executions elsewhere',
      'states:DescribeExecution',
      arn('states', 'execution:drawbridge-verify-load:1', 'us-east-1'),
    ],
    ['run', 'an execution to stop', 'states:StopExecution', arn('states', 'execution:drawbridge-verify-load:prm-1')],
    ['preview', 'a stack whose name begins the same', 'cloudformation:DescribeStacks', namesake],
    ['preview', 'the same stack in another region', 'cloudformation:DescribeStacks', elsewhere],
    ['preview', 'a change set of another promotion', 'cloudformation:DescribeChangeSet', api, foreign],
    ['preview', 'a change set of another promotion by ARN', 'cloudformation:DeleteChangeSet', api, foreignArn],
    [
      'preview',
      'a template of another bucket',
      'cloudformation:CreateChangeSet',
      api,
      { ...created, ...templateAt(`${prefix}x-eu-west-1`) },
    ],
    [
      'preview',
      'the artifacts of another region',
      's3:GetObject',
      `arn:aws:s3:::${prefix}-us-east-1/templates/9f`,
      ours,
    ],
    ['preview', 'a key of another account', 'kms:Decrypt', key.replace('111111111111', '999999999999'), decrypting],
    ['preview', 'a key of another region', 'kms:Decrypt', key.replace('eu-west-1', 'us-east-1'), decrypting],
    [
      'preview',
      'the key without S3',
      'kms:Decrypt',
      key,
      { ...decrypting, 'kms:ViaService': 'sqs.eu-west-1.amazonaws.com' },
    ],
    [
      'preview',
      'the key for what is no artifact',
      'kms:Decrypt',
      key,
      { ...decrypting, 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::drawbridge-documents-111111111111-eu-west-1' },
    ],
    ['preview', 'the key to encrypt', 'kms:GenerateDataKey', key, decrypting],
    ['preview', 'another role to pass', 'iam:PassRole', administrator, passed],
    [
      'preview',
      'a role for another service',
      'iam:PassRole',
      executionRole,
      { 'iam:PassedToService': 'lambda.amazonaws.com' },
    ],
    ['preview', 'all exports, which no step reads', 'cloudformation:ListExports', '*'],
    ['read', 'another stack', 'cloudformation:DescribeStackEvents', web],
    ['execute', 'another stack', 'cloudformation:ExecuteChangeSet', web, ourArn],
    ['execute', 'a change set of another promotion', 'cloudformation:ExecuteChangeSet', api, foreignArn],
    ['execute', 'a stack of the same name made anew', 'cloudformation:ExecuteChangeSet', recreated, ourArn],
    ['execute', 'the policy of another stack', 'cloudformation:SetStackPolicy', web],
    ['execute', 'a stack', 'cloudformation:DeleteStack', api],
    ['recover', 'the protection of another stack', 'cloudformation:UpdateTerminationProtection', web],
    ['recover', 'another stack', 'cloudformation:DeleteStack', web],
    ['recover', 'a stack of the same name made anew', 'cloudformation:DeleteStack', recreated],
    ['audit', 'a function', 'lambda:InvokeFunction', arn('lambda', 'function:orders')],
    ['audit', 'the details of a denial', 'sts:DecodeAuthorizationMessage', '*'],
    ['audit', 'a stack', 'cloudformation:GetTemplate', web],
  ])('refuses %s %s', (kind, _, ...asked) => {
    expect(decide(kind, asked)).toBe('denied');
  });

  it('covers nested stacks where it is told to', () => {
    const nested = arn('cloudformation', 'stack/orders-api-Queues-1AB2CD3EF4GH/0a1b');
    const scope = { ...scopes.preview, stacks: ['orders-api', 'orders-api-*'] };
    expect(decide('preview', ['cloudformation:DescribeChangeSet', nested, ourName], scope)).toBe('allowed');
    expect(decide('preview', ['cloudformation:DescribeChangeSet', nested, ourName])).toBe('denied');
  });

  it('allows nothing where there is nothing to work on', () => {
    const { text } = sessionPolicy('read', { ...scopes.read, stacks: [] });
    expect(JSON.parse(text).Statement).toEqual([{ Effect: 'Deny', Action: '*', Resource: '*' }]);
  });

  it.each(['invoke', 'run'] as const)('allows %s nothing where no probe is named', (kind) => {
    const { probe: _, ...without } = scopes[kind];
    expect(JSON.parse(sessionPolicy(kind, without).text).Statement).toMatchObject([{ Effect: 'Deny' }]);
  });

  it('reads no artifacts where it was not told of any', () => {
    const { artifacts: _, ...without } = scopes.preview;
    expect(sessionPolicy('preview', without).text).not.toMatch(/s3:|kms:|TemplateUrl/);
  });

  it('speaks of the partition of its region', () => {
    const target = { account: targetAccount, region: 'cn-north-1' };
    const texts = kinds.map((kind) => sessionPolicy(kind, { ...scopes[kind], target }).text);
    for (const text of texts) expect(text).not.toContain('arn:aws:');
    expect(texts[0]).toContain(`https://${prefix}-cn-north-1.s3.cn-north-1.amazonaws.com.cn/*`);
  });
});

describe('2,048 characters', () => {
  const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,127}$/);
  const targets = fc
    .constantFrom('eu-west-1', 'us-gov-west-1', 'cn-northwest-1')
    .map((region) => ({ account: targetAccount, region }));

  it('are never exceeded, the policy is one IAM reads, and every stack stays within it', () => {
    const property = fc.property(
      // The others are about an account or a probe, whatever the stacks.
      fc.constantFrom(...(['preview', 'read', 'execute', 'recover'] as const)),
      targets,
      fc.array(name, { minLength: 1, maxLength: 60 }),
      (kind, target, stacks) => {
        const { text, widenedTo } = sessionPolicy(kind, { target, promotion, stacks, artifacts: { prefix } });
        expect(text.length).toBeLessThanOrEqual(2048);
        const read = parsePolicy(text, 'identity');
        if (read.kind !== 'policy') throw new Error(JSON.stringify(read));
        const [first] = read.policy.statements;
        for (const stack of stacks) {
          expect(first?.resource?.patterns.some((pattern) => covers(pattern, `/${stack}/`))).toBe(true);
        }
        if (widenedTo.length === 0) expect(first?.resource?.patterns.length).toBe(new Set(stacks).size);
      },
    );
    fc.assert(property, { seed: 20260105, numRuns: 200 });
  });

  const covers = (pattern: string, part: string) => {
    const path = pattern.slice(pattern.indexOf('stack/') + 'stack'.length);
    return path.endsWith('*') && `${part}0a`.startsWith(path.slice(0, -1));
  };
  const resources = (text: string) => JSON.parse(text).Statement[0].Resource;

  it('are enough for eight stacks of ordinary names', () => {
    const stacks = ['api', 'web', 'jobs', 'queues', 'tables', 'network', 'alarms', 'dashboards'].map(
      (part) => `orders-${part}`,
    );
    const { text, widenedTo } = sessionPolicy('preview', { ...scopes.preview, stacks });
    expect(widenedTo).toEqual([]);
    expect(resources(text)).toHaveLength(8);
  });

  it('make the stacks with the most in common share a prefix first, and the answer says so', () => {
    const long = (part: string) => `orders-${'x'.repeat(100)}-${part}`;
    const stacks = ['billing', 'payroll', ...['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(long)];
    const { text, widenedTo } = sessionPolicy('preview', { ...scopes.preview, stacks });
    expect(widenedTo).toEqual([`${long('')}*`]);
    expect(resources(text)).toEqual(
      ['billing/*', `${long('')}*`, 'payroll/*'].map((path) => arn('cloudformation', `stack/${path}`)).sort(),
    );
  });

  it('end in the wildcard of the role itself where stacks have nothing in common', () => {
    const stacks = [...'abcdefghijklmnopqrstuvwxyz'].map((letter) => letter.repeat(128));
    const { widenedTo } = sessionPolicy('preview', { ...scopes.preview, stacks });
    expect(widenedTo).toEqual(expect.arrayContaining(['*']));
  });

  it('are told of when nothing helps', () => {
    const making = () =>
      sessionPolicy('preview', { ...scopes.preview, artifacts: { prefix: `${'k'.repeat(1500)}-111111111111` } });
    expect(making).toThrow(DrawbridgeError);
    expect(making).toThrow(/^The session policy of step preview has \d{4} characters, and AWS STS takes 2048\./);
  });
});
