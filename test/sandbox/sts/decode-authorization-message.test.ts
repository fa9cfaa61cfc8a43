/** A denial of EC2 on the way through CloudFormation, and who may read what stands behind it. Over the wire with SDK clients. */
import { CloudFormationClient, CreateStackCommand, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { decodeMessages } from '#shared/aws/authorization-messages.ts';
import { messageInText } from '#shared/domain/broker/decoded-messages.ts';
import { encodedMessageIn, shortened } from '#shared/domain/trust/authorization-message.ts';
import {
  allow,
  type Credentials,
  home,
  identityWorld,
  makeRole,
  policyDocument,
  refusal,
  stsAs,
} from './identity-world.ts';

let sandbox: RunningSandbox;
let reason = '';
let encoded = '';

beforeAll(async () => {
  sandbox = await identityWorld();
  const lambda = policyDocument({
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  });
  const settings = (...statements: object[]) => ({ inlinePolicies: { own: policyDocument(...statements) } });
  const all = allow('*');
  makeRole(sandbox, 'deployer', {
    trust: lambda,
    settings: settings(all, { ...all, Sid: 'NoVpc', Effect: 'Deny', Action: 'ec2:CreateVpc' }),
  });
  makeRole(sandbox, 'auditor', { trust: lambda, settings: settings(allow('sts:DecodeAuthorizationMessage')) });
  makeRole(sandbox, 'reader', { trust: lambda, settings: settings(allow('s3:*')) });
  makeRole(sandbox, 'stranger', { account: '222222222222', trust: lambda, settings: settings(all) });
  reason = await failedReason();
  const found = encodedMessageIn(reason);
  encoded = found.kind === 'message' ? found.encoded : '';
});
afterAll(() => sandbox.close());

function as(role: string, account = home): Credentials {
  const roleArn = `arn:aws:iam::${account}:role/${role}`;
  return sandbox.openSession({
    roleArn,
    sessionName: 'session',
    service: 'lambda.amazonaws.com',
    durationSeconds: 3600,
  });
}

/** Why the network of a stack could not be made, as the stack's events tell it. */
async function failedReason(): Promise<string> {
  const client = new CloudFormationClient({
    endpoint: sandbox.endpoint,
    region: 'eu-west-1',
    credentials: as('deployer'),
    maxAttempts: 1,
  });
  const body = { Resources: { Network: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } } } };
  await client.send(new CreateStackCommand({ StackName: 'network', TemplateBody: JSON.stringify(body) }));
  await sandbox.run();
  const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: 'network' }));
  return StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')?.ResourceStatusReason ?? '';
}

const decode = (credentials: Credentials, EncodedMessage = encoded) =>
  stsAs(sandbox, credentials).send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));

describe('a denial of EC2', () => {
  it('tells action and kind of policy, and carries the rest encoded', () => {
    expect(reason).toContain(
      `You are not authorized to perform this operation. User: arn:aws:sts::${home}:assumed-role/deployer/session is not authorized to perform: ec2:CreateVpc on resource:`,
    );
    expect(reason).toContain('with an explicit deny in an identity-based policy');
    expect(encoded.length).toBeGreaterThan(100);
  });

  it('hides what stands behind it from those who only see it', () => {
    expect(reason).not.toContain('NoVpc');
    expect(Buffer.from(encoded, 'base64url').toString('latin1')).not.toMatch(/PrincipalOrgID|o-drawbridge/);
  });
});

describe('DecodeAuthorizationMessage', () => {
  it('answers whoever may ask: decision, statement, principal, action, resource, condition keys', async () => {
    const { DecodedMessage } = await decode(as('auditor'));
    expect(JSON.parse(DecodedMessage!)).toMatchObject({
      allowed: false,
      explicitDeny: true,
      matchedStatements: { items: [{ statementId: 'NoVpc of own', effect: 'DENY' }] },
      context: {
        principal: {
          id: expect.stringMatching(/^AROA\w+:session$/),
          arn: `arn:aws:sts::${home}:assumed-role/deployer/session`,
        },
        action: 'ec2:CreateVpc',
        resource: expect.stringContaining(':vpc/'),
        conditions: {
          items: expect.arrayContaining([{ key: 'aws:PrincipalAccount', values: { items: [{ value: home }] } }]),
        },
      },
    });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a role without the permission', () => decode(as('reader')), 'AccessDenied: User: '],
    ['another account', () => decode(as('stranger', '222222222222')), 'InvalidAuthorizationMessageException: '],
    [
      'a message that was cut',
      () => decode(as('auditor'), encoded.slice(0, -10)),
      'InvalidAuthorizationMessageException: ',
    ],
    [
      'a message cut to nothing',
      () => decode(as('auditor'), encoded.slice(0, 10)),
      'InvalidAuthorizationMessageException: ',
    ],
    [
      'a message with something added',
      () => decode(as('auditor'), `${encoded} `),
      'InvalidAuthorizationMessageException: ',
    ],
    [
      'a message that was changed',
      () =>
        decode(
          as('auditor'),
          encoded.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
        ),
      'InvalidAuthorizationMessageException: ',
    ],
    [
      'a message that is too long',
      () => decode(as('auditor'), 'a'.repeat(10_241)),
      "ValidationError: 1 validation error detected: Value 'aaa",
    ],
  ])('refuses %s', async (_, asked, message) => {
    expect(await refusal(asked())).toContain(message);
  });
});

describe('our own reading of a denial', () => {
  /** As the code does it: through the endpoint that the environment names. */
  const read = (name: string, text: string) => {
    vi.stubEnv('AWS_ENDPOINT_URL', sandbox.endpoint);
    const credentials = { sessionToken: '', ...as(name), expiresAt: '' };
    const place = { account: home, region: 'eu-west-1' };
    return decodeMessages(messageInText(text), place, async () => credentials).finally(() => vi.unstubAllEnvs());
  };

  it('finds and decodes the message in the text of a stack event', async () => {
    expect(await read('auditor', reason)).toMatchObject([
      {
        kind: 'denial',
        denial: {
          explicit: true,
          action: 'ec2:CreateVpc',
          statements: ['NoVpc of own'],
          conditions: { 'aws:PrincipalOrgID': ['o-drawbridge'] },
        },
      },
    ]);
  });

  it.each<[string, (text: string) => string, string]>([
    ['none', () => 'User: x is not authorized', 'none'],
    ['one that was visibly cut', (text) => `${text.slice(0, text.indexOf(encoded) + 200)}...`, 'cut'],
    ['one that was cut without a trace', (text) => text.slice(0, text.indexOf(encoded) + 200), 'undecodable'],
    ['the line we print', shortened, 'cut'],
    ['the message alone', () => encoded, 'denial'],
  ])('tells %s from a denial', async (_, edit, kind) => {
    expect(await read('auditor', edit(reason))).toMatchObject([{ kind }]);
  });

  it('says so when the session may not decode', async () => {
    await expect(read('reader', reason)).rejects.toMatchObject({
      name: 'ACCESS_DENIED',
      message: expect.stringContaining('sts:DecodeAuthorizationMessage'),
    });
  });
});
