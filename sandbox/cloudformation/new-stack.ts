/** Where every stack begins. */
import type { Sandbox } from '../kernel.ts';
import { arnOf } from './stack-lookup.ts';
import type { StackRecord } from './state.ts';

/** A stack without anything in it, not yet part of the world. */
export function emptyStack(
  sandbox: Sandbox,
  { stackName, account, region }: Pick<StackRecord, 'stackName' | 'account' | 'region'>,
): StackRecord {
  return {
    stackId: arnOf({ account, region }, 'stack', `${stackName}/${sandbox.uuid('stack')}`),
    ...{ stackName, account, region },
    createdAt: sandbox.now(),
    status: 'REVIEW_IN_PROGRESS',
    outputs: [],
    resources: {},
    terminationProtection: false,
    disableRollback: false,
    imports: [],
    tokens: {},
  };
}
