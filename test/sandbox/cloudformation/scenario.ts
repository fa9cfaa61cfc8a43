/** Words of the scenarios: templates as objects, deployments through change sets, and what is read back. */
import type {
  DescribeChangeSetCommandOutput,
  DescribeStackEventsCommandOutput,
  DescribeStacksCommandOutput,
  Stack,
} from '@aws-sdk/client-cloudformation';
import { executionRole, type FakeSandbox } from './fake-sandbox.ts';

export type Resources = Record<string, object>;

export const queue = (properties: object = {}, rest: object = {}) => ({
  Type: 'AWS::SQS::Queue',
  Properties: properties,
  ...rest,
});

export const template = (Resources: Resources, rest: object = {}): string => JSON.stringify({ Resources, ...rest });

export interface Deployment {
  readonly body: string;
  readonly type?: 'CREATE' | 'UPDATE';
  readonly name?: string;
  readonly token?: string;
  readonly stack?: string;
  readonly input?: object;
  readonly execute?: object;
}

let minted = 0;

/** Makes a change set and waits until it is computed. */
export async function plan(fake: FakeSandbox, deployment: Deployment): Promise<DescribeChangeSetCommandOutput> {
  minted += 1;
  const { body, type = 'UPDATE', name = `set-${minted}`, stack = 'orders', input = {} } = deployment;
  const { Id } = await fake.ask('CreateChangeSet', {
    ...{ StackName: stack, ChangeSetName: name, ChangeSetType: type, TemplateBody: body, RoleARN: executionRole },
    ...input,
  });
  await fake.run(60);
  return await fake.ask('DescribeChangeSet', { ChangeSetName: Id });
}

/** Plans, executes, and waits until all is over. */
export async function deploy(fake: FakeSandbox, deployment: Deployment): Promise<Stack> {
  const { ChangeSetId, StackId } = await plan(fake, deployment);
  const token = deployment.token === undefined ? {} : { ClientRequestToken: deployment.token };
  await fake.ask('ExecuteChangeSet', { ChangeSetName: ChangeSetId, ...token, ...deployment.execute });
  await fake.run();
  return await stackOf(fake, StackId);
}

export async function stackOf(fake: FakeSandbox, name = 'orders'): Promise<Stack> {
  const { Stacks } = await fake.ask<DescribeStacksCommandOutput>('DescribeStacks', { StackName: name });
  return Stacks![0]!;
}

/** Events, oldest first, as `logical id STATUS: reason`. */
export async function story(fake: FakeSandbox, stack = 'orders', token?: string): Promise<string[]> {
  const { StackEvents } = await fake.ask<DescribeStackEventsCommandOutput>('DescribeStackEvents', { StackName: stack });
  return StackEvents!
    .filter((event) => token === undefined || event.ClientRequestToken === token)
    .toReversed()
    .map((event) => {
      const reason = event.ResourceStatusReason ? `: ${event.ResourceStatusReason}` : '';
      return `${event.LogicalResourceId} ${event.ResourceStatus}${reason}`;
    });
}

/** Properties of the stack's resources as they are now. */
export function properties(fake: FakeSandbox, logicalId: string): unknown {
  const stacks = Object.values(fake.world.cloudformation.stacks);
  return stacks.map((stack) => stack.resources[logicalId]?.definition.properties).at(-1);
}

export function physicalId(fake: FakeSandbox, logicalId: string): string | undefined {
  const stacks = Object.values(fake.world.cloudformation.stacks);
  return stacks.map((stack) => stack.resources[logicalId]?.physicalId).at(-1);
}
