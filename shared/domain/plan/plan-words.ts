/** The words and symbols in which a plan is shown, the same in every form. A symbol never stands without its word. */
import { memberOf } from '../template/template.ts';
import type { PlannedChange, RecoveryAction, StackPlan } from './stack-plan.ts';

export interface Sign {
  readonly symbol: string;
  readonly word: string;
  readonly tone: 'add' | 'change' | 'replace' | 'remove' | 'note';
}

export const signs = {
  added: { symbol: '[+]', word: 'added', tone: 'add' },
  changed: { symbol: '[~]', word: 'changed', tone: 'change' },
  replaced: { symbol: '[±]', word: 'replaced', tone: 'replace' },
  mayBeReplaced: { symbol: '[±]', word: 'may be replaced', tone: 'replace' },
  removed: { symbol: '[-]', word: 'removed', tone: 'remove' },
  imported: { symbol: '[i]', word: 'imported', tone: 'add' },
  synchronised: { symbol: '[~]', word: 'taken as it is', tone: 'change' },
  undecided: { symbol: '[?]', word: 'not decided yet', tone: 'replace' },
  broadened: { symbol: '[+]', word: 'broadened', tone: 'replace' },
  narrowed: { symbol: '[-]', word: 'narrowed', tone: 'change' },
  drifted: { symbol: '[!]', word: 'drifted', tone: 'note' },
  note: { symbol: '[!]', word: 'note', tone: 'note' },
} as const satisfies Readonly<Record<string, Sign>>;

/** What a change does to its resource. */
export function signOf({ action, replacement }: Pick<PlannedChange, 'action' | 'replacement'>): Sign {
  switch (action) {
    case 'Add':
      return signs.added;
    case 'Remove':
      return signs.removed;
    case 'Import':
      return signs.imported;
    case 'SyncWithActual':
      return signs.synchronised;
    case 'Dynamic':
      return signs.undecided;
    case 'Modify':
      return replacement === 'True'
        ? signs.replaced
        : replacement === 'Conditional'
          ? signs.mayBeReplaced
          : signs.changed;
  }
}

// API reference, ResourceChange PolicyAction.
const aftermaths: Readonly<Record<string, string>> = {
  Delete: 'it is deleted',
  Retain: 'it stays in the account',
  Snapshot: 'a snapshot of it is kept',
  ReplaceAndDelete: 'the old one is deleted',
  ReplaceAndRetain: 'the old one stays in the account',
  ReplaceAndSnapshot: 'a snapshot of the old one is kept',
};

/** What becomes of what is removed or replaced; empty where CloudFormation does not say. */
export function aftermath({ policyAction }: Pick<PlannedChange, 'policyAction'>): string {
  return policyAction === undefined ? '' : (memberOf(aftermaths, policyAction) ?? policyAction);
}

const recoveries: Readonly<Record<RecoveryAction, string>> = {
  delete: 'deleted and made anew',
  'roll-back': 'rolled back first',
  'continue-rollback': 'rolled back to the end first',
  'force-delete': 'deleted to the end, leaving behind what cannot be deleted',
};

/** One sentence about the stack as a whole. */
export function headline({ kind, operation, after, recovery }: StackPlan): string {
  switch (kind) {
    case 'unchanged':
      return 'no changes';
    case 'changes':
      return operation === 'create' ? 'is created' : 'is updated';
    case 'settings':
      return 'only its settings change';
    case 'unplanned':
      return `is planned once ${listed(after)} done`;
    case 'recover':
      return recovery === undefined ? 'is brought back first' : recoveryText(recovery);
  }
}

function listed(stacks: readonly string[] | undefined): string {
  if (stacks === undefined) return 'others are';
  return `${stacks.join(' and ')} ${stacks.length === 1 ? 'is' : 'are'}`;
}

function recoveryText({ status, action, skip, approved }: NonNullable<StackPlan['recovery']>): string {
  const without = skip.length === 0 ? '' : `, leaving ${skip.join(', ')} as it is`;
  return `is in ${status} and is ${recoveries[action]}${without}${approved ? '' : ' (not allowed yet)'}`;
}
