/** Stacks of one target as CloudFormation describes them, through a guarded session. Reads only. */
import { createHash } from 'node:crypto';
import {
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetStackPolicyCommand,
  GetTemplateCommand,
  type StackEvent as SdkStackEvent,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import type { DesiredStack, LiveStack } from '#shared/domain/plan/comparison.ts';
import {
  type FirstFailure,
  failureBelow,
  type Operation,
  operationOf,
  type StackEvent,
} from '#shared/domain/plan/operation.ts';
import { readSource } from '#shared/domain/template/source.ts';
import { isObject, type JsonObject } from '#shared/domain/template/template.ts';
import { isMissingStack } from './missing-stack.ts';
import type { TargetSession } from './sessions.ts';
import { asked } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** Events of one operation never fill more pages than this: 500 resources × a few events each. */
const mostPages = 50;

/** Deeper than anything nests. */
const deepest = 10;

/** The stack's status and id, or undefined when there is none. `stack` is its name or ARN. */
export async function readStackStatus(
  session: TargetSession,
  stack: string,
): Promise<{ stackId: string; status: string } | undefined> {
  const found = await describeStack(session, stack);
  return found === undefined ? undefined : { stackId: found.StackId ?? '', status: found.StackStatus ?? '' };
}

/** The stack's outputs by name; none of a stack that is not there, or that was never finished. */
export async function readOutputs(
  session: TargetSession,
  stackName: string,
): Promise<Readonly<Record<string, string>>> {
  return outputsOf(await describeStack(session, stackName));
}

/**
 * Everything that a release decides about a stack, as it is now. One DescribeStacks and one GetTemplate; its stack policy is asked for
 * where the release has one, and `withPolicy` in any case.
 */
export async function readStack(
  session: TargetSession,
  { stackName, stackPolicy }: Pick<DesiredStack, 'stackName' | 'stackPolicy'>,
  { withPolicy }: { withPolicy: boolean } = { withPolicy: stackPolicy !== undefined },
): Promise<LiveStack | undefined> {
  const found = await describeStack(session, stackName);
  if (found === undefined) return undefined;
  const settled = found.StackStatus !== 'REVIEW_IN_PROGRESS';
  return {
    stackId: found.StackId ?? '',
    changeSet: /:changeSet\/([^/]+)\//.exec(found.ChangeSetId ?? '')?.[1],
    status: found.StackStatus ?? '',
    templateDigest: settled ? await readTemplateDigest(session, { stackName }) : '',
    parameters: Object.fromEntries(
      (found.Parameters ?? []).map((parameter) => [parameter.ParameterKey ?? '', parameter.ParameterValue ?? '']),
    ),
    tags: Object.fromEntries((found.Tags ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? ''])),
    capabilities: [...(found.Capabilities ?? [])],
    roleArn: found.RoleARN,
    outputs: outputsOf(found),
    exports: exportsOf(found),
    terminationProtection: found.EnableTerminationProtection ?? false,
    stackPolicy: settled && withPolicy ? await readStackPolicy(session, stackName) : undefined,
    rollback: rollbackOf(found),
    ...seenOf(found),
  };
}

/** Digest of the template a stack runs, or that one of its change sets would bring: the original bytes, before any macro. */
export async function readTemplateDigest(
  session: TargetSession,
  of: { stackName: string; changeSet?: string },
): Promise<string> {
  const command = new GetTemplateCommand({
    TemplateStage: 'Original',
    StackName: of.stackName,
    ...(of.changeSet === undefined ? {} : { ChangeSetName: of.changeSet }),
  });
  const { TemplateBody } = await asked(service, session.cloudFormation.send(command));
  return `sha256:${createHash('sha256')
    .update(TemplateBody ?? '')
    .digest('hex')}`;
}

/** What became of the operation with this token, read from the stack's events back to `since` (ISO 8601). The stack is named by ARN. */
export async function readOperation(
  session: TargetSession,
  sought: { stackId: string; token: string; since: string },
): Promise<Operation> {
  const operation = operationOf(await eventsSince(session, sought.stackId, sought.since), sought.token);
  if (operation.kind !== 'failed') return operation;
  return { ...operation, failure: await innermost(session, operation.failure, sought.since) };
}

/** A nested stack fails because of something in it, which is what a reader wants to know. */
async function innermost(session: TargetSession, failed: FirstFailure, since: string): Promise<FirstFailure> {
  let found = failed;
  for (let depth = 0; depth < deepest && isNested(found); depth += 1) {
    const below = failureBelow(found, await eventsSince(session, `${found.physicalId}`, since));
    if (below === undefined) return found;
    found = below;
  }
  return found;
}

function isNested({ type, physicalId }: FirstFailure): boolean {
  return type === 'AWS::CloudFormation::Stack' && physicalId?.startsWith('arn:') === true;
}

/** Newest first, at least back to `since`. */
async function eventsSince(session: TargetSession, stackId: string, since: string): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const command = new DescribeStackEventsCommand({
      StackName: stackId,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const answer = await asked(service, session.cloudFormation.send(command));
    events.push(...(answer.StackEvents ?? []).map(stackEvent));
    NextToken = answer.NextToken;
    const oldest = events.at(-1);
    if (NextToken === undefined || (oldest !== undefined && oldest.at < since)) break;
  }
  return events;
}

/** The template as CloudFormation made it of the original, nested stacks aside; as data, or nothing if it is no readable template. */
export async function readProcessedTemplate(
  session: TargetSession,
  of: { stackName: string; changeSet?: string },
): Promise<JsonObject | undefined> {
  const command = new GetTemplateCommand({
    TemplateStage: 'Processed',
    StackName: of.stackName,
    ...(of.changeSet === undefined ? {} : { ChangeSetName: of.changeSet }),
  });
  const { TemplateBody } = await asked(service, session.cloudFormation.send(command));
  const source = readSource(TemplateBody ?? '');
  return source.kind === 'source' && isObject(source.data) ? source.data : undefined;
}

async function readStackPolicy(session: TargetSession, StackName: string): Promise<string | undefined> {
  const answer = await asked(service, session.cloudFormation.send(new GetStackPolicyCommand({ StackName })));
  return answer.StackPolicyBody;
}

/** The stack's status of drift has a time only where it was ever checked (API reference, StackDriftInformation). */
function seenOf({ LastUpdatedTime, CreationTime, DriftInformation }: Stack): Pick<LiveStack, 'updatedAt' | 'drift'> {
  const updatedAt = (LastUpdatedTime ?? CreationTime)?.toISOString();
  const checkedAt = DriftInformation?.LastCheckTimestamp?.toISOString();
  return {
    ...(updatedAt === undefined ? {} : { updatedAt }),
    ...(checkedAt === undefined ? {} : { drift: { status: `${DriftInformation?.StackDriftStatus}`, checkedAt } }),
  };
}

/** A stack without any has neither member (API reference, RollbackConfiguration). */
function rollbackOf({ RollbackConfiguration: rollback }: Stack): NonNullable<LiveStack['rollback']> {
  return {
    alarms: (rollback?.RollbackTriggers ?? []).map(({ Arn }) => Arn ?? ''),
    monitorMinutes: rollback?.MonitoringTimeInMinutes ?? 0,
  };
}

function outputsOf(stack: Stack | undefined): Record<string, string> {
  return Object.fromEntries(
    (stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [`${OutputKey}`, `${OutputValue}`]),
  );
}

function exportsOf({ Outputs = [] }: Stack): Record<string, string> {
  return Object.fromEntries(
    Outputs.flatMap(({ OutputKey, ExportName }) => (ExportName === undefined ? [] : [[ExportName, `${OutputKey}`]])),
  );
}

async function describeStack(session: TargetSession, StackName: string): Promise<Stack | undefined> {
  try {
    const { Stacks } = await session.cloudFormation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0];
  } catch (error) {
    if (isMissingStack(error)) return undefined;
    return asked(service, Promise.reject(error));
  }
}

function stackEvent(event: SdkStackEvent): StackEvent {
  return {
    stackId: event.StackId ?? '',
    physicalId: event.PhysicalResourceId,
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? '',
    reason: event.ResourceStatusReason,
    token: event.ClientRequestToken,
    at: event.Timestamp?.toISOString() ?? '',
  };
}
