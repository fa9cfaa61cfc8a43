/** The jobs that compute a change set after CreateChangeSet answered. */
import type { Sandbox } from '../kernel.ts';
import { computeHierarchy } from './nested/child-change-sets.ts';

export interface ChangeSetJob {
  readonly changeSetId: string;
}

/** CREATE_PENDING → CREATE_IN_PROGRESS. */
export function beginChangeSet(sandbox: Sandbox, job: ChangeSetJob): void {
  const changeSet = sandbox.world.cloudformation.changeSets[job.changeSetId];
  if (changeSet?.status === 'CREATE_PENDING') changeSet.status = 'CREATE_IN_PROGRESS';
}

/** CREATE_IN_PROGRESS → CREATE_COMPLETE and AVAILABLE, or FAILED with a reason. */
export async function computeChangeSet(sandbox: Sandbox, job: ChangeSetJob): Promise<void> {
  const changeSet = sandbox.world.cloudformation.changeSets[job.changeSetId];
  const stack = sandbox.world.cloudformation.stacks[changeSet?.stackId ?? ''];
  if (changeSet === undefined || stack === undefined || changeSet.status !== 'CREATE_IN_PROGRESS') return;
  await computeHierarchy(sandbox, changeSet, stack);
}
