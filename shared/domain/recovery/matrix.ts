/**
 * The recovery matrix: what is done about a stack, by the state it is in. Every state CloudFormation knows has one row (User Guide, "Stack
 * status codes"); docs/reference/recovery.md is made from this table. A stack that once was complete is never deleted.
 */
import type { RecoveryAction } from '../plan/stack-plan.ts';

export type Row =
  /** Nothing has to be brought back: a change set of this type is made. */
  | { readonly kind: 'plan'; readonly changeSet: 'CREATE' | 'UPDATE'; readonly what: string }
  /** Somebody's operation is under way. */
  | { readonly kind: 'wait'; readonly what: string }
  | {
      readonly kind: 'recover';
      readonly action: RecoveryAction;
      /** The opt-in of a policy without which it is not done; without one it is done by itself. */
      readonly needs?: 'recreateFailedCreations' | 'forceDelete';
      readonly what: string;
    }
  | { readonly kind: 'by-hand'; readonly what: string };

const update = (what: string): Row => ({ kind: 'plan', changeSet: 'UPDATE', what });
const create = (what: string): Row => ({ kind: 'plan', changeSet: 'CREATE', what });
const wait: Row = {
  kind: 'wait',
  what: 'Somebody is changing the stack. The plan waits, and gives up with STACK_BUSY.',
};

export const recoveryMatrix = {
  CREATE_COMPLETE: update('Healthy.'),
  UPDATE_COMPLETE: update('Healthy.'),
  UPDATE_ROLLBACK_COMPLETE: update('Healthy: the last update was undone, and the stack is as it was before.'),
  IMPORT_COMPLETE: update('Healthy.'),
  IMPORT_ROLLBACK_COMPLETE: update('Healthy: the import was undone.'),
  DELETE_COMPLETE: create('There is no stack of this name.'),
  REVIEW_IN_PROGRESS: create('A shell that only holds change sets.'),
  ROLLBACK_COMPLETE: {
    kind: 'recover',
    action: 'delete',
    what: 'The first creation failed and was undone: nothing is in the stack. It is deleted, then created anew.',
  },
  CREATE_FAILED: {
    kind: 'recover',
    action: 'delete',
    needs: 'recreateFailedCreations',
    what: 'The first creation failed and what was made is still there. It is deleted, then created anew.',
  },
  ROLLBACK_FAILED: {
    kind: 'recover',
    action: 'delete',
    needs: 'recreateFailedCreations',
    what: 'The first creation failed and could not be undone. The stack is deleted, then created anew.',
  },
  UPDATE_FAILED: {
    kind: 'recover',
    action: 'roll-back',
    what: 'An update failed with rollback switched off. It is rolled back to the last stable state.',
  },
  UPDATE_ROLLBACK_FAILED: {
    kind: 'recover',
    action: 'continue-rollback',
    what: 'An update failed and could not be undone. The rollback is continued; resources are skipped only as approved.',
  },
  DELETE_FAILED: {
    kind: 'recover',
    action: 'force-delete',
    needs: 'forceDelete',
    what: 'Somebody deleted the stack and a resource would not go. The deletion is finished and leaves that resource behind.',
  },
  IMPORT_ROLLBACK_FAILED: {
    kind: 'by-hand',
    what: 'An import failed and could not be undone; Drawbridge imports nothing by itself.',
  },
  CREATE_IN_PROGRESS: wait,
  UPDATE_IN_PROGRESS: wait,
  UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: wait,
  UPDATE_ROLLBACK_IN_PROGRESS: wait,
  UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: wait,
  ROLLBACK_IN_PROGRESS: wait,
  DELETE_IN_PROGRESS: wait,
  IMPORT_IN_PROGRESS: wait,
  IMPORT_ROLLBACK_IN_PROGRESS: wait,
} as const satisfies Record<string, Row>;

/** The row of a state. A state that CloudFormation may invent later is looked at by a person. */
export function rowOf(status: string): Row {
  const rows: Readonly<Record<string, Row>> = recoveryMatrix;
  const row = Object.hasOwn(rows, status) ? rows[status] : undefined;
  return row ?? { kind: 'by-hand', what: 'Drawbridge does not know this state.' };
}
