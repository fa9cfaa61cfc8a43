/** What the gates and approval rules will say when a plan that was only looked at is promoted. */
import { askedOf } from '../approval/asked-of.ts';
import type { Requirement } from '../approval/records.ts';
import type { Rollout } from '../promotion/records.ts';
import type { RolloutPlan } from './decision.ts';

/** `unplanned`: stacks that are planned in a later round are judged then, so this is not the last word. */
export interface ForeseenApproval extends Requirement {
  readonly verdict: 'denied' | 'needed' | 'not-needed';
  readonly unplanned: boolean;
}

/** As the decision on the plan recorded it: by the policies that held when it was made. */
export function foreseenApproval(
  { status, needs }: Pick<Rollout, 'status' | 'needs'>,
  { targets }: Pick<RolloutPlan, 'targets'>,
): ForeseenApproval {
  const unplanned = targets.some(({ stacks }) => stacks.some(({ kind }) => kind === 'unplanned'));
  if (status === 'rejected') return { verdict: 'denied', groups: [], because: [], unplanned };
  if (needs === undefined) return { verdict: 'not-needed', groups: [], because: [], unplanned };
  return { verdict: 'needed', ...needs, unplanned };
}

/** Lines for a reader. Who denies is in the reasons of the rollout, so nothing is added to them here. */
export function approvalRemarks({ verdict, because, unplanned, ...asked }: ForeseenApproval, requestedBy: string) {
  const later = unplanned ? ['stacks that are planned in a later round are judged then'] : [];
  switch (verdict) {
    case 'denied':
      return [];
    case 'needed':
      return [
        `needs the approval of ${askedOf(asked, requestedBy)}`,
        ...because.map((reason) => `because ${reason}`),
        ...later,
      ];
    case 'not-needed':
      return ['needs no approval', ...later];
  }
}
