/** Drift detection of stacks in a target, through a guarded session of the audit role. CloudFormation compares; nothing is changed. */
import {
  DescribeStackDriftDetectionStatusCommand,
  DescribeStackResourceDriftsCommand,
  DetectStackDriftCommand,
  ListStackResourcesCommand,
  type StackResourceDrift,
} from '@aws-sdk/client-cloudformation';
import { mapBounded } from '#shared/bounded.ts';
import { shortReason, undetectable, type WatchedStack } from '#shared/domain/drift/detection.ts';
import type { CheckedPart } from '#shared/domain/drift/drift.ts';
import { isMissingStack } from './missing-stack.ts';
import type { TargetSession } from './sessions.ts';
import { readStackStatus } from './stacks.ts';
import { asked, isCode } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** CloudFormation throttles an account that is asked about everything at once. */
const atOnce = 4;

type Named = Pick<WatchedStack, 'stack' | 'stackName'>;

/** The stacks and all that are nested in them, none of them begun. */
export async function stacksToWatch(session: TargetSession, stacks: readonly Named[]): Promise<WatchedStack[]> {
  return (await mapBounded(stacks, atOnce, (stack) => watchedBelow(session, stack, stack.stackName))).flat();
}

/** Begins what was not begun, and looks how far the rest is. */
export async function lookAtStacks(session: TargetSession, stacks: readonly WatchedStack[]): Promise<WatchedStack[]> {
  return mapBounded(stacks, atOnce, (stack) => {
    if (stack.state === 'waiting') return begin(session, stack);
    return stack.state === 'running' ? look(session, stack) : Promise.resolve(stack);
  });
}

/** What was found in stacks whose detection is over. */
export async function readDrifts(session: TargetSession, stacks: readonly WatchedStack[]): Promise<CheckedPart[]> {
  return mapBounded(stacks, atOnce, async ({ within, state, stackId, checkedAt, reason }) => ({
    ...{ within, checkedAt, reason },
    resources: state === 'over' ? await readResourceDrifts(session, stackId) : [],
  }));
}

async function watchedBelow(
  session: TargetSession,
  of: Named & Pick<WatchedStack, 'within'>,
  nameOrId: string,
): Promise<WatchedStack[]> {
  const found = await readStackStatus(session, nameOrId);
  const reason = undetectable(found?.status);
  const stackId = found?.stackId ?? nameOrId;
  if (reason !== undefined) return [{ ...of, stackId, state: 'unchecked', reason }];
  const nested = await nestedIn(session, stackId);
  const below = await mapBounded(nested, 1, ({ logicalId, id }) => {
    const within = of.within === undefined ? logicalId : `${of.within}/${logicalId}`;
    return watchedBelow(session, { ...of, within }, id);
  });
  return [{ ...of, stackId, state: 'waiting' }, ...below.flat()];
}

async function nestedIn(session: TargetSession, StackName: string): Promise<{ logicalId: string; id: string }[]> {
  const found: { logicalId: string; id: string }[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await asked(service, session.cloudFormation.send(command));
    for (const { ResourceType, LogicalResourceId, PhysicalResourceId = '' } of page.StackResourceSummaries ?? [])
      if (ResourceType === 'AWS::CloudFormation::Stack' && PhysicalResourceId !== '')
        found.push({ logicalId: `${LogicalResourceId}`, id: PhysicalResourceId });
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

/** Only one detection of a stack runs at a time. Another one may have begun before the resources were what they are: it is waited for. */
async function begin(session: TargetSession, stack: WatchedStack): Promise<WatchedStack> {
  try {
    const command = new DetectStackDriftCommand({ StackName: stack.stackId });
    const { StackDriftDetectionId } = await session.cloudFormation.send(command);
    return { ...stack, state: 'running', detection: `${StackDriftDetectionId}` };
  } catch (error) {
    if (!isCode(error, 'ValidationError')) return asked(service, Promise.reject(error));
    const { message } = error as Error;
    if (/already|in progress/i.test(message) && !/_IN_PROGRESS/.test(message)) return stack;
    return { ...stack, state: 'unchecked', reason: shortReason(message) };
  }
}

/** Of a detection that failed for some resources the others were compared (API reference, DescribeStackDriftDetectionStatus). */
async function look(session: TargetSession, stack: WatchedStack): Promise<WatchedStack> {
  const command = new DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId: stack.detection });
  const answer = await asked(service, session.cloudFormation.send(command));
  if (answer.DetectionStatus === 'DETECTION_IN_PROGRESS') return stack;
  const checkedAt = answer.Timestamp?.toISOString();
  const failed = answer.DetectionStatus === 'DETECTION_FAILED';
  return {
    ...stack,
    state: 'over',
    ...(checkedAt === undefined ? {} : { checkedAt }),
    ...(failed && { reason: shortReason(answer.DetectionStatusReason ?? 'the detection failed') }),
  };
}

async function readResourceDrifts(session: TargetSession, StackName: string): Promise<CheckedPart['resources']> {
  const found: CheckedPart['resources'][number][] = [];
  let NextToken: string | undefined;
  do {
    const command = new DescribeStackResourceDriftsCommand({
      StackName,
      StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'],
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    const page = await session.cloudFormation.send(command).catch((error: unknown) => gone(error));
    found.push(...(page.StackResourceDrifts ?? []).map(driftedResource));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}

/** A stack that was deleted meanwhile has drifted in nothing. */
function gone(error: unknown): { StackResourceDrifts?: StackResourceDrift[]; NextToken?: string } | Promise<never> {
  return isMissingStack(error) ? {} : asked(service, Promise.reject(error));
}

function driftedResource(drift: StackResourceDrift): CheckedPart['resources'][number] {
  return {
    logicalId: `${drift.LogicalResourceId}`,
    type: `${drift.ResourceType}`,
    status: drift.StackResourceDriftStatus === 'DELETED' ? 'DELETED' : 'MODIFIED',
    paths: (drift.PropertyDifferences ?? []).map(({ PropertyPath }) => `${PropertyPath}`),
  };
}
