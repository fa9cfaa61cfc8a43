import { describe, expect, it } from 'vitest';
import { BrokeredSession, personSession, SessionWish } from '#shared/domain/broker/person-session.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import { monday } from '#test/builders.ts';
import { anything, parsed, sessionOf } from '#test/infra/target-policies.ts';

const target = { name: 'production', account: '333333333333', region: 'eu-west-1', externalId: 'x-1' };
const wish = { target: 'production', reason: 'INC-7', use: 'exec' };

describe('what a person may ask for', () => {
  it.each<[string, object, boolean]>([
    ['a target, a reason and a use', {}, true],
    ['the longest session', { seconds: 3600 }, true],
    ['a longer one', { seconds: 3601 }, false],
    ['a shorter one than STS gives', { seconds: 899 }, false],
    ['no reason', { reason: undefined }, false],
    ['a reason of spaces', { reason: '  ' }, false],
    ['an endless reason', { reason: 'x'.repeat(257) }, false],
    ['another use', { use: 'deploy' }, false],
    ['a role', { role: 'deploy' }, false],
    ['a role ARN', { roleArn: 'arn:aws:iam::333333333333:role/Admin' }, false],
    ['a target by its ARN', { target: 'arn:aws:iam::333333333333:root' }, false],
  ])('%s', (_, change, valid) => {
    expect(SessionWish.safeParse({ ...wish, ...change }).success).toBe(valid);
  });

  it('lasts fifteen minutes unless more is said, and the reason is kept without its edges', () => {
    expect(SessionWish.parse({ ...wish, reason: ' INC-7 ' })).toEqual({ ...wish, seconds: 900 });
  });
});

describe('the session of a person', () => {
  const request = personSession(target, { actor: 'alice', seconds: 900 });

  it('is of the audit role, in the name of the person', () => {
    expect(request).toMatchObject({
      roleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      sessionName: 'usr-alice',
      sourceIdentity: 'usr-alice',
      durationSeconds: 900,
      tags: { 'drawbridge:promotion': 'none' },
    });
  });

  it.each([
    ['iam:ListUsers', 'allowed'],
    ['cloudformation:DescribeStacks', 'allowed'],
    ['cloudwatch:DescribeAlarms', 'allowed'],
    ['events:DescribeRule', 'allowed'],
    ['ssm:GetParameter', 'denied'],
    ['logs:GetLogEvents', 'denied'],
    ['lambda:GetFunction', 'denied'],
    ['s3:PutObject', 'denied'],
    ['iam:CreateUser', 'denied'],
    ['cloudformation:DetectStackDrift', 'denied'],
    ['lambda:InvokeFunction', 'denied'],
    ['states:StartExecution', 'denied'],
    ['dynamodb:Scan', 'denied'],
    ['s3:GetObjectVersion', 'denied'],
    ['secretsmanager:GetSecretValue', 'denied'],
    ['sts:DecodeAuthorizationMessage', 'denied'],
  ])('%s is %s, whatever the role may', (action, kind) => {
    const session = parsed('session', JSON.parse(request.policy ?? ''), 'identity');
    const decided = evaluate(
      {
        requester: sessionOf(request.roleArn),
        action,
        resource: 'arn:aws:lambda:eu-west-1:333333333333:function:drawbridge-verify-orders',
        resourceAccount: '333333333333',
        context: {},
      },
      { identity: anything, session },
    );
    expect(decided.kind).toBe(kind);
  });
});

it('the record of a session has no place for credentials', () => {
  const record = {
    ...{ target: 'production', account: '333333333333', region: 'eu-west-1', actor: 'alice', at: monday },
    ...{ request: 'r-1', reason: 'INC-7', use: 'exec', role: 'drawbridge-audit', expiresAt: monday },
    ...{ sessionName: 'usr-alice', sourceIdentity: 'usr-alice' },
  };
  expect(BrokeredSession.safeParse(record).success).toBe(true);
  for (const extra of ['accessKeyId', 'secretAccessKey', 'sessionToken'])
    expect(BrokeredSession.safeParse({ ...record, [extra]: 'x' }).success).toBe(false);
});
