import { entry } from './problem.ts';

/** Problems of plans: what cannot be planned, is not what was planned any more, or cannot be taken away. */
export const planEntries = {
  OUTPUT_AMBIGUOUS: entry<{ stack: string; target: string; holders: readonly string[] }>({
    exit: 2,
    status: 422,
    cause: ({ stack, target, holders }) =>
      holders.length === 0
        ? `Target ${target} takes outputs of stack ${stack}, which no target of the environment gets.`
        : `Target ${target} takes outputs of stack ${stack}, which several targets get: ${holders.join(', ')}.`,
    next: () =>
      'Let exactly one target of the environment, or the target itself, have the stack: see targets.matchLabels.',
  }),
  OUTPUT_UNKNOWN: entry<{ stack: string; target: string; after: readonly string[] }>({
    exit: 1,
    status: 422,
    cause: ({ stack, target, after }) =>
      `Stack ${stack} in ${target} takes an output that ${after.join(', ')} does not have, and nothing in the plan will bring it.`,
    next: () => 'Add the output to that template, or correct fromOutput, then make a new release.',
  }),
  PLAN_CHANGED: entry<{ stack: string; planned: string; now: string }>({
    exit: 3,
    status: 409,
    cause: ({ stack, planned, now }) =>
      `The change set of stack ${stack} is not the one that was planned (${now} instead of ${planned}).`,
    next: () => 'Nothing was executed. Promote again to get a new plan.',
  }),
  CHANGE_SET_REFUSED: entry<{ stack: string; reason: string }>({
    exit: 1,
    status: 422,
    cause: ({ stack, reason }) => `CloudFormation could not make a change set for stack ${stack}: ${reason}`,
    next: () => 'Correct the template or its parameters, make a new release and promote that.',
  }),
  EXPORT_IN_USE: entry<{ stack: string; name: string; how: 'removed' | 'changed'; importers: string[] }>({
    exit: 3,
    status: 409,
    cause: ({ stack, name, how, importers }) =>
      `Stack ${stack} would have its export ${name} ${how}, which is imported by ${importers.join(', ')}: CloudFormation would roll it back.`,
    next: ({ name }) =>
      `Nothing was executed. Promote first what makes those stacks no longer import ${name}, then this; or keep it and export the new value under another name.`,
  }),
  CHANGE_SET_FOREIGN: entry<{ stack: string; changeSet: string; differs: string[] }>({
    exit: 3,
    status: 409,
    cause: ({ stack, changeSet, differs }) =>
      `The change set ${changeSet} of stack ${stack} was not made from the release: it differs in ${differs.join(', ')}.`,
    next: () =>
      'Nothing was executed. Somebody else made a change set of this name: find out who, delete it, then promote again.',
  }),
  CHANGE_SET_OVERDUE: entry<{ stack: string }>({
    exit: 5,
    status: 504,
    cause: ({ stack }) => `CloudFormation did not finish the change set of stack ${stack} in time.`,
    next: () => 'Promote again; if it happens again, look at the change set in the CloudFormation console.',
  }),
  CHANGE_SET_OBSOLETE: entry<{ stack: string; status: string }>({
    exit: 3,
    status: 409,
    cause: ({ stack, status }) =>
      `The planned change set of stack ${stack} can no longer be executed (${status}): the stack was changed meanwhile.`,
    next: () => 'Nothing was executed. Promote again to plan against the stack as it is now.',
  }),
  STACK_BUSY: entry<{ stack: string; status: string }>({
    exit: 3,
    status: 409,
    cause: ({ stack, status }) => `Stack ${stack} is in ${status}: somebody else is changing it.`,
    next: () => 'Wait until that operation has ended, then promote again.',
  }),
  STACK_STUCK: entry<{ stack: string; status: string; next: string }>({
    exit: 3,
    status: 409,
    cause: ({ stack, status }) => `Stack ${stack} is in ${status}, from which it cannot be updated.`,
    next: ({ next }) => next,
  }),
  SKIP_REFUSED: entry<{ stack: string; refused: string[]; skippable: string[] }>({
    exit: 3,
    status: 409,
    cause: ({ stack, refused }) =>
      `The rollback of stack ${stack} cannot skip ${refused.join(', ')}: CloudFormation skips only resources in UPDATE_FAILED.`,
    next: ({ stack, skippable }) =>
      skippable.length === 0
        ? 'Nothing was asked of anybody. No resource of the stack can be skipped: retry without --skip.'
        : `Nothing was asked of anybody. What can be skipped: ${skippable.map((name) => `--skip ${stack}:${name}`).join(' ')}.`,
  }),
  CHANGE_SET_BUSY: entry<{ changeSet: string; stack: string }>({
    exit: 5,
    status: 409,
    cause: ({ changeSet, stack }) =>
      `Change set ${changeSet} of stack ${stack} is still being made, so it cannot be deleted yet.`,
    next: () => 'It is tried again by itself. Delete the change set in the account if it stays.',
  }),
  NOT_DISCARDED: entry<{ promotion: string; target: string; code: string }>({
    exit: 5,
    status: 409,
    cause: ({ promotion, target, code }) =>
      `Change sets of promotion ${promotion} may be left in ${target}: they could not be taken away (${code}).`,
    next: () =>
      'Nothing of them is executed. Delete them, and stacks in REVIEW_IN_PROGRESS that hold nothing else, in the account.',
  }),
};
