import {
  CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  InvalidChangeSetStatusException,
} from '@aws-sdk/client-cloudformation';
import {
  CreateRoleCommand,
  type CreateRoleCommandInput,
  GetAccountSummaryCommand,
  GetRoleCommand,
  IAMClient,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import type { Caller } from '#sandbox/kernel.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { credentials, fakeIdentity } from '#test/sandbox/fake-identity.ts';
import { fakeService } from '#test/sandbox/fake-services.ts';
import { signedFetch } from '#test/sandbox/signed-fetch.ts';

const started: RunningSandbox[] = [];
afterEach(async () => {
  for (const sandbox of started.splice(0)) await sandbox.close();
});

async function iam(operations: Parameters<typeof fakeService>[1], identity = fakeIdentity()) {
  const sandbox = await startSandbox({ seed: 1, services: [fakeService('iam', operations)], identity });
  started.push(sandbox);
  return { client: new IAMClient({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 }) };
}

async function cloudFormation(operations: Parameters<typeof fakeService>[1]) {
  const sandbox = await startSandbox({
    seed: 1,
    services: [fakeService('cloudformation', operations)],
    identity: fakeIdentity(),
  });
  started.push(sandbox);
  const client = new CloudFormationClient({
    endpoint: sandbox.endpoint,
    region: 'eu-west-1',
    credentials,
    maxAttempts: 1,
  });
  return { sandbox, client };
}

describe('a CloudFormation request over the wire', () => {
  it('reaches the operation as the SDK was given it: nested lists, escaped text, numbers, booleans, empty lists', async () => {
    const input: CreateChangeSetCommandInput = {
      StackName: 'web',
      ChangeSetName: 'c-1',
      Parameters: [
        { ParameterKey: 'Text', ParameterValue: 'ä & <b> "q" \n\t%25+ =' },
        { ParameterKey: 'Previous', UsePreviousValue: true },
      ],
      Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      NotificationARNs: [],
      RollbackConfiguration: {
        MonitoringTimeInMinutes: 5,
        RollbackTriggers: [{ Arn: 'arn:1', Type: 'AWS::CloudWatch::Alarm' }],
      },
      Tags: Array.from({ length: 12 }, (_, index) => ({ Key: `k${index}`, Value: `v${index}` })),
      IncludeNestedStacks: false,
    };
    let seen: unknown;
    const { client } = await cloudFormation({
      CreateChangeSet: (received: CreateChangeSetCommandInput) => {
        seen = received;
        return { Id: 'arn:changeset', StackId: 'arn:stack' };
      },
    });
    const output = await client.send(new CreateChangeSetCommand(input));
    expect(seen).toEqual(input);
    expect(output).toMatchObject({ Id: 'arn:changeset', StackId: 'arn:stack' });
    expect(output.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers what the operation returned: dates, booleans, numbers, escaped text, nested lists', async () => {
    const answer: Omit<DescribeChangeSetCommandOutput, '$metadata'> = {
      ChangeSetName: 'c-1',
      CreationTime: new Date('2026-01-05T09:00:00.250Z'),
      Description: '<![CDATA[&]]> ä\n"',
      IncludeNestedStacks: false,
      Parameters: [],
      RollbackConfiguration: { MonitoringTimeInMinutes: 0 },
      Changes: [
        {
          Type: 'Resource',
          ResourceChange: {
            LogicalResourceId: 'A',
            Scope: ['Properties', 'Tags'],
            Details: [{ Target: { Name: 'X' } }, {}],
          },
        },
        { Type: 'Resource', ResourceChange: { LogicalResourceId: 'B', Replacement: 'True' } },
      ],
    };
    const { client } = await cloudFormation({ DescribeChangeSet: () => answer });
    const output = await client.send(new DescribeChangeSetCommand({ ChangeSetName: 'c-1' }));
    expect({ ...output, $metadata: undefined }).toEqual(answer);
  });

  it('answers an operation without output', async () => {
    const { client } = await cloudFormation({ DeleteStack: () => undefined });
    const output = await client.send(new DeleteStackCommand({ StackName: 'web' }));
    expect(output.$metadata.httpStatusCode).toBe(200);
  });
});

describe('an error over the wire', () => {
  it.each([
    ['by its shape name', 'InvalidChangeSetStatusException'],
    ['by its wire code', 'InvalidChangeSetStatus'],
  ])('named %s arrives as the modelled exception', async (_, code) => {
    const message = 'ChangeSet [arn] cannot be executed in its current <status>';
    const { client } = await cloudFormation({
      ExecuteChangeSet: () => {
        throw new AwsError(code, message);
      },
    });
    const failed = client.send(new ExecuteChangeSetCommand({ ChangeSetName: 'c-1' }));
    await expect(failed).rejects.toBeInstanceOf(InvalidChangeSetStatusException);
    await expect(failed).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException', message });
  });

  it('keeps an unmodelled code as its name, with the status it has', async () => {
    const { client } = await cloudFormation({
      DescribeStacks: () => {
        throw new AwsError('ValidationError', 'Stack with id web does not exist');
      },
    });
    await expect(client.send(new DescribeStacksCommand({ StackName: 'web' }))).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Stack with id web does not exist',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("has the model's status where the operation did not give one", async () => {
    const { client } = await iam({
      GetRole: () => {
        throw new AwsError('NoSuchEntity', 'The role with name x cannot be found.');
      },
    });
    const failed = client.send(new GetRoleCommand({ RoleName: 'x' }));
    await expect(failed).rejects.toBeInstanceOf(NoSuchEntityException);
    await expect(failed).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  it('is InternalFailure when the operation itself is defective, and the defect is in the journal', async () => {
    const { client, sandbox } = await cloudFormation({
      DescribeStacks: () => {
        throw new TypeError('undefined is not a stack');
      },
    });
    await expect(client.send(new DescribeStacksCommand())).rejects.toMatchObject({
      name: 'InternalFailure',
      $metadata: { httpStatusCode: 500 },
    });
    expect(sandbox.journal()).toContainEqual(
      expect.objectContaining({
        kind: 'log',
        source: 'wire',
        line: expect.stringContaining('undefined is not a stack'),
      }),
    );
  });

  it('is AccessDenied with 403 when a permission is missing', async () => {
    const identity = fakeIdentity({ denied: ['iam:GetRole'] });
    const { client } = await iam({ GetRole: () => ({}) }, identity);
    await expect(client.send(new GetRoleCommand({ RoleName: 'x' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('IAM and STS', () => {
  it('carry maps', async () => {
    const { client } = await iam({ GetAccountSummary: () => ({ SummaryMap: { Users: 0, AccountMFAEnabled: 1 } }) });
    await expect(client.send(new GetAccountSummaryCommand())).resolves.toMatchObject({
      SummaryMap: { Users: 0, AccountMFAEnabled: 1 },
    });
  });

  it('carry a policy document as text', async () => {
    const document = JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::a/*' }] });
    let seen: CreateRoleCommandInput | undefined;
    const { client } = await iam({
      CreateRole: (input: CreateRoleCommandInput) => {
        seen = input;
        return { Role: { RoleName: 'r', Path: '/', Arn: 'a', RoleId: 'i', CreateDate: new Date(0) } };
      },
    });
    await client.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: document }));
    expect(seen).toEqual({ RoleName: 'r', AssumeRolePolicyDocument: document });
  });

  it('let AssumeRoleWithWebIdentity through unsigned, and nothing else', async () => {
    const callers: Caller[] = [];
    const sandbox = await startSandbox({
      seed: 1,
      identity: fakeIdentity(),
      services: [
        fakeService('sts', {
          AssumeRoleWithWebIdentity: (_input, call) => {
            callers.push(call.caller);
            return { SubjectFromWebIdentityToken: 'repo:o/r' };
          },
          GetCallerIdentity: () => ({}),
        }),
      ],
    });
    started.push(sandbox);
    const client = new STSClient({ endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
    const input = { RoleArn: 'arn:aws:iam::111111111111:role/ci', RoleSessionName: 'ci', WebIdentityToken: 'token' };
    await client.send(new AssumeRoleWithWebIdentityCommand(input));
    expect(callers).toEqual([{ kind: 'service', service: 'anonymous', account: '' }]);

    const unsigned = new STSClient({
      endpoint: sandbox.endpoint,
      region: 'eu-west-1',
      credentials,
      signer: { sign: async (request) => request },
      maxAttempts: 1,
    });
    await expect(unsigned.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      name: 'MissingAuthenticationToken',
    });
  });
});

describe('a malformed Query request', () => {
  it.each([
    ['no action', 'Version=2010-05-15', 'MissingAction', 'Missing Action'],
    [
      'an action AWS does not have',
      'Action=Nonsense&Version=2010-05-15',
      'InvalidAction',
      'Could not find operation Nonsense for version 2010-05-15',
    ],
    [
      'another version',
      'Action=DescribeStacks&Version=2011-01-01',
      'InvalidAction',
      'Could not find operation DescribeStacks for version 2011-01-01',
    ],
    [
      'an operation that is not simulated',
      'Action=CreateStackSet&Version=2010-05-15&StackSetName=s',
      'InvalidAction',
      'does not simulate',
    ],
    ['an unknown parameter', 'Action=DescribeStacks&Version=2010-05-15&StackNam=web', 'ValidationError', 'StackNam'],
    [
      'an unknown nested parameter',
      'Action=CreateChangeSet&Version=2010-05-15&Tags.member.1.Kex=a',
      'ValidationError',
      'Tags.member.1.Kex',
    ],
    [
      'a structure where a text belongs',
      'Action=DescribeStacks&Version=2010-05-15&StackName.x=web',
      'ValidationError',
      'StackName.x',
    ],
    [
      'a list without numbers',
      'Action=CreateChangeSet&Version=2010-05-15&Tags.member.x.Key=a',
      'ValidationError',
      'Tags.member.x',
    ],
    [
      'a list of another name',
      'Action=CreateChangeSet&Version=2010-05-15&Tags.item.1.Key=a',
      'ValidationError',
      'Tags.item',
    ],
    [
      'a word for a boolean',
      'Action=CreateChangeSet&Version=2010-05-15&IncludeNestedStacks=maybe',
      'ValidationError',
      "'maybe' at 'IncludeNestedStacks'",
    ],
    [
      'missing required members, also nested ones',
      'Action=CreateChangeSet&Version=2010-05-15&StackName=a&Tags.member.1.Key=k',
      'ValidationError',
      "2 validation errors detected: Value null at 'changeSetName' failed to satisfy constraint: Member must not be null; Value null at 'tags.1.member.value' failed to satisfy constraint: Member must not be null",
    ],
  ])('with %s is refused', async (_, ...[body, code, message]) => {
    const { sandbox } = await cloudFormation({ DescribeStacks: () => ({}), CreateChangeSet: () => ({}) });
    const response = await signedFetch(sandbox.endpoint, { service: 'cloudformation', body });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain(`<Code>${code}</Code>`);
    expect(text.replaceAll('&apos;', "'")).toContain(message);
  });
});
