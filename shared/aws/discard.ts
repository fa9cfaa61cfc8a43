/** Taking away what was planned and will not be executed. */
import {
  type ChangeSetSummary,
  DeleteStackCommand,
  ListChangeSetsCommand,
  ListStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import { failure } from '#shared/domain/errors/catalogue.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { isChangeSetOf } from '#shared/domain/names.ts';
import { deleteChangeSet } from './change-sets.ts';
import { isMissingStack } from './missing-stack.ts';
import type { TargetSession } from './sessions.ts';
import { makeSettings } from './stack-settings.ts';
import { readStackStatus } from './stacks.ts';
import { asked } from './translate-error.ts';

const service = 'AWS CloudFormation';

/** Change sets that were executed, or are being, are history and stay. */
const executed = new Set(['EXECUTE_IN_PROGRESS', 'EXECUTE_COMPLETE', 'EXECUTE_FAILED']);

/** CloudFormation lets nobody delete these (API reference, DeleteChangeSet: InvalidChangeSetStatus). */
const beginning = new Set(['CREATE_PENDING', 'CREATE_IN_PROGRESS']);

/** Change sets of nested stacks take a while to go, and cannot be told to go once more. */
const going = new Set(['DELETE_PENDING', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);

/**
 * Deletes the promotion's own change sets of these stacks. Answers the ids of the shells that nothing holds now: only these did, or an
 * earlier attempt took them away. Throws CHANGE_SET_BUSY while one of them is still being made.
 */
export async function discardChangeSets(
  session: TargetSession,
  promotion: PromotionId,
  stackNames: readonly string[],
): Promise<string[]> {
  const shells = await Promise.all(stackNames.map((stackName) => discardOf(session, promotion, stackName)));
  return shells.flat();
}

/**
 * Deletes a stack that never was more than a place for change sets: in REVIEW_IN_PROGRESS, without a change set of anybody, without a
 * resource. Looked at again here, since somebody may have used it meanwhile.
 */
export async function removeShell(session: TargetSession, stackId: string): Promise<void> {
  const stack = await readStackStatus(session, stackId);
  if (stack?.status !== 'REVIEW_IN_PROGRESS') return;
  const [changeSets, resources] = await Promise.all([
    listChangeSets(session, stackId),
    asked(service, session.cloudFormation.send(new ListStackResourcesCommand({ StackName: stackId }))),
  ]);
  if (changeSets === undefined || changeSets.length > 0 || (resources.StackResourceSummaries ?? []).length > 0) return;
  // Protection is switched on before a stack is made.
  await makeSettings(session, stackId, { terminationProtection: false });
  await asked(service, session.cloudFormation.send(new DeleteStackCommand({ StackName: stackId })));
}

async function discardOf(session: TargetSession, promotion: PromotionId, stackName: string): Promise<string[]> {
  const all = await listChangeSets(session, stackName);
  if (all === undefined) return [];
  const own = all.filter(({ ChangeSetName }) => isChangeSetOf(promotion, ChangeSetName ?? ''));
  const unexecuted = own.filter(({ ExecutionStatus }) => !executed.has(ExecutionStatus ?? ''));
  await Promise.all(
    unexecuted
      .filter(({ Status }) => !beginning.has(Status ?? ''))
      .map(({ ChangeSetName }) => deleteChangeSet(session, { stackName, changeSet: `${ChangeSetName}` })),
  );
  const busy = unexecuted.find(({ Status }) => beginning.has(Status ?? ''));
  if (busy !== undefined) throw failure('CHANGE_SET_BUSY', { changeSet: `${busy.ChangeSetName}`, stack: stackName });
  if (own.length < all.length) return [];
  const stack = await readStackStatus(session, stackName);
  return stack?.status === 'REVIEW_IN_PROGRESS' ? [stack.stackId] : [];
}

/** Those that are there and stay; nothing at all of a stack that is gone. */
async function listChangeSets(session: TargetSession, StackName: string): Promise<ChangeSetSummary[] | undefined> {
  const found: ChangeSetSummary[] = [];
  let NextToken: string | undefined;
  do {
    const command = new ListChangeSetsCommand({ StackName, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await session.cloudFormation.send(command).catch((error: unknown) => {
      return isMissingStack(error) ? undefined : asked(service, Promise.reject(error));
    });
    if (page === undefined) return undefined;
    found.push(...(page.Summaries ?? []).filter(({ Status }) => !going.has(Status ?? '')));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return found;
}
