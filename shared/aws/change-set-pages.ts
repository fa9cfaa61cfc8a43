/** All pages of a change set, with the values of properties as far as CloudFormation shows them. */
import {
  type Change,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { isMissingStack } from './missing-stack.ts';
import type { TargetSession } from './sessions.ts';
import { asked, isCode } from './translate-error.ts';

/** Names or ARNs. */
export interface Reference {
  readonly stackName?: string;
  readonly changeSet: string;
}

export interface Pages {
  /** The last page: everything but the changes is on each. */
  readonly page: DescribeChangeSetCommandOutput;
  readonly changes: Change[];
}

/** What CloudFormation says instead of a complete answer when the values are too much for it (edge case E13). */
const incomplete = '--include-property-values option can return incomplete ChangeSet data';

/** Undefined when the change set is gone. Where values made the answer incomplete, it is asked again without them. */
export async function readPages(session: TargetSession, reference: Reference): Promise<Pages | undefined> {
  const read = await pagesOf(session, reference, true);
  if (read?.page.StatusReason?.includes(incomplete) !== true) return read;
  const complete = await pagesOf(session, reference, false);
  if (complete === undefined) return undefined;
  const shown = new Map(read.changes.map((change) => [keyOf(change), change]));
  return { ...complete, changes: complete.changes.map((change) => shown.get(keyOf(change)) ?? change) };
}

function keyOf({ ResourceChange: change = {} }: Change): string {
  return `${change.Action} ${change.LogicalResourceId}`;
}

async function pagesOf(
  session: TargetSession,
  reference: Reference,
  IncludePropertyValues: boolean,
): Promise<Pages | undefined> {
  const changes: Change[] = [];
  let page: DescribeChangeSetCommandOutput | undefined;
  do {
    page = await describe(session, reference, { IncludePropertyValues, NextToken: page?.NextToken });
    if (page === undefined) return undefined;
    changes.push(...(page.Changes ?? []));
  } while (page.NextToken !== undefined);
  return { page, changes };
}

async function describe(
  session: TargetSession,
  { stackName, changeSet }: Reference,
  { IncludePropertyValues, NextToken }: { IncludePropertyValues: boolean; NextToken: string | undefined },
) {
  const command = new DescribeChangeSetCommand({
    ChangeSetName: changeSet,
    ...(stackName === undefined ? {} : { StackName: stackName }),
    IncludePropertyValues,
    ...(NextToken === undefined ? {} : { NextToken }),
  });
  try {
    return await session.cloudFormation.send(command);
  } catch (error) {
    if (isCode(error, 'ChangeSetNotFound', 'ChangeSetNotFoundException') || isMissingStack(error)) return undefined;
    return asked('AWS CloudFormation', Promise.reject(error));
  }
}
