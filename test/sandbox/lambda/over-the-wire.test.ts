import { afterEach, describe, expect, it } from 'vitest';
import { dynamoDbService } from '#sandbox/dynamodb/service.ts';
import { eventsService } from '#sandbox/events/service.ts';
import { apiUrl } from '#sandbox/http-api/api-url.ts';
import { httpApiService } from '#sandbox/http-api/service.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Json, ResourceRequest } from '#sandbox/kernel.ts';
import { lambdaServiceOver } from '#sandbox/lambda/service.ts';
import { seedIdentities } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { s3Service } from '#sandbox/s3/service.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { openPersonSession } from '#sandbox/sts/sessions.ts';
import { signedFetch } from '../signed-fetch.ts';
import { bundles, ownFunction } from './functions.ts';
import { home, region } from './stub-sandbox.ts';

/** A function as we ship them: it finds the sandbox by its environment alone and speaks to it with the real SDK. */
const folder = bundles({
  api: `
    import { DynamoDBClient, GetItemCommand, PutItemCommand } from '${import.meta.resolve('@aws-sdk/client-dynamodb')}';
    import { EventBridgeClient, PutEventsCommand } from '${import.meta.resolve('@aws-sdk/client-eventbridge')}';
    import { GetObjectCommand, PutObjectCommand, S3Client } from '${import.meta.resolve('@aws-sdk/client-s3')}';
    import { GetCallerIdentityCommand, STSClient } from '${import.meta.resolve('@aws-sdk/client-sts')}';
    const refused = (promise) => promise.then(() => 'allowed', (error) => error.name);
    export const handler = async (event) => {
      const table = new DynamoDBClient(), bucket = new S3Client(), bus = new EventBridgeClient(), sts = new STSClient();
      const Item = { pk: { S: 'release' }, body: { S: event.body } };
      await table.send(new PutItemCommand({ TableName: 'drawbridge-ledger', Item }));
      const read = await table.send(new GetItemCommand({ TableName: 'drawbridge-ledger', Key: { pk: { S: 'release' } } }));
      const object = { Bucket: 'documents', Key: 'plans/1' };
      await bucket.send(new PutObjectCommand({ ...object, Body: event.body, IfNoneMatch: '*' }));
      const again = await refused(bucket.send(new PutObjectCommand({ ...object, Body: 'other', IfNoneMatch: '*' })));
      const stored = await (await bucket.send(new GetObjectCommand(object))).Body.transformToString();
      const Entries = [{ Source: 'drawbridge', DetailType: 'Promotion', Detail: '{}' }];
      return {
        statusCode: 201,
        body: JSON.stringify({
          actor: event.requestContext.authorizer.iam.userArn,
          self: (await sts.send(new GetCallerIdentityCommand())).Arn,
          at: new Date().toISOString(),
          read: read.Item.body.S,
          stored,
          again,
          event: await refused(bus.send(new PutEventsCommand({ Entries }))),
        }),
      };
    };`,
});

const may = (Action: string[], Resource: string): Json => ({ Effect: 'Allow', Action, Resource });
const functionRole: Json = {
  RoleName: 'drawbridge-api',
  AssumeRolePolicyDocument: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  },
  Policies: [
    {
      PolicyName: 'own',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          may(['dynamodb:PutItem', 'dynamodb:GetItem'], `arn:aws:dynamodb:${region}:${home}:table/drawbridge-ledger`),
          may(['s3:PutObject', 's3:GetObject'], 'arn:aws:s3:::documents/*'),
        ],
      },
    },
  ],
};

const services = [
  iamService,
  stsService,
  s3Service,
  dynamoDbService,
  eventsService,
  httpApiService,
  lambdaServiceOver(folder),
];
let sandbox: RunningSandbox | undefined;
afterEach(() => sandbox?.close());

const deploy = async (running: RunningSandbox): Promise<string> => {
  const create = async (type: string, properties: Record<string, Json>): Promise<string> => {
    const place = { sandbox: running, account: home, region, stackId: 'arn:stack', stackName: 'drawbridge' };
    const request: ResourceRequest = { ...place, logicalId: 'Thing', type, properties };
    return (await running.provider(type)!.create(request)).physicalId;
  };
  await create('AWS::IAM::Role', functionRole as Record<string, Json>);
  await create('AWS::S3::Bucket', { BucketName: 'documents' });
  const key = 'pk';
  await create('AWS::DynamoDB::Table', {
    TableName: 'drawbridge-ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
  });
  await create('AWS::Lambda::Function', ownFunction('api', { Timeout: 20 }));
  const ApiId = await create('AWS::ApiGatewayV2::Api', { Name: 'drawbridge', ProtocolType: 'HTTP' });
  const sourceArn = `arn:aws:execute-api:${region}:${home}:${ApiId}/*`;
  await create('AWS::Lambda::Permission', {
    FunctionName: 'drawbridge-api',
    Action: 'lambda:InvokeFunction',
    Principal: 'apigateway.amazonaws.com',
    SourceArn: sourceArn,
  });
  await create('AWS::ApiGatewayV2::Stage', { ApiId, StageName: '$default' });
  const IntegrationUri = `arn:aws:lambda:${region}:${home}:function:drawbridge-api`;
  const integration = { ApiId, IntegrationType: 'AWS_PROXY', IntegrationUri, PayloadFormatVersion: '2.0' };
  const Target = `integrations/${await create('AWS::ApiGatewayV2::Integration', integration)}`;
  await create('AWS::ApiGatewayV2::Route', {
    ApiId,
    RouteKey: 'ANY /v1/{proxy+}',
    AuthorizationType: 'AWS_IAM',
    Target,
  });
  return ApiId;
};

const ask = (running: RunningSandbox, apiId: string, person: string) => {
  const { accessKeyId, secretAccessKey, sessionToken } = openPersonSession(running, person);
  const path = new URL(`${apiUrl(running, apiId)}/v1/releases`).pathname;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  return signedFetch(running.endpoint, { service: 'execute-api', path, body: '{"release":"r-1"}', ...credentials });
};

describe('a function behind the API', () => {
  it('knows who calls, and uses table and bucket as its own role in virtual time', async () => {
    sandbox = await startSandbox({ seed: 1, services });
    seedIdentities(sandbox);
    const response = await ask(sandbox, await deploy(sandbox), 'alice');
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({
      actor: expect.stringMatching(/:assumed-role\/AWSReservedSSO_ReleaseManager_[0-9a-f]{16}\/alice$/),
      self: `arn:aws:sts::${home}:assumed-role/drawbridge-api/drawbridge-api`,
      at: '2026-01-05T09:00:00.000Z',
      read: '{"release":"r-1"}',
      stored: '{"release":"r-1"}',
      again: 'PreconditionFailed',
      event: 'AccessDeniedException',
    });
  });

  it('is not reached by a person who may only read', async () => {
    sandbox = await startSandbox({ seed: 1, services });
    seedIdentities(sandbox);
    const response = await ask(sandbox, await deploy(sandbox), 'dave');
    expect([response.status, await response.json()]).toEqual([403, { message: 'Forbidden' }]);
  });
});
