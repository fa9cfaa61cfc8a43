import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  TaskTimedOut,
} from '@aws-sdk/client-sfn';
import { expect, it } from 'vitest';
import type { Json } from '#sandbox/kernel.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { statesService } from '#sandbox/step-functions/service.ts';
import { credentials, fakeIdentity } from '../fake-identity.ts';
import { fakeService } from '../fake-services.ts';
import { account, chain, region, tokenTask } from './stub-sandbox.ts';

const createMachine = async (sandbox: RunningSandbox): Promise<string> => {
  const made = await statesService.providers['AWS::StepFunctions::StateMachine']!.create({
    sandbox,
    account,
    region,
    stackId: 's',
    stackName: 's',
    logicalId: 'Machine',
    type: 'AWS::StepFunctions::StateMachine',
    properties: {
      StateMachineName: 'machine',
      RoleArn: `arn:aws:iam::${account}:role/machine`,
      Definition: chain({ A: tokenTask('ask', { TimeoutSeconds: 600 }), B: { Type: 'Succeed' } }) as Json,
    },
  });
  return made.physicalId;
};

it('the SDK client starts, answers and describes an execution over the wire', async () => {
  const tokens: string[] = [];
  const lambda = fakeService('lambda', {
    Invoke: ({ Payload }: { Payload: Uint8Array }) => {
      tokens.push((JSON.parse(new TextDecoder().decode(Payload)) as { token: string }).token);
      return { StatusCode: 200, Payload: new TextEncoder().encode('null') };
    },
  });
  const events = fakeService('events', {}, { deliver: () => undefined });
  const sandbox = await startSandbox({ seed: 1, services: [statesService, lambda, events], identity: fakeIdentity() });
  const client = new SFNClient({ endpoint: sandbox.endpoint, region, credentials, maxAttempts: 1 });
  try {
    const stateMachineArn = await createMachine(sandbox);
    const start = (input: string) => client.send(new StartExecutionCommand({ stateMachineArn, name: 'one', input }));
    const { executionArn } = await start('{"a":1}');
    await sandbox.run(() => tokens.length > 0);
    await expect(start('{"a":2}')).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    const answer = new SendTaskSuccessCommand({ taskToken: tokens[0], output: '{"by":"alice"}' });
    await sandbox.run(() => sandbox.world.states.executions[executionArn!]!.history.length > 4);
    await client.send(answer);
    await expect(client.send(answer)).rejects.toBeInstanceOf(TaskTimedOut);
    const described = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(described).toMatchObject({ status: 'SUCCEEDED', output: '{"by":"alice"}', startDate: expect.any(Date) });
    const { events: history } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(history?.at(0)).toMatchObject({
      type: 'ExecutionStarted',
      id: 1,
      executionStartedEventDetails: { input: '{"a":1}' },
    });
    expect(history?.at(-1)).toMatchObject({ type: 'ExecutionSucceeded', previousEventId: history!.length - 1 });
  } finally {
    client.destroy();
    await sandbox.close();
  }
});
