/** The resources that hold up a rollback, in a stack and in those nested in it. Reads only. */
import { ListStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { type ListedResource, skippableIn } from '#shared/domain/recovery/skippable.ts';
import type { TargetSession } from './sessions.ts';
import { readStackStatus } from './stacks.ts';
import { asked } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** A nested stack can be skipped as a whole only in these states (API reference, ContinueUpdateRollback). */
const gone = new Set(['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED']);

/** Names as ResourcesToSkip takes them. `stackId` is an ARN; the session has to reach the nested stacks too. */
export async function readSkippable(session: TargetSession, stackId: string, nestedIn?: string): Promise<string[]> {
  const listed = await listResources(session, stackId);
  const names = skippableIn(listed, nestedIn).map(async ({ name, nested }) => {
    if (nested === undefined) return [name];
    const child = await readStackStatus(session, nested.stackId);
    const isGone = child === undefined || gone.has(child.status);
    return isGone ? [name] : readSkippable(session, nested.stackId, nested.stackName);
  });
  return (await Promise.all(names)).flat();
}

async function listResources(session: TargetSession, StackName: string): Promise<ListedResource[]> {
  const found: ListedResource[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListStackResourcesCommand({ StackName, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await asked(service, session.cloudFormation.send(command));
    for (const resource of page.StackResourceSummaries ?? [])
      found.push({
        logicalId: resource.LogicalResourceId ?? '',
        type: resource.ResourceType ?? '',
        status: resource.ResourceStatus ?? '',
        physicalId: resource.PhysicalResourceId ?? '',
      });
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}
