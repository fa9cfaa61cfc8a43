/** Bringing one stack of a target to a reviewed, unexecuted change set. Each call does one step; waiting is the state machine's. */
import { failure } from '#shared/domain/errors/catalogue.ts';
import {
  type DesiredStack,
  differences,
  type Inputs,
  inputDifferences,
  type LiveStack,
} from '#shared/domain/plan/comparison.ts';
import type { Preparation } from '#shared/domain/plan/preparation.ts';
import { stackHealth } from '#shared/domain/plan/stack-status.ts';
import { type ChangeSet, createChangeSet, readChangeSet } from './change-sets.ts';
import type { TargetSession } from './sessions.ts';
import { readStack, readTemplateDigest } from './stacks.ts';

/**
 * Compares the stack with what is desired and asks for a change set where they differ. Asking twice is one change set.
 * Answers `unchanged` or `pending`. Throws STACK_BUSY, STACK_STUCK.
 */
export async function beginStack(session: TargetSession, desired: DesiredStack, name: string): Promise<Preparation> {
  const live = await readStack(session, desired.stackName);
  const type = changeSetType(session, desired, live);
  if (type === 'UPDATE' && live !== undefined && differences(desired, live).length === 0)
    return { kind: 'unchanged', stack: desired.stack };
  await createChangeSet(session, { name, type, desired });
  return { kind: 'pending', stack: desired.stack };
}

/**
 * Looks how far the change set named `name` is. One that turned out to be empty is `unchanged` and named, to be removed once the whole
 * target is prepared. Throws CHANGE_SET_REFUSED, CHANGE_SET_FOREIGN, DIGEST_MISMATCH.
 */
export async function lookAtStack(session: TargetSession, desired: DesiredStack, name: string): Promise<Preparation> {
  const { stack, stackName } = desired;
  const found = await readChangeSet(session, { stackName, changeSet: name });
  switch (found.kind) {
    case 'absent':
      return beginStack(session, desired, name);
    case 'pending':
      return { kind: 'pending', stack };
    case 'no-change':
      refuseForeign(session, desired, { name, inputs: found.inputs });
      return { kind: 'unchanged', stack, emptyChangeSet: { stackName, changeSet: name } };
    case 'refused':
      throw failure('CHANGE_SET_REFUSED', { stack, reason: found.reason }, place(session, stackName));
    case 'ready':
      refuseForeign(session, desired, { name, inputs: found.inputs });
      return ready(session, desired, { ...found, name });
  }
}

function changeSetType(
  session: TargetSession,
  desired: DesiredStack,
  live: LiveStack | undefined,
): 'CREATE' | 'UPDATE' {
  const { stack, stackName } = desired;
  const status = live?.status ?? 'DELETE_COMPLETE';
  switch (stackHealth(status)) {
    case 'absent':
    case 'review':
      return 'CREATE';
    case 'healthy':
      return 'UPDATE';
    case 'busy':
      throw failure('STACK_BUSY', { stack, status }, place(session, stackName));
    case 'stuck':
      throw failure('STACK_STUCK', { stack, status }, place(session, stackName));
  }
}

/** The name of our change set is no secret: whoever may make change sets there can have made one of it with other values. */
function refuseForeign(
  session: TargetSession,
  desired: DesiredStack,
  { name, inputs }: { name: string; inputs: Inputs },
): void {
  const { stack, stackName } = desired;
  const differs = inputDifferences(desired, inputs);
  if (differs.length > 0)
    throw failure('CHANGE_SET_FOREIGN', { stack, changeSet: name, differs }, place(session, stackName));
}

/** The bytes CloudFormation holds are compared with the release once more: between upload and change set somebody may have swapped them. */
async function ready(
  session: TargetSession,
  desired: DesiredStack,
  changeSet: Extract<ChangeSet, { kind: 'ready' }> & { name: string },
): Promise<Preparation> {
  const { stack, stackName } = desired;
  const actual = await readTemplateDigest(session, { stackName, changeSet: changeSet.id });
  if (actual !== desired.templateDigest) {
    const what = `The template of stack ${stack} in CloudFormation`;
    throw failure('DIGEST_MISMATCH', { what, expected: desired.templateDigest, actual }, place(session, stackName));
  }
  const { id, stackId, changes, name } = changeSet;
  return { kind: 'ready', stack, stackName, stackId, changeSetName: name, changeSetId: id, changes };
}

function place(session: TargetSession, stack: string) {
  const { account, region } = session.purpose.target;
  return { stack, account, region };
}
