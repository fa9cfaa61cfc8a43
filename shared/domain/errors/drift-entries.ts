import { entry, listed } from './problem.ts';

interface DriftFacts {
  readonly stack: string;
  readonly target: string;
  readonly environment: string;
  readonly resources: string;
}

/** What is found when stacks are compared with what is there. */
export const driftEntries = {
  DRIFTED: entry<DriftFacts>({
    exit: 1,
    status: 409,
    cause: ({ stack, target, resources }) =>
      `Stack ${stack} in ${target} has drifted: somebody changed past CloudFormation ${resources}.`,
    next: () =>
      'Change the resources back, or take what was changed over into the template and promote that. Then detect drift again.',
  }),
  DRIFT_NOT_CHECKED: entry<{ target: string; stacks: readonly string[] }>({
    exit: 1,
    status: 409,
    cause: ({ target, stacks }) => `Not everything in ${target} could be checked for drift: ${listed(stacks)}.`,
    next: () =>
      'What could be checked is on record. Where CloudFormation may not read a resource, give the audit role a policy to read by (`DriftReadPolicyArn` of accounts/account.yml).',
  }),
  DRIFT_BLOCKS: entry<DriftFacts>({
    exit: 3,
    status: 409,
    cause: ({ stack, target, environment, resources }) =>
      `Stack ${stack} in ${target} has drifted, and ${environment} lets no drifted stack be changed: ${resources}.`,
    next: () =>
      'Change the resources back and detect drift again, or let somebody who may override `drift` promote with a reason.',
  }),
};
