import { entry } from './problem.ts';

/** Problems that the proof of "no static credentials and no new way in" finds. */
export const auditEntries = {
  ACCOUNT_NOT_CLEAN: entry<{ account: string; moment: 'before' | 'after'; findings: string[] }>({
    exit: 3,
    status: 409,
    cause: ({ account, moment, findings }) =>
      `Account ${account} is not clean ${moment} the rollout: ${findings.join('; ')}.`,
    next: () => 'Remove them, find out in CloudTrail who made them, then promote again.',
  }),
  NOT_AUDITED: entry<{ target: string; code: string }>({
    exit: 5,
    status: 409,
    cause: ({ target, code }) =>
      `The account of ${target} could not be audited after something was executed there (${code}).`,
    next: () =>
      'Mend the audit role with what `drawbridge doctor` says, and look for new users, keys and roles in the account.',
  }),
};
