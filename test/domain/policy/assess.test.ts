import { describe, expect, it } from 'vitest';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import type { StackPlan } from '#shared/domain/plan/stack-plan.ts';
import { assess } from '#shared/domain/policy/assess.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import { aChange } from '#test/builders.ts';
import { rolloutPlan, stackPlan, targetPlan } from '../plan/plan-builders.ts';
import { aGate, aPolicy } from './policy-builders.ts';

const on = (...stacks: StackPlan[]) => rolloutPlan(targetPlan('production', ...stacks));
const context = (policies: Policy[], approved: RolloutPlan[] = []) => ({
  policies,
  targets: [{ name: 'production', labels: {} }],
  approved,
});
const queue = stackPlan('api', 'changes');
const vpc = (after: string) =>
  stackPlan('api', 'changes', { parameters: [{ name: 'Vpc', before: 'vpc-0', after, fromOutput: 'network.Vpc' }] });
const everyPlan = aPolicy('four-eyes', { approval: { groups: ['release-managers'], expires: '2h' } });
const queues = aPolicy('queues', {
  changeGates: [aGate({ types: ['AWS::SQS::*'] }, { requireApproval: ['messaging'] }, 'queues')],
});
const noQueues = aPolicy('no-queues', { changeGates: [aGate({ types: ['AWS::SQS::*'] }, 'deny', 'none')] });
const broken = (skip: string[]) =>
  stackPlan('api', 'recover', {
    recovery: { status: 'UPDATE_ROLLBACK_FAILED', action: 'continue-rollback', skip, approved: skip.length === 0 },
  });
const skipped = 'the rollback of stack api on production is to skip Queue, Topic';

describe('what the policies still want of a plan', () => {
  it.each<[string, RolloutPlan, ReturnType<typeof context>, object | undefined]>([
    ['is nothing where they want nothing', on(queue), context([]), undefined],
    ['is nothing of a plan that changes nothing', on(stackPlan('api', 'unchanged')), context([everyPlan]), undefined],
    [
      'is an approval of what nobody has seen, for as long as they say',
      on(queue),
      context([everyPlan]),
      {
        requirement: {
          groups: ['release-managers'],
          because: ['policy four-eyes asks for an approval of every plan'],
        },
        seconds: 7200,
      },
    ],
    ['is nothing once exactly that was approved', on(queue), context([everyPlan], [on(queue)]), undefined],
    [
      'is the whole approval again when the plan changed',
      on({ ...queue, notes: ['x'] }),
      context([everyPlan], [on(queue)]),
      { requirement: { groups: ['release-managers'] } },
    ],
    [
      'is nothing more where only values that come from outputs differ',
      on(vpc('vpc-2')),
      context([everyPlan], [on(vpc('vpc-1'))]),
      undefined,
    ],
    [
      'is what a change gate asks for, also where only values that come from outputs differ',
      on(vpc('vpc-2')),
      context([everyPlan, queues], [on(vpc('vpc-1'))]),
      {
        requirement: {
          groups: ['messaging'],
          because: [
            'gate queues of policy queues asks for an approval of add of AWS::SQS::Queue Queue in stack api on production',
          ],
        },
        seconds: 7200,
      },
    ],
    [
      'is asked only of what was not approved before',
      on(queue, stackPlan('web', 'changes', { changes: [aChange({ logicalId: 'Web' })] })),
      context([queues], [on(queue)]),
      { requirement: { because: [expect.stringMatching(/ add of AWS::SQS::Queue Web in stack web on production$/)] } },
    ],
    ['is nothing of a stack that is brought back by itself', on(broken([])), context([everyPlan]), undefined],
    [
      'is somebody else’s approval of what a continued rollback skips, whatever the policies say',
      on(broken(['Queue', 'Topic'])),
      context([]),
      { requirement: { groups: [], because: [skipped] }, seconds: 72 * 3600 },
    ],
    [
      'is that beside what the policies say',
      on(broken(['Queue', 'Topic'])),
      context([everyPlan]),
      {
        requirement: {
          groups: ['release-managers'],
          because: ['policy four-eyes asks for an approval of every plan', skipped],
        },
      },
    ],
    [
      'is nothing once the skipping was approved',
      on(broken(['Queue', 'Topic'])),
      context([], [on(broken(['Queue', 'Topic']))]),
      undefined,
    ],
  ])('%s', (_, plan, given, open) => {
    const assessment = assess(plan, given);
    expect(assessment.denials).toEqual([]);
    if (open === undefined) expect(assessment).not.toHaveProperty('open');
    else expect(assessment.open).toMatchObject(open);
  });

  it('ends with a reason for each change that is denied, also of what was approved before', () => {
    const plan = on(queue);
    expect(assess(plan, context([noQueues], [plan])).denials).toEqual([
      {
        code: 'CHANGE_DENIED',
        text: 'The plan for production is denied: gate none of policy no-queues forbids add of AWS::SQS::Queue Queue in stack api on production.',
        next: 'Nothing was executed. Change the release, or ask the platform team to change the policy.',
        resource: 'Queue',
        target: 'production',
      },
    ]);
  });
});
