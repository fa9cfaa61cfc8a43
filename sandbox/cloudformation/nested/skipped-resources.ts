/** ResourcesToSkip of ContinueUpdateRollback, in nested stacks as `NestedStackName.LogicalId`. */
import type { Sandbox } from '../../kernel.ts';
import type { StackRecord } from '../state.ts';
import { descendantsOf, isNestedStack } from './hierarchy.ts';

const gone: readonly StackRecord['status'][] = ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED'];

/**
 * What a continued rollback of this stack may leave out: resources whose own rollback failed, not those that failed in the update before
 * it; and a nested stack only if it is being or was deleted (API Reference, ContinueUpdateRollback).
 */
export function skippableResources(sandbox: Sandbox, stack: StackRecord): string[] {
  const below = descendantsOf(sandbox, stack).flatMap((child) =>
    failedIn(sandbox, child).map((logicalId) => `${child.stackName}.${logicalId}`),
  );
  return [...failedIn(sandbox, stack), ...below];
}

function failedIn(sandbox: Sandbox, { status, operation, resources }: StackRecord): string[] {
  if (status !== 'UPDATE_ROLLBACK_FAILED') return [];
  const failed = Object.values(operation?.steps ?? {}).filter((step) => step.status === 'failed');
  return failed.flatMap(({ logicalId }) => {
    const record = resources[logicalId];
    if (record?.status !== 'UPDATE_FAILED') return [];
    const child = sandbox.world.cloudformation.stacks[record.physicalId ?? ''];
    const left = isNestedStack(record.type) && child !== undefined && !gone.includes(child.status);
    return left ? [] : [logicalId];
  });
}
