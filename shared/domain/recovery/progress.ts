/** How far a recovery is, read from the stack. */
import type { RecoveryAction } from '../plan/stack-plan.ts';
import { rowOf } from './matrix.ts';

export type RecoveryProgress = 'to-do' | 'under-way' | 'done' | 'failed';

/**
 * `before` is the state it began in; `begun` says that the operation was asked for. A stack in the state it began in, after it was asked
 * for, has failed again.
 */
export function recoveryProgress(
  { before, action }: { readonly before: string; readonly action: RecoveryAction },
  now: string,
  begun: boolean,
): RecoveryProgress {
  const row = rowOf(now);
  if (row.kind === 'wait') return 'under-way';
  if (row.kind === 'plan') return isEnd(action, row.changeSet) ? 'done' : 'failed';
  return now === before && !begun ? 'to-do' : 'failed';
}

function isEnd(action: RecoveryAction, changeSet: 'CREATE' | 'UPDATE'): boolean {
  return action === 'delete' || action === 'force-delete' ? changeSet === 'CREATE' : changeSet === 'UPDATE';
}

/** A day of looks, few enough that each may be retried and the history of the execution still has room (test/statemachine). */
const mostLooks = 750;

/** When to look again, in seconds; undefined when it has taken a day. */
export function recoveryWait(polls: number): number | undefined {
  return polls >= mostLooks ? undefined : Math.min(5 + polls * 5, 120);
}
