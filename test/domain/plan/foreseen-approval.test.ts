/** What a plan that was only looked at says about approvals. */
import { describe, expect, it } from 'vitest';
import { approvalRemarks, foreseenApproval } from '#shared/domain/plan/foreseen-approval.ts';
import { untouched } from '#shared/domain/plan/stack-plan.ts';
import { aRollout } from '#test/builders.ts';
import { richPlan } from './rich-plan.ts';

const api = untouched({ stack: 'api', stackName: 'orders-api' });
const planOf = (kind: 'changes' | 'unplanned') => ({
  targets: richPlan.targets.map((target) => ({ ...target, stacks: [{ ...api, kind }] })),
});
const needs = { groups: ['managers', 'security'], because: ['gate a of policy b asks for it', 'the safe default c'] };
const later = 'stacks that are planned in a later round are judged then';

describe('the approval of a plan', () => {
  it.each([
    ['is denied by its reasons', aRollout({ status: 'rejected', needs }), 'changes', 'denied', []],
    ['is not needed', aRollout({ status: 'planned' }), 'changes', 'not-needed', ['needs no approval']],
    ['may be needed later', aRollout({ status: 'planned' }), 'unplanned', 'not-needed', ['needs no approval', later]],
    [
      'is that of each group',
      aRollout({ status: 'planned', needs }),
      'changes',
      'needed',
      [
        'needs the approval of one of managers and one of security',
        'because gate a of policy b asks for it',
        'because the safe default c',
      ],
    ],
    [
      'is that of anybody else, and later rounds may need another',
      aRollout({ status: 'planned', needs: { groups: [], because: ['x'] } }),
      'unplanned',
      'needed',
      ['needs the approval of anybody but alice', 'because x', later],
    ],
  ] as const)('%s', (_case, rollout, kind, verdict, remarks) => {
    const approval = foreseenApproval(rollout, planOf(kind));
    expect(approval.verdict).toBe(verdict);
    expect(approvalRemarks(approval, 'alice')).toEqual(remarks);
  });
});
