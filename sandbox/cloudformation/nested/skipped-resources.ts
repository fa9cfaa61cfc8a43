/** ResourcesToSkip of ContinueUpdateRollback, in nested stacks as `NestedStackName.LogicalId`. */
import type { Sandbox } from '../../kernel.ts';
import type { StackRecord } from '../state.ts';
import { descendantsOf, isNestedStack } from './hierarchy.ts';

const gone: readonly StackRecord['status'][] = ['DELETE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED'];

/**
 * Whether a continued rollback may leave this resource out: its own rollback failed, and if it is a nested stack, that one is being or
 * was deleted (API Reference, ContinueUpdateRollback).
 */
export function isSkippable(sandbox: Sandbox, stack: StackRecord, id: string): boolean {
  const dot = id.indexOf('.');
  const name = id.slice(0, Math.max(dot, 0));
  const owner = dot < 0 ? stack : descendantsOf(sandbox, stack).find((below) => below.stackName === name);
  const record = owner?.resources[id.slice(dot + 1)];
  if (record?.status !== 'UPDATE_FAILED') return false;
  if (!isNestedStack(record.type)) return true;
  const child = sandbox.world.cloudformation.stacks[record.physicalId ?? ''];
  return child === undefined || gone.includes(child.status);
}
