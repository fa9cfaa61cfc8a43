import { describe, expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import { lambdaService } from '#sandbox/lambda/service.ts';
import { s3Service } from '#sandbox/s3/service.ts';
import { ownFunction } from './functions.ts';
import { elsewhere, home, region, stubSandbox } from './stub-sandbox.ts';

const arn = `arn:aws:lambda:${region}:${home}:function:orders`;
const usersFunction = (more: Record<string, Json> = {}): Record<string, Json> => ({
  FunctionName: 'orders',
  Handler: 'index.handler',
  Role: `arn:aws:iam::${home}:role/orders`,
  Code: { S3Bucket: 'artifacts', S3Key: 'assets/1' },
  ...more,
});
const withCode = async () => {
  const sandbox = stubSandbox([lambdaService, s3Service]);
  await sandbox.create('AWS::S3::Bucket', { BucketName: 'artifacts' });
  await sandbox.call('PutObject', { Bucket: 'artifacts', Key: 'assets/1' });
  return sandbox;
};

describe('AWS::Lambda::Function', () => {
  it('is referred to by its name and has its ARN', async () => {
    const sandbox = await withCode();
    const request = sandbox.request('AWS::Lambda::Function', usersFunction());
    const made = await sandbox.provider('AWS::Lambda::Function')!.create(request);
    expect(made).toEqual({ physicalId: 'orders', attributes: { Arn: arn } });
  });

  it('gets a name from stack and logical id when the template gives none, within 64 characters', async () => {
    const sandbox = await withCode();
    const { FunctionName: _none, ...properties } = usersFunction();
    const name = await sandbox.create('AWS::Lambda::Function', properties, { stackName: 's'.repeat(100) });
    expect(name).toMatch(/^s{51}-[A-Z0-9]{12}$/);
  });

  it('shows its configuration to GetFunction, numbers given as text included', async () => {
    const sandbox = await withCode();
    const Environment = { Variables: { RETRIES: 3 } };
    await sandbox.create(
      'AWS::Lambda::Function',
      usersFunction({ Timeout: '30', Environment, Tags: [{ Key: 'team', Value: 'shop' }] }),
    );
    expect(await sandbox.call('GetFunction', { FunctionName: 'orders' })).toMatchObject({
      Configuration: { FunctionArn: arn, Timeout: 30, MemorySize: 128, Environment: { Variables: { RETRIES: '3' } } },
      Tags: { team: 'shop' },
    });
    expect(sandbox.asked.at(-1)?.permission).toEqual({ action: 'lambda:GetFunction', resource: arn });
  });

  it('keeps its resource policy when it is updated, and is gone when it is removed', async () => {
    const sandbox = await withCode();
    const provider = sandbox.provider('AWS::Lambda::Function')!;
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    await sandbox.create('AWS::Lambda::Permission', {
      FunctionName: arn,
      Action: 'lambda:InvokeFunction',
      Principal: '*',
    });
    const request = sandbox.request('AWS::Lambda::Function', usersFunction({ Timeout: 9 }), { physicalId: 'orders' });
    await provider.update(request);
    expect(sandbox.world.lambda.functions[arn]).toMatchObject({ timeoutSeconds: 9 });
    expect(Object.keys(sandbox.world.lambda.functions[arn]!.policy)).toHaveLength(1);
    await provider.remove(request);
    expect(sandbox.world.lambda.functions).toEqual({});
    expect(() => provider.update(request)).toThrow('Function not found');
  });

  it.each([
    ['a second function of the name', {}, 'Function already exist: orders'],
    [
      'a role Lambda may not assume',
      { FunctionName: 'two', Role: 'arn:aws:iam::111111111111:role/untrusted' },
      'cannot be assumed by Lambda',
    ],
    [
      'a reserved variable',
      { FunctionName: 'two', Environment: { Variables: { AWS_REGION: 'x' } } },
      'Reserved keys used in this request: AWS_REGION',
    ],
    ['a timeout over 15 minutes', { FunctionName: 'two', Timeout: 901 }, '#/Timeout'],
    ['a bad name', { FunctionName: 'a b' }, '#/FunctionName'],
    [
      'code in no bucket',
      { FunctionName: 'two', Code: { S3Bucket: 'other', S3Key: 'k' } },
      'S3 Error Code: NoSuchBucket',
    ],
    [
      'code that is not there',
      { FunctionName: 'two', Code: { S3Bucket: 'artifacts', S3Key: 'k' } },
      'S3 Error Code: NoSuchKey',
    ],
  ])('is refused with %s', async (_what, more, message) => {
    const sandbox = await withCode();
    sandbox.untrusted.add('arn:aws:iam::111111111111:role/untrusted');
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    await expect(async () => sandbox.create('AWS::Lambda::Function', usersFunction(more))).rejects.toThrow(message);
  });

  it('is refused when its code lies in another region', async () => {
    const sandbox = await withCode();
    const create = async () => sandbox.create('AWS::Lambda::Function', usersFunction(), { region: 'us-east-1' });
    await expect(create).rejects.toThrow('S3 Error Code: PermanentRedirect');
  });

  it('needs no archive when it is one of our own', async () => {
    const sandbox = stubSandbox([lambdaService]);
    expect(await sandbox.create('AWS::Lambda::Function', ownFunction('plan'))).toBe('drawbridge-plan');
  });
});

describe('AWS::Lambda::Permission', () => {
  const FunctionName = 'orders';
  const Action = 'lambda:InvokeFunction';
  it.each([
    ['a service', { Principal: 'events.amazonaws.com' }, { Principal: { Service: 'events.amazonaws.com' } }],
    ['an account', { Principal: elsewhere }, { Principal: { AWS: `arn:aws:iam::${elsewhere}:root` } }],
    [
      'a role',
      { Principal: 'arn:aws:iam::222222222222:role/x' },
      { Principal: { AWS: 'arn:aws:iam::222222222222:role/x' } },
    ],
    [
      'everyone in the organization',
      { Principal: '*', PrincipalOrgID: 'o-1' },
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } } },
    ],
    [
      'one rule of one account',
      { Principal: 'events.amazonaws.com', SourceArn: 'arn:rule', SourceAccount: home },
      { Condition: { ArnLike: { 'aws:SourceArn': 'arn:rule' }, StringEquals: { 'aws:SourceAccount': home } } },
    ],
  ])('lets in %s', async (_who, properties, statement) => {
    const sandbox = await withCode();
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    const id = await sandbox.create('AWS::Lambda::Permission', { FunctionName, Action, ...properties });
    await sandbox.call('Invoke', { FunctionName, InvocationType: 'DryRun' });
    const { resourcePolicy } = sandbox.asked.at(-1)!.permission;
    expect(resourcePolicy?.account).toBe(home);
    expect(JSON.parse(resourcePolicy!.document)).toMatchObject({
      Version: '2012-10-17',
      Statement: [{ Sid: id, Effect: 'Allow', Action, Resource: arn, ...statement }],
    });
  });

  it('ends with the resource', async () => {
    const sandbox = await withCode();
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    const properties = { FunctionName, Action, Principal: '*' };
    const physicalId = await sandbox.create('AWS::Lambda::Permission', properties);
    const provider = sandbox.provider('AWS::Lambda::Permission')!;
    const request = sandbox.request('AWS::Lambda::Permission', properties, { physicalId });
    expect(await provider.update(request)).toMatchObject({ physicalId });
    await provider.remove(request);
    expect(sandbox.world.lambda.functions[arn]!.policy).toEqual({});
    sandbox.world.lambda.functions = {};
    expect(() => provider.remove(request)).not.toThrow();
  });

  it.each([
    ['of no function', { FunctionName: 'other', Action, Principal: '*' }, 'Function not found'],
    [
      'of an action that is not Lambda’s',
      { FunctionName, Action: 's3:GetObject', Principal: '*' },
      'is not an action of Lambda',
    ],
  ])('is refused %s', async (_what, properties, message) => {
    const sandbox = await withCode();
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    await expect(async () => sandbox.create('AWS::Lambda::Permission', properties)).rejects.toThrow(message);
  });
});

describe('versions and aliases', () => {
  it('are numbers and names by which the function is found, with a permission of their own', async () => {
    const sandbox = await withCode();
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    expect(await sandbox.create('AWS::Lambda::Version', { FunctionName: 'orders' })).toBe(`${arn}:1`);
    const alias = { FunctionName: 'orders', FunctionVersion: '1', Name: 'live' };
    const physicalId = await sandbox.create('AWS::Lambda::Alias', alias);
    const permission = { FunctionName: physicalId, Action: 'lambda:InvokeFunction', Principal: '*' };
    await sandbox.create('AWS::Lambda::Permission', permission);
    await sandbox.call('Invoke', { FunctionName: physicalId, InvocationType: 'DryRun' });
    expect(sandbox.asked.at(-1)?.permission.resource).toBe(`${arn}:live`);
    expect(sandbox.asked.at(-1)?.permission.resourcePolicy?.document).toContain(`"${arn}:live"`);

    const request = sandbox.request('AWS::Lambda::Alias', alias, { physicalId });
    await sandbox.provider('AWS::Lambda::Alias')!.remove(request);
    await expect(sandbox.call('Invoke', { FunctionName: 'orders:live' })).rejects.toThrow('Function not found');
    const version = sandbox.request('AWS::Lambda::Version', { FunctionName: 'orders' }, { physicalId: `${arn}:1` });
    const versions = sandbox.provider('AWS::Lambda::Version')!;
    expect(await versions.update(version)).toEqual({
      physicalId: `${arn}:1`,
      attributes: { FunctionArn: `${arn}:1`, Version: '1' },
    });
    await versions.remove(version);
    expect(await sandbox.create('AWS::Lambda::Version', { FunctionName: 'orders' })).toBe(`${arn}:2`);
  });

  it('an EventInvokeConfig ends with AWS’s defaults', async () => {
    const sandbox = await withCode();
    await sandbox.create('AWS::Lambda::Function', usersFunction());
    const properties = { FunctionName: 'orders', Qualifier: '$LATEST', MaximumEventAgeInSeconds: 60 };
    const physicalId = await sandbox.create('AWS::Lambda::EventInvokeConfig', properties);
    const stored = sandbox.world.lambda.functions[arn]!;
    expect(stored.asynchronous).toEqual({ maximumRetryAttempts: 2, maximumEventAgeSeconds: 60 });
    const request = sandbox.request('AWS::Lambda::EventInvokeConfig', properties, { physicalId });
    await sandbox.provider('AWS::Lambda::EventInvokeConfig')!.remove(request);
    expect(stored.asynchronous).toEqual({ maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 });
  });
});
