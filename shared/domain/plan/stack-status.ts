/** CloudFormation's status words, asked as questions. Source: CloudFormation User Guide, "Stack status codes". */

export type StackHealth = 'absent' | 'review' | 'healthy' | 'busy' | 'stuck';

const healthy = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);
const deployed = new Set(['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE']);

/** What a stack's status means for planning: a change set of type CREATE, of type UPDATE, waiting, or a person. */
export function stackHealth(status: string): StackHealth {
  if (status === 'DELETE_COMPLETE') return 'absent';
  if (status === 'REVIEW_IN_PROGRESS') return 'review';
  if (status.endsWith('_IN_PROGRESS')) return 'busy';
  return healthy.has(status) ? 'healthy' : 'stuck';
}

/** True once the operation that led to this status is over, whichever way. Clean-up after success still counts as running. */
export function isSettled(status: string): boolean {
  return !status.endsWith('_IN_PROGRESS');
}

/** True when the operation reached the new template; a completed rollback did not. Compared exactly, never by substring. */
export function isDeployed(status: string): boolean {
  return deployed.has(status);
}
