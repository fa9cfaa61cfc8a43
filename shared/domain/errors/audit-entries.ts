import { entry } from './problem.ts';

/** Problems that the proof of "no static credentials" finds. */
export const auditEntries = {
  ACCOUNT_NOT_CLEAN: entry<{ account: string; moment: 'before' | 'after'; findings: string[] }>({
    exit: 3,
    status: 409,
    cause: ({ account, moment, findings }) =>
      `Account ${account} holds static credentials ${moment} the rollout: ${findings.join('; ')}.`,
    next: () => 'Remove them, find out in CloudTrail who made them, then promote again.',
  }),
};
