/** Nested stacks as relatives: a stack's children, and the one above all of them. */
import type { Sandbox } from '../../kernel.ts';
import { stacksIn } from '../record-index.ts';
import { isBusy } from '../stack-lookup.ts';
import type { StackRecord } from '../state.ts';

/** Whether a resource of this type is a stack of its own (Template Reference, AWS::CloudFormation::Stack). */
export const isNestedStack = (type: string | undefined): boolean => type === 'AWS::CloudFormation::Stack';

/** The nested stacks a stack has made directly, deleted ones too. */
export function childrenOf(sandbox: Sandbox, stack: StackRecord): StackRecord[] {
  return stacksIn(sandbox, stack).filter((other) => other.parent?.stackId === stack.stackId);
}

/** The nested stacks of all levels below a stack. */
export function descendantsOf(sandbox: Sandbox, stack: StackRecord): StackRecord[] {
  return childrenOf(sandbox, stack).flatMap((child) => [child, ...descendantsOf(sandbox, child)]);
}

/** Whether the parent's operation still works on one of its nested stacks. */
export function hasBusyChild(sandbox: Sandbox, stack: StackRecord): boolean {
  return childrenOf(sandbox, stack).some((child) => child.operation?.nested && isBusy(child));
}

/** The stack at the top, the stack itself where it is not nested. */
export function rootOf(sandbox: Sandbox, stack: StackRecord): StackRecord {
  return sandbox.world.cloudformation.stacks[stack.parent?.rootId ?? ''] ?? stack;
}
