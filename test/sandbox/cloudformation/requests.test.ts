import { beforeEach, describe, expect, it } from 'vitest';
import { executionRole, type FakeSandbox, fakeSandbox } from './fake-sandbox.ts';
import { deploy, queue, stackOf, template } from './scenario.ts';

const one = template({ Jobs: queue() });
const role = (properties: object = {}) => ({
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] }, ...properties },
});

let fake: FakeSandbox;
beforeEach(() => {
  fake = fakeSandbox();
});

const creation = (input: object) => ({
  ...{ StackName: 'orders', ChangeSetName: 'first', ChangeSetType: 'CREATE', TemplateBody: one },
  ...input,
});
const create = (input: object) => fake.ask('CreateChangeSet', creation(input));
const many = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => item(index));

const alarm = 'arn:aws:cloudwatch:eu-west-1:222222222222:alarm:errors';

describe('what CreateChangeSet refuses before it answers', () => {
  it.each<[string, object, string, string]>([
    ['a stack name with an underscore', { StackName: 'a_b' }, 'ValidationError', '[a-zA-Z][-a-zA-Z0-9]*'],
    ['a stack name of 129 characters', { StackName: 'a'.repeat(129) }, 'ValidationError', 'less than or equal to 128'],
    ['a change set name that starts with a digit', { ChangeSetName: '1a' }, 'ValidationError', "'changeSetName'"],
    ['an empty change set name', { ChangeSetName: '' }, 'ValidationError', 'greater than or equal to 1'],
    ['a client token of 129 characters', { ClientToken: 'a'.repeat(129) }, 'ValidationError', "'clientToken'"],
    ['no template', { TemplateBody: undefined }, 'ValidationError', 'Either Template URL or Template Body'],
    ['two templates', { TemplateURL: 'https://a' }, 'ValidationError', 'You must specify only one'],
    ['an empty template', { TemplateBody: '' }, 'ValidationError', 'greater than or equal to 1'],
    ['an inline template over 51,200 bytes', { TemplateBody: ' '.repeat(51_201) }, 'ValidationError', '51200'],
    ['text that is no template', { TemplateBody: 'hello' }, 'ValidationError', 'Template format error'],
    ['a macro', { TemplateBody: template({ A: queue() }, { Transform: 'X' }) }, 'ValidationError', 'Transform X'],
    ['a previous template', { TemplateBody: undefined, UsePreviousTemplate: true }, 'ValidationError', 'when creating'],
    [
      '501 resources',
      { TemplateBody: template(Object.fromEntries(many(501, (i) => [`Q${i}`, queue()]))) },
      'ValidationError',
      '501',
    ],
    ['201 parameters', { Parameters: many(201, (i) => ({ ParameterKey: `P${i}` })) }, 'LimitExceededException', '200'],
    [
      'a parameter of 4,097 bytes',
      { Parameters: [{ ParameterKey: 'P', ParameterValue: 'x'.repeat(4_097) }] },
      'ValidationError',
      '4096',
    ],
    [
      'an unknown parameter',
      { Parameters: [{ ParameterKey: 'P', ParameterValue: 'x' }] },
      'ValidationError',
      'Parameters: [P] do not exist in the template',
    ],
    ['51 tags', { Tags: many(51, (i) => ({ Key: `k${i}`, Value: '' })) }, 'ValidationError', '50'],
    ['a tag of AWS', { Tags: [{ Key: 'aws:x', Value: '' }] }, 'ValidationError', 'aws: prefixed'],
    [
      'a tag twice',
      {
        Tags: [
          { Key: 'a', Value: '' },
          { Key: 'a', Value: '' },
        ],
      },
      'ValidationError',
      'Duplicate',
    ],
    ['a tag key of 129 characters', { Tags: [{ Key: 'a'.repeat(129), Value: '' }] }, 'ValidationError', '128'],
    ['a tag value of 257 characters', { Tags: [{ Key: 'a', Value: 'a'.repeat(257) }] }, 'ValidationError', '256'],
    ['six notification topics', { NotificationARNs: many(6, (i) => `arn${i}`) }, 'LimitExceededException', '5'],
    ['an import', { ChangeSetType: 'IMPORT' }, 'ValidationError', 'IMPORT'],
    ['drift-aware deployment', { DeploymentMode: 'REVERT_DRIFT' }, 'ValidationError', 'DeploymentMode'],
    ['express deployment', { DeploymentConfig: { Mode: 'EXPRESS' } }, 'ValidationError', 'DeploymentConfig'],
    [
      'a deployment without rollback',
      { DeploymentConfig: { DisableRollback: true } },
      'ValidationError',
      'DeploymentConfig',
    ],
    [
      'a rollback trigger of another type',
      { RollbackConfiguration: { RollbackTriggers: [{ Arn: alarm, Type: 'AWS::SNS::Topic' }] } },
      'ValidationError',
      'Invalid rollback trigger type AWS::SNS::Topic',
    ],
    [
      'a rollback trigger that is no alarm',
      { RollbackConfiguration: { RollbackTriggers: [{ Arn: 'errors', Type: 'AWS::CloudWatch::Alarm' }] } },
      'ValidationError',
      'Invalid rollback trigger ARN errors',
    ],
    [
      'six rollback triggers',
      { RollbackConfiguration: { RollbackTriggers: many(6, () => ({ Arn: alarm, Type: 'AWS::CloudWatch::Alarm' })) } },
      'ValidationError',
      'less than or equal to 5',
    ],
    [
      'a monitoring time over three hours',
      { RollbackConfiguration: { MonitoringTimeInMinutes: 181 } },
      'ValidationError',
      'value between 0 and 180',
    ],
    [
      'deletion on failure of an update',
      { ChangeSetType: 'UPDATE', OnStackFailure: 'DELETE' },
      'ValidationError',
      'CREATE',
    ],
    ['an update of nothing', { ChangeSetType: 'UPDATE' }, 'ValidationError', 'Stack [orders] does not exist'],
    [
      'a reference to nothing',
      { TemplateBody: template({ A: queue({ QueueName: { Ref: 'No' } }) }) },
      'ValidationError',
      'Unresolved resource dependencies [No]',
    ],
    [
      'a circle',
      { TemplateBody: template({ A: queue({}, { DependsOn: 'B' }), B: queue({}, { DependsOn: 'A' }) }) },
      'ValidationError',
      'Circular dependency between resources: [A, B]',
    ],
  ])('%s', async (_case, input, code, text) => {
    await expect(create(input)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
    expect(fake.world.cloudformation.stacks).toEqual({});
  });

  it('accepts settings that ask for nothing', async () => {
    await expect(
      create({ DeploymentConfig: { Mode: 'STANDARD' }, RollbackConfiguration: {}, ImportExistingResources: false }),
    ).resolves.toHaveProperty('Id');
  });

  it('refuses CREATE where the stack exists', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    await expect(create({})).rejects.toThrow(
      'Stack [orders] already exists and cannot be created again with the changeSet [first].',
    );
  });

  it('refuses a resource that becomes another type', async () => {
    await deploy(fake, { body: one, type: 'CREATE' });
    const TemplateBody = template({ Jobs: { Type: 'AWS::SNS::Topic' } });
    await expect(create({ ChangeSetType: 'UPDATE', TemplateBody })).rejects.toThrow(
      'Update of resource type is not permitted. The new template modifies resource type of the following resources: [Jobs]',
    );
  });
});

describe('capabilities', () => {
  it.each([
    ['an unnamed role', role(), undefined, 'CAPABILITY_IAM'],
    ['a named role', role({ RoleName: 'r' }), undefined, 'CAPABILITY_NAMED_IAM'],
    ['a named role', role({ RoleName: 'r' }), ['CAPABILITY_IAM'], 'CAPABILITY_NAMED_IAM'],
    ['an inline policy', { Type: 'AWS::IAM::Policy', Properties: { PolicyName: 'p' } }, [], 'CAPABILITY_IAM'],
  ])('%s with %3$j', async (_case, resource, Capabilities, missing) => {
    const input = { TemplateBody: template({ Role: resource }), ...(Capabilities ? { Capabilities } : {}) };
    await expect(create(input)).rejects.toMatchObject({
      code: 'InsufficientCapabilitiesException',
      message: `Requires capabilities : [${missing}]`,
    });
  });

  it.each([
    ['CAPABILITY_IAM', role()],
    ['CAPABILITY_NAMED_IAM', role()],
    ['CAPABILITY_NAMED_IAM', role({ RoleName: 'r' })],
  ])('%s is enough', async (capability, resource) => {
    const input = { TemplateBody: template({ Role: resource }), Capabilities: [capability] };
    await expect(create(input)).resolves.toHaveProperty('Id');
  });
});

describe('the template from S3', () => {
  const TemplateURL = 'https://artifacts.s3.eu-west-1.amazonaws.com/sha256/abc.json';
  const from = (url: string) => create({ TemplateBody: undefined, TemplateURL: url });

  it.each([
    ['virtual-hosted address', TemplateURL],
    ['address at the sandbox itself', 'http://127.0.0.1:0/artifacts/sha256/abc.json'],
    ['address without region', 'https://artifacts.s3.amazonaws.com/sha256/abc.json'],
    ['path-style address', 'https://s3.eu-west-1.amazonaws.com/artifacts/sha256/abc.json'],
  ])('is fetched from a %s with the rights of the caller', async (_case, url) => {
    fake.objects['artifacts/sha256/abc.json'] = one;
    await from(url);
    const read = fake.asked.find(({ permission }) => permission.action === 's3:GetObject');
    expect(read?.principal).toContain('drawbridge-deploy');
    expect(read?.permission.resource).toBe('arn:aws:s3:::artifacts/sha256/abc.json');
  });

  it.each([
    ['another host', 'https://example.com/abc.json'],
    ['plain http', 'http://artifacts.s3.eu-west-1.amazonaws.com/abc.json'],
    ['a website endpoint', 'https://artifacts.s3-website.eu-west-1.amazonaws.com/abc.json'],
    ['a document', 'ssm-doc://document'],
    ['no key', 'https://artifacts.s3.eu-west-1.amazonaws.com/'],
    ['nonsense', 'nonsense'],
  ])('is refused from %s', async (_case, url) => {
    await expect(from(url)).rejects.toThrow('TemplateURL must be a supported URL.');
  });

  it('says that the caller may not read it', async () => {
    fake.denied.add('s3:GetObject');
    await expect(from(TemplateURL)).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(/^S3 error: Access Denied\nFor more information check http/),
    });
  });

  it('says that there is none', async () => {
    await expect(from(TemplateURL)).rejects.toThrow('S3 error: The specified key does not exist.');
  });

  it('may have 1 MB', async () => {
    fake.objects['artifacts/sha256/abc.json'] = ' '.repeat(1_048_577);
    await expect(from(TemplateURL)).rejects.toThrow('Template may not exceed 1000000 bytes in size.');
  });
});

describe('permissions', () => {
  const permission = (action: string) => fake.asked.find((one) => one.permission.action === action)?.permission;

  it('asks for a stack that does not exist yet as stack/<name>/*', async () => {
    const Tags = [{ Key: 'team', Value: 'orders' }];
    await create({ RoleARN: executionRole, Tags });
    expect(permission('cloudformation:CreateChangeSet')).toEqual({
      action: 'cloudformation:CreateChangeSet',
      resource: 'arn:aws:cloudformation:eu-west-1:222222222222:stack/orders/*',
      context: {
        'cloudformation:ChangeSetName': 'first',
        'cloudformation:RoleARN': executionRole,
        'aws:RequestTag/team': 'orders',
        'aws:TagKeys': ['team'],
      },
    });
  });

  it('asks for the template’s address as a condition key', async () => {
    const TemplateURL = 'https://artifacts.s3.amazonaws.com/a.json';
    fake.objects['artifacts/a.json'] = one;
    await create({ TemplateBody: undefined, TemplateURL });
    expect(permission('cloudformation:CreateChangeSet')?.context).toMatchObject({
      'cloudformation:TemplateUrl': TemplateURL,
    });
  });

  it('asks whether the caller may pass the role to CloudFormation', async () => {
    await create({ RoleARN: executionRole });
    expect(permission('iam:PassRole')).toEqual({
      action: 'iam:PassRole',
      resource: executionRole,
      context: { 'iam:PassedToService': 'cloudformation.amazonaws.com' },
    });
    fake.denied.add('iam:PassRole');
    await expect(create({ ChangeSetName: 'b', RoleARN: executionRole })).rejects.toMatchObject({
      code: 'AccessDenied',
    });
  });

  it('refuses a role whose trust excludes CloudFormation', async () => {
    fake.untrusted.add(executionRole);
    await expect(create({ RoleARN: executionRole })).rejects.toThrow(
      `Role ${executionRole} is invalid or cannot be assumed`,
    );
  });

  it('names the change set on its own operations and asks for its stack', async () => {
    const { Id, StackId } = await create({});
    await fake.ask('DescribeChangeSet', { ChangeSetName: Id });
    expect(permission('cloudformation:DescribeChangeSet')).toEqual({
      action: 'cloudformation:DescribeChangeSet',
      resource: StackId,
      context: { 'cloudformation:ChangeSetName': 'first' },
    });
  });

  it('asks the execution role to pass on the roles of its resources', async () => {
    const Role = 'arn:aws:iam::222222222222:role/worker';
    const properties = { Role, Code: { ZipFile: '' }, Handler: 'index.handler', Runtime: 'nodejs24.x' };
    const body = template({ Worker: { Type: 'AWS::Lambda::Function', Properties: properties } });
    await deploy(fake, { body, type: 'CREATE' });
    const passed = fake.asked.filter((one) => one.permission.action === 'iam:PassRole').at(-1);
    expect(passed).toMatchObject({
      principal: expect.stringContaining('drawbridge-execution'),
      permission: { resource: Role, context: { 'iam:PassedToService': 'lambda.amazonaws.com' } },
    });
  });

  it('asks for a role’s boundary and for each of its policies', async () => {
    const boundary = 'arn:aws:iam::222222222222:policy/drawbridge-boundary';
    const managed = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const properties = {
      RoleName: 'worker',
      PermissionsBoundary: boundary,
      Policies: [{}],
      ManagedPolicyArns: [managed],
    };
    const body = template({ Role: role(properties) });
    await deploy(fake, { body, type: 'CREATE', input: { Capabilities: ['CAPABILITY_NAMED_IAM'] } });
    const resource = 'arn:aws:iam::222222222222:role/worker';
    const context = { 'iam:PermissionsBoundary': boundary };
    expect(permission('iam:CreateRole')).toEqual({ action: 'iam:CreateRole', resource, context });
    expect(permission('iam:PutRolePolicy')).toEqual({ action: 'iam:PutRolePolicy', resource, context });
    expect(permission('iam:AttachRolePolicy')?.context).toEqual({ ...context, 'iam:PolicyARN': managed });
  });

  it('renews the session of a long operation', async () => {
    const chain = (index: number) => ({
      Type: 'AWS::RDS::DBInstance',
      Properties: {},
      ...(index === 0 ? {} : { DependsOn: `Db${index - 1}` }),
    });
    const body = template(Object.fromEntries(many(12, (index) => [`Db${index}`, chain(index)])));
    expect((await deploy(fake, { body, type: 'CREATE' })).StackStatus).toBe('CREATE_COMPLETE');
    expect(fake.now() - Date.parse('2026-01-05T08:00:00Z')).toBeGreaterThan(3_600_000);
    expect((await stackOf(fake)).StackStatus).toBe('CREATE_COMPLETE');
  });
});
