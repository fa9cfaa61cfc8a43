/** What a change of a change set does, in the words of change gates. */
import type { PlannedChange } from '../plan/stack-plan.ts';
import type { Effect } from './effect.ts';

/**
 * The effects of one change. What is decided only while the change runs counts as a possible replacement; a removal whose PolicyAction is
 * not said counts as a deletion. Source: CloudFormation API reference, ResourceChange and ResourceChangeDetail.
 */
export function effectsOf(change: PlannedChange): readonly Effect[] {
  switch (change.action) {
    case 'Add':
      return ['add'];
    case 'Import':
      return ['import'];
    case 'Remove':
      return [removal(change.policyAction)];
    case 'Dynamic':
      return ['unknown', 'may-replace'];
    default:
      return [modification(change)];
  }
}

/** What becomes of what the change removes or replaces; `Delete` where nothing is said, as CloudFormation does (DeletionPolicy attribute). */
export function policyActionOf(change: PlannedChange): string | undefined {
  if (change.policyAction !== undefined) return change.policyAction;
  const [effect] = effectsOf(change);
  if (effect === 'delete') return 'Delete';
  return effect === 'replace' || effect === 'may-replace' ? 'ReplaceAndDelete' : undefined;
}

function removal(policyAction: string | undefined): Effect {
  if (policyAction === 'Snapshot') return 'snapshot';
  return policyAction === 'Retain' || policyAction === 'RetainExceptOnCreate' ? 'retain' : 'delete';
}

function modification({ replacement, policyAction = '', details }: PlannedChange): Effect {
  if (replacement === 'True') return 'replace';
  if (replacement === 'Conditional' || policyAction.startsWith('ReplaceAnd')) return 'may-replace';
  // Replacement says it for all details together; only where it is missing each of them is asked.
  const open = details.some(({ requiresRecreation: recreates = 'Never' }) => recreates !== 'Never');
  return replacement === undefined && open ? 'may-replace' : 'modify';
}
