import {
  ChangeSetNotFoundException,
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  InsufficientCapabilitiesException,
  InvalidChangeSetStatusException,
} from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudformationService } from '#sandbox/cloudformation/service.ts';
import { iamService } from '#sandbox/iam/service.ts';
import type { Service } from '#sandbox/kernel.ts';
import { administratorRole, homeRegion, organizationsService, seedIdentities } from '#sandbox/organization.ts';
import type { RunningSandbox } from '#sandbox/runtime/running-sandbox.ts';
import { startSandbox } from '#sandbox/runtime/start.ts';
import { stsService } from '#sandbox/sts/service.ts';
import { queue, template } from './scenario.ts';

/** Status events are delivered to nobody here. */
const bus: Service = { name: 'events', operations: {}, jobs: { deliver: () => undefined }, providers: {} };

let sandbox: RunningSandbox;
let client: CloudFormationClient;

beforeEach(async () => {
  sandbox = await startSandbox({ seed: 1, services: [stsService, iamService, cloudformationService, bus] });
  seedIdentities(sandbox);
  const credentials = sandbox.openSession({
    roleArn: `arn:aws:iam::222222222222:role/${administratorRole}`,
    sessionName: 'test',
    service: organizationsService,
    durationSeconds: 3_600,
  });
  client = new CloudFormationClient({
    region: homeRegion,
    endpoint: sandbox.endpoint,
    credentials,
    systemClockOffset: sandbox.now() - Date.now(),
    maxAttempts: 1,
  });
});

afterEach(async () => {
  client.destroy();
  await sandbox.close();
});

const change = (TemplateBody: string, ChangeSetType: 'CREATE' | 'UPDATE', ChangeSetName: string) =>
  client.send(new CreateChangeSetCommand({ StackName: 'orders', ChangeSetName, ChangeSetType, TemplateBody }));

describe('CloudFormation over the wire, asked by AWS’s own client', () => {
  it('plans, executes and tells a release, with rights checked on the way', async () => {
    const body = template(
      { Jobs: queue({ VisibilityTimeout: 30 }), Topic: { Type: 'AWS::SNS::Topic' } },
      { Outputs: { Url: { Value: { Ref: 'Jobs' } } } },
    );
    const { Id, StackId } = await change(body, 'CREATE', 'first');
    await sandbox.run();
    const planned = await client.send(new DescribeChangeSetCommand({ ChangeSetName: Id, IncludePropertyValues: true }));
    expect(planned).toMatchObject({ Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE', StackName: 'orders' });
    expect(planned.CreationTime).toBeInstanceOf(Date);
    expect(planned.Changes?.map((one) => one.ResourceChange?.Action)).toEqual(['Add', 'Add']);
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id, ClientRequestToken: 'op-1' }));
    await sandbox.run();
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: StackId }));
    expect(Stacks).toMatchObject([{ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'Url' }] }]);
    const { StackEvents } = await client.send(new DescribeStackEventsCommand({ StackName: 'orders' }));
    expect(StackEvents?.[0]).toMatchObject({ ResourceStatus: 'CREATE_COMPLETE', ClientRequestToken: 'op-1' });
    const actions = sandbox.journal().flatMap((entry) => (entry.kind === 'decision' ? [entry.action] : []));
    expect(actions).toEqual(expect.arrayContaining(['sqs:CreateQueue', 'sns:CreateTopic']));
  });

  it('shows a replacement with all its details', async () => {
    const { Id } = await change(template({ Jobs: queue() }), 'CREATE', 'first');
    await sandbox.run();
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
    await sandbox.run();
    const { Id: next } = await change(template({ Jobs: queue({ QueueName: 'jobs' }) }), 'UPDATE', 'next');
    await sandbox.run();
    const { Changes } = await client.send(new DescribeChangeSetCommand({ ChangeSetName: next }));
    expect(Changes?.[0]?.ResourceChange).toMatchObject({
      Action: 'Modify',
      Replacement: 'True',
      PolicyAction: 'ReplaceAndDelete',
      Details: [{ Target: { Attribute: 'Properties', Name: 'QueueName', RequiresRecreation: 'Always' } }],
    });
  });

  it('answers errors as the client’s own classes', async () => {
    const nothing = new DescribeChangeSetCommand({ ChangeSetName: 'no', StackName: 'orders' });
    await expect(client.send(nothing)).rejects.toBeInstanceOf(ChangeSetNotFoundException);
    const user = template({ User: { Type: 'AWS::IAM::User', Properties: { UserName: 'u' } } });
    await expect(change(user, 'CREATE', 'user')).rejects.toBeInstanceOf(InsufficientCapabilitiesException);
    const { Id } = await change(template({ Jobs: queue() }), 'CREATE', 'early');
    const early = client.send(new ExecuteChangeSetCommand({ ChangeSetName: Id }));
    await expect(early).rejects.toBeInstanceOf(InvalidChangeSetStatusException);
    const gone = client.send(new DescribeStacksCommand({ StackName: 'gone' }));
    await expect(gone).rejects.toMatchObject({ name: 'ValidationError', message: 'Stack with id gone does not exist' });
  });
});
