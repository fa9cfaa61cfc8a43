import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand, type PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import {
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  SFNClient,
  StartExecutionCommand,
  type StartExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '#sandbox/aws-error.ts';
import type { ServiceName } from '#sandbox/kernel.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { credentials, fakeIdentity } from '#test/sandbox/fake-identity.ts';
import { fakeService, recorder } from '#test/sandbox/fake-services.ts';
import { signedFetch } from '#test/sandbox/signed-fetch.ts';

let sandbox: RunningSandbox;
afterEach(() => sandbox.close());

async function start(name: ServiceName, operations: Parameters<typeof fakeService>[1], identity = fakeIdentity()) {
  sandbox = await startSandbox({ seed: 1, services: [fakeService(name, operations)], identity });
  return { endpoint: sandbox.endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 };
}

const input: StartExecutionCommandInput = { stateMachineArn: 'arn:sm', name: 'p-1', input: '{"a":"ä\\n"}' };

describe('Step Functions', () => {
  it('is asked and answers with the types of its model', async () => {
    const { inputs, take } = recorder<StartExecutionCommandInput>();
    const startDate = new Date('2026-01-05T09:00:00.250Z');
    const client = new SFNClient(
      await start('states', {
        StartExecution: (received: StartExecutionCommandInput) => {
          take(received);
          return { executionArn: 'arn:ex', startDate };
        },
      }),
    );
    await expect(client.send(new StartExecutionCommand(input))).resolves.toMatchObject({
      executionArn: 'arn:ex',
      startDate,
    });
    expect(inputs).toEqual([input]);
  });

  it('answers modelled errors', async () => {
    const client = new SFNClient(
      await start('states', {
        StartExecution: () => {
          throw new AwsError('ExecutionAlreadyExists', 'Execution Already Exists');
        },
      }),
    );
    const failed = client.send(new StartExecutionCommand(input));
    await expect(failed).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    await expect(failed).rejects.toMatchObject({
      message: 'Execution Already Exists',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('answers a missing permission as AccessDeniedException with 400', async () => {
    const identity = fakeIdentity({ denied: ['states:DescribeExecution'] });
    const client = new SFNClient(await start('states', { DescribeExecution: () => ({}) }, identity));
    await expect(client.send(new DescribeExecutionCommand({ executionArn: 'arn:ex' }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('answers an operation without output', async () => {
    const config = await start('states', { SendTaskSuccess: () => undefined });
    const response = await call(config.endpoint, 'AWSStepFunctions.SendTaskSuccess', '{"taskToken":"t","output":"{}"}');
    expect([response.status, await response.text()]).toEqual([200, '{}']);
  });

  it.each([
    ['text that is not JSON', 'AWSStepFunctions.StartExecution', '{', 'SerializationException', 'not valid JSON'],
    [
      'a number for a text',
      'AWSStepFunctions.StartExecution',
      '{"stateMachineArn":1}',
      'SerializationException',
      'stateMachineArn: a number can not be converted to a string',
    ],
    [
      'a list for the input',
      'AWSStepFunctions.StartExecution',
      '[]',
      'SerializationException',
      'The body: an array can not be converted to an object',
    ],
    [
      'a text in a list of structures',
      'AWSStepFunctions.CreateActivity',
      '{"name":"a","tags":["x"]}',
      'SerializationException',
      'tags[0]: a string',
    ],
    [
      'a text for a boolean',
      'AWSStepFunctions.CreateStateMachine',
      '{"publish":"yes"}',
      'SerializationException',
      'publish: a string can not be converted to a boolean',
    ],
    [
      'an unknown member',
      'AWSStepFunctions.StartExecution',
      '{"stateMachineArn":"a","nam":"b"}',
      'ValidationException',
      'nam',
    ],
    [
      'an unknown nested member',
      'AWSStepFunctions.CreateActivity',
      '{"name":"a","tags":[{"kay":"x"}]}',
      'ValidationException',
      'tags[0].kay',
    ],
    [
      'no required member',
      'AWSStepFunctions.StartExecution',
      '{}',
      'ValidationException',
      "1 validation error detected: Value null at 'stateMachineArn' failed to satisfy constraint: Member must not be null",
    ],
    ['null as body', 'AWSStepFunctions.StartExecution', 'null', 'ValidationException', 'stateMachineArn'],
    ['an operation AWS does not have', 'AWSStepFunctions.Nonsense', '{}', 'UnknownOperationException', 'Nonsense'],
    [
      'an operation that is not simulated',
      'AWSStepFunctions.ListActivities',
      '{}',
      'UnknownOperationException',
      'ListActivities',
    ],
    ['no target', '', '{}', 'UnknownOperationException', ''],
  ])('refuses %s', async (_, ...[target, body, code, message]) => {
    const nothing = () => ({});
    const { endpoint } = await start('states', {
      StartExecution: nothing,
      CreateActivity: nothing,
      CreateStateMachine: nothing,
      Nonsense: nothing,
    });
    const response = await call(endpoint, target, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ __type: code, message: expect.stringContaining(message) });
  });

  const call = (endpoint: string, target: string, body: string) =>
    signedFetch(endpoint, {
      service: 'states',
      headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' },
      body,
    });
});

describe('EventBridge', () => {
  it('takes times as seconds and lists of structures', async () => {
    const { inputs, take } = recorder<PutEventsCommandInput>();
    const client = new EventBridgeClient(
      await start('events', {
        PutEvents: (received: PutEventsCommandInput) => {
          take(received);
          return { FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] };
        },
      }),
    );
    const Entries = [
      {
        Time: new Date('2026-01-05T09:00:01Z'),
        Source: 'drawbridge',
        DetailType: 'x',
        Detail: '{}',
        Resources: ['a', 'b'],
      },
    ];
    await expect(client.send(new PutEventsCommand({ Entries }))).resolves.toMatchObject({
      FailedEntryCount: 0,
      Entries: [{ EventId: 'e-1' }],
    });
    expect(inputs).toEqual([{ Entries }]);
  });
});

describe('DynamoDB', () => {
  it('passes JSON through unread in both directions', async () => {
    const { inputs, take } = recorder<unknown>();
    const client = new DynamoDBClient(
      await start('dynamodb', {
        GetItem: (received: unknown) => {
          take(received);
          return { Item: { id: { S: 'a' }, bytes: { B: 'AQI=' }, n: { N: '1' } } };
        },
      }),
    );
    const output = await client.send(new GetItemCommand({ TableName: 't', Key: { id: { B: Uint8Array.of(1, 2) } } }));
    expect(inputs).toEqual([{ TableName: 't', Key: { id: { B: 'AQI=' } } }]);
    expect(output.Item).toEqual({ id: { S: 'a' }, bytes: { B: Uint8Array.of(1, 2) }, n: { N: '1' } });
  });

  it('answers modelled errors, also when their name carries its namespace', async () => {
    const client = new DynamoDBClient(
      await start('dynamodb', {
        PutItem: () => {
          throw new AwsError(
            'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException',
            'The conditional request failed',
          );
        },
      }),
    );
    await expect(client.send(new PutItemCommand({ TableName: 't', Item: {} }))).rejects.toBeInstanceOf(
      ConditionalCheckFailedException,
    );
  });
});

describe('Lambda', () => {
  it('is invoked with a raw payload and answers one', async () => {
    const { inputs, take } = recorder<InvokeCommandInput>();
    const client = new LambdaClient(
      await start('lambda', {
        Invoke: (received: InvokeCommandInput) => {
          take(received);
          return {
            StatusCode: 200,
            Payload: Buffer.from('{"errorMessage":"no"}'),
            FunctionError: 'Unhandled',
            ExecutedVersion: '$LATEST',
          };
        },
      }),
    );
    const FunctionName = 'arn:aws:lambda:eu-west-1:111111111111:function:plan';
    const output = await client.send(
      new InvokeCommand({
        FunctionName,
        InvocationType: 'RequestResponse',
        Payload: Buffer.from('{"a":1}'),
        Qualifier: 'live',
      }),
    );
    expect(inputs).toMatchObject([{ FunctionName, InvocationType: 'RequestResponse', Qualifier: 'live' }]);
    expect(Buffer.from(inputs[0]!.Payload as Uint8Array).toString()).toBe('{"a":1}');
    expect(output).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled', ExecutedVersion: '$LATEST' });
    expect(output.Payload?.transformToString()).toBe('{"errorMessage":"no"}');
  });

  it('answers an asynchronous invocation with the status of the output', async () => {
    const client = new LambdaClient(await start('lambda', { Invoke: () => ({ StatusCode: 202 }) }));
    const output = await client.send(new InvokeCommand({ FunctionName: 'f', InvocationType: 'Event' }));
    expect([output.StatusCode, output.$metadata.httpStatusCode]).toEqual([202, 202]);
  });

  it('answers modelled errors', async () => {
    const client = new LambdaClient(
      await start('lambda', {
        Invoke: () => {
          throw new AwsError('ResourceNotFoundException', 'Function not found: f');
        },
      }),
    );
    const failed = client.send(new InvokeCommand({ FunctionName: 'f' }));
    await expect(failed).rejects.toBeInstanceOf(ResourceNotFoundException);
    await expect(failed).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 }, Type: 'User' });
  });

  it('answers body documents', async () => {
    const { endpoint } = await start('lambda', {
      GetFunctionConfiguration: () => ({ FunctionName: 'f', Timeout: 30 }),
    });
    const path = '/2015-03-31/functions/f/configuration';
    const response = await signedFetch(endpoint, { service: 'lambda', method: 'GET', path });
    expect(await response.json()).toEqual({ FunctionName: 'f', Timeout: 30 });
  });

  it('refuses what it does not simulate', async () => {
    const { endpoint } = await start('lambda', { Invoke: () => ({}) });
    const response = await signedFetch(endpoint, { service: 'lambda', path: '/2015-03-31/functions', body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([404, 'UnknownOperationException']);
  });
});
