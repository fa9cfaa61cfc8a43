/** Custom resources in a nested stack: its template is read from a bucket, its function asked with the rights of the whole operation. */
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type Stack,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Json, Service } from '#sandbox/kernel.ts';
import { kmsService } from '#sandbox/kms/service.ts';
import type { StandIn } from '#sandbox/lambda/registry.ts';
import { lambdaService } from '#sandbox/lambda/service.ts';
import { administratorRole, homeRegion, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { s3Service } from '#sandbox/s3/service.ts';
import { stsService } from '#sandbox/sts/service.ts';

const account = '222222222222';
const functionArn = `arn:aws:lambda:${homeRegion}:${account}:function:provider`;
const bus: Service = { name: 'events', operations: {}, jobs: { deliver: () => undefined }, providers: {} };

interface Request {
  readonly RequestType: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly ResourceProperties: Record<string, Json>;
  readonly OldResourceProperties?: Record<string, Json>;
}

let sandbox: RunningSandbox;
let client: CloudFormationClient;
let asked: Request[];
/** Whether the function answers requests of this type and size. */
let answers: (type: string, size: string) => boolean;

const provider: StandIn = async (event) => {
  const request = event as Request;
  asked.push(request);
  const { RequestType, StackId, RequestId, LogicalResourceId, ResourceProperties } = request;
  const size = String(ResourceProperties['Size']);
  if (!answers(RequestType, size)) return;
  const Data = { Url: `https://things/${size}` };
  const answer = { Status: 'SUCCESS', PhysicalResourceId: 'thing-1', StackId, RequestId, LogicalResourceId, Data };
  await fetch(request.ResponseURL, { method: 'PUT', body: JSON.stringify(answer) });
};

const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
const foundation = JSON.stringify({
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'templates-of-orders' } },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: { AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] } },
    },
    Provider: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        ...{ FunctionName: 'provider', Handler: 'index.handler', Runtime: 'nodejs24.x', Timeout: 10 },
        ...{ Role: { 'Fn::GetAtt': 'Role.Arn' }, Code: { ZipFile: 'never run' } },
      },
    },
  },
});
const child = JSON.stringify({
  Parameters: { Size: { Type: 'String' } },
  Resources: {
    Thing: { Type: 'Custom::Thing', Properties: { ServiceToken: functionArn, Size: { Ref: 'Size' } } },
  },
  Outputs: { Url: { Value: { 'Fn::GetAtt': 'Thing.Url' } } },
});
const parent = (Size: string) =>
  JSON.stringify({
    Resources: {
      Things: {
        Type: 'AWS::CloudFormation::Stack',
        Properties: {
          TemplateURL: `https://templates-of-orders.s3.${homeRegion}.amazonaws.com/things.json`,
          Parameters: { Size },
        },
      },
    },
    Outputs: { Url: { Value: { 'Fn::GetAtt': 'Things.Outputs.Url' } } },
  });

beforeEach(async () => {
  asked = [];
  answers = () => true;
  const services = [stsService, iamService, cloudformationService, lambdaService, s3Service, kmsService, bus];
  sandbox = await startSandbox({ seed: 1, services, standIns: { provider } });
  seedIdentities(sandbox);
  const credentials = sandbox.openSession({
    roleArn: `arn:aws:iam::${account}:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 43_200,
  });
  const { endpoint } = sandbox;
  client = new CloudFormationClient({ region: homeRegion, endpoint, credentials, maxAttempts: 2 });
  await make('foundation', foundation);
  const bucket = new S3Client({ region: homeRegion, endpoint, credentials, forcePathStyle: true, maxAttempts: 2 });
  await bucket.send(new PutObjectCommand({ Bucket: 'templates-of-orders', Key: 'things.json', Body: child }));
  bucket.destroy();
});
afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

async function make(StackName: string, TemplateBody: string): Promise<Stack> {
  await client.send(new CreateStackCommand({ StackName, TemplateBody, Capabilities: ['CAPABILITY_IAM'] }));
  return end(StackName);
}

async function update(TemplateBody: string): Promise<Stack> {
  await client.send(new UpdateStackCommand({ StackName: 'orders', TemplateBody }));
  return end('orders');
}

async function end(StackName: string): Promise<Stack> {
  await sandbox.run();
  return (await client.send(new DescribeStacksCommand({ StackName }))).Stacks![0]!;
}

const childStack = () => Object.values(sandbox.world.cloudformation.stacks).find(({ parent: above }) => above)!;
const requests = () => asked.map(({ RequestType, ResourceProperties }) => [RequestType, ResourceProperties['Size']]);
async function reasons(StackName: string): Promise<string> {
  const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName }));
  return StackEvents!.map((event) => event.ResourceStatusReason ?? '').join('\n');
}

it('is asked for the nested stack, and its attributes reach the parent as outputs', async () => {
  const { StackStatus, Outputs } = await make('orders', parent('3'));
  expect([StackStatus, Outputs?.[0]?.OutputValue]).toEqual(['CREATE_COMPLETE', 'https://things/3']);
  expect(asked).toMatchObject([{ RequestType: 'Create', StackId: childStack().stackId, LogicalResourceId: 'Thing' }]);
  expect((await update(parent('4'))).Outputs?.[0]?.OutputValue).toBe('https://things/4');
  expect(asked[1]).toMatchObject({ RequestType: 'Update', OldResourceProperties: { Size: '3' } });
});

it('goes back with another update when the parent is undone', async () => {
  await make('orders', parent('3'));
  answers = (type, size) => !(type === 'Update' && size === '4');
  const stack = await update(parent('4'));
  expect([stack.StackStatus, childStack().status]).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
  expect(requests()).toEqual([
    ['Create', '3'],
    ['Update', '4'],
    ['Update', '3'],
  ]);
  expect(childStack().resources['Thing']?.attributes).toEqual({ Url: 'https://things/3' });
  expect(stack.Outputs?.[0]?.OutputValue).toBe('https://things/3');
  const { stackId } = childStack();
  expect(await reasons('orders')).toContain(`Embedded stack ${stackId} was not successfully updated.`);
});

it('is deleted with a nested stack that the parent takes back', async () => {
  const more = JSON.parse(parent('3')) as { Resources: Record<string, object> };
  const Broken = {
    Type: 'Custom::Thing',
    DependsOn: 'Things',
    Properties: { ServiceToken: functionArn, Size: 'none' },
  };
  answers = (type, size) => type === 'Delete' || size !== 'none';
  const stack = await make('orders', JSON.stringify({ ...more, Resources: { ...more.Resources, Broken } }));
  expect([stack.StackStatus, childStack().status]).toEqual(['ROLLBACK_COMPLETE', 'DELETE_COMPLETE']);
  expect(requests()).toEqual([
    ['Create', '3'],
    ['Create', 'none'],
    ['Delete', 'none'],
    ['Delete', '3'],
  ]);
});
