/** From what CloudFormation says about a stack and a change set to the stack's part of the plan. */
import { permissionChanges } from './permissions.ts';
import { alarmsLeft, planNotes } from './plan-notes.ts';
import { isOwnCall, settingChanges } from './setting-changes.ts';
import type { Live, StackFacts } from './stack-facts.ts';
import { normaliseChanges, type StackPlan, untouched } from './stack-plan.ts';
import { stackHealth } from './stack-status.ts';
import { templateSides } from './template-sides.ts';
import { outputChanges, parameterChanges, tagChanges } from './value-changes.ts';

/**
 * What is planned for one stack. It depends on the facts alone and not on the order they come in, so equal preparations have the same
 * digest. Without a change set only what is set by calls of its own can change.
 */
export function describeStack(facts: StackFacts): StackPlan {
  const { desired, changes } = facts;
  const live = existing(facts.live);
  const nothing = { ...untouched(desired), notes: changes === undefined ? alarmsLeft(desired, live) : [] };
  const settings = settingChanges(desired, live);
  if (changes === undefined) {
    const own = settings.filter(isOwnCall);
    return own.length === 0 ? nothing : { ...nothing, kind: 'settings', settings: own };
  }
  const normal = normaliseChanges(changes);
  const before = templateSides(facts.templates, 'before', live?.parameters ?? {});
  const after = templateSides(facts.templates, 'after', desired.parameters);
  const roots = { before: before.get(''), after: after.get('') };
  return {
    ...nothing,
    kind: 'changes',
    operation: live === undefined ? 'create' : 'update',
    changes: normal,
    parameters: parameterChanges(desired, live, roots),
    tags: tagChanges(desired, live),
    outputs: outputChanges(roots),
    permissions: permissionChanges(before, after),
    settings,
    notes: planNotes({ live, changes: normal, after: roots.after }),
  };
}

/** A shell that is there only to hold the change set has nothing in it yet. */
function existing(live: Live | undefined): Live | undefined {
  const health = live === undefined ? 'absent' : stackHealth(live.status);
  return health === 'absent' || health === 'review' ? undefined : live;
}
