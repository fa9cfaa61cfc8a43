import { entry } from './problem.ts';

const refused = { exit: 3, status: 409 } as const;

const named = (targets: readonly string[]) =>
  targets.length <= 5 ? targets.join(', ') : `${targets.slice(0, 5).join(', ')} and ${targets.length - 5} more`;

/** Why targets cannot go back. */
export const rollbackEntries = {
  ROLLBACK_NOWHERE: entry<{ environment: string; targets: readonly string[] }>({
    ...refused,
    cause: ({ environment, targets }) =>
      targets.length === 0
        ? `No target of ${environment} runs anything that could be rolled back.`
        : `Nothing but what they run was verified in ${environment} on ${named(targets)}, or it was found bad since.`,
    next: () => 'Promote a release that you trust. If others can go back, name those alone with --targets.',
  }),
  ROLLBACK_MIXED: entry<{ environment: string; ways: readonly string[]; first: readonly string[] }>({
    ...refused,
    cause: ({ environment, ways }) =>
      `The targets of ${environment} would go back to different releases: ${ways.join('; ')}.`,
    next: ({ first }) => `Roll back those of one release at a time, for example with --targets ${first.join(' ')}.`,
  }),
  ROLLBACK_DESTROYS: entry<{ resource: string; type: string; stack: string; target: string; effect: string }>({
    ...refused,
    cause: ({ resource, type, stack, target, effect }) =>
      `The rollback would ${effect} ${type} ${resource} in stack ${stack} on ${target}, and what it holds with it.`,
    next: () =>
      'No policy can allow that in a rollback. Promote a release that keeps the resource, or the older release by hand, where change gates decide.',
  }),
  ROLLBACK_OVERTAKEN: entry<{ promotion: string; target: string; releaseId: string }>({
    ...refused,
    cause: ({ promotion, target, releaseId }) =>
      `Rollback ${promotion} is for what ran when it was asked for, and ${target} runs ${releaseId} by now.`,
    next: () => 'There is nothing to do. To roll that back as well, ask for it with `drawbridge rollback`.',
  }),
};
