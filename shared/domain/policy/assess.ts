/** What the policies still want of a plan, given the plans that were approved before in the same rollout. */
import { coverage } from '../approval/coverage.ts';
import type { Requirement } from '../approval/records.ts';
import { problem } from '../errors/catalogue.ts';
import type { RolloutPlan } from '../plan/decision.ts';
import { reasonFrom } from '../promotion/reason.ts';
import type { Reason } from '../promotion/records.ts';
import { type JudgementContext, judge } from './judge.ts';
import { destroyedBy, rollbackPolicies } from './rollback-rules.ts';

export interface Assessment {
  /** Reasons to end the rollout, each naming resource and rule. */
  readonly denials: readonly Reason[];
  /** The approval that is still needed, and how long it is waited for, in seconds. */
  readonly open?: { readonly requirement: Requirement; readonly seconds: number };
}

export interface AssessmentContext extends JudgementContext {
  /** The plans that were approved before in the rollout. */
  readonly approved: readonly RolloutPlan[];
  /** Rollbacks have rules of their own. */
  readonly isRollback?: boolean;
}

/**
 * What was approved stays approved while it says the same. Where only values that come from outputs differ, nobody is asked again unless a
 * change gate asks. What nobody has seen needs whatever approval the policies want.
 */
export function assess(plan: RolloutPlan, { approved, isRollback = false, ...context }: AssessmentContext): Assessment {
  const whole = judge(plan, context);
  const denied = whole.denials.map(({ text, resource, target }) => {
    const refused = problem('CHANGE_DENIED', { environment: plan.environment, denials: [text] });
    return reasonFrom(refused, { resource, target });
  });
  const denials = isRollback ? [...destroyedBy(plan), ...denied] : denied;
  const { remaining, outputsOnly } = coverage(plan, approved);
  const asking = isRollback ? rollbackPolicies(plan, context) : context.policies;
  const policies = outputsOnly ? asking.map(({ approval: _, ...rest }) => rest) : asking;
  const { requirement } = judge(remaining, { ...context, policies });
  const because = [...(requirement?.because ?? []), ...recoveriesToApprove(remaining)];
  if (because.length === 0) return { denials };
  return {
    denials,
    open: { requirement: { groups: requirement?.groups ?? [], because }, seconds: whole.expirySeconds },
  };
}

/** Whatever the policies say: what a continued rollback skips, somebody else has to agree to. */
function recoveriesToApprove({ targets }: RolloutPlan): string[] {
  return targets.flatMap(({ target, stacks }) =>
    stacks.flatMap(({ stack, recovery }) =>
      recovery === undefined || recovery.approved
        ? []
        : [`the rollback of stack ${stack} on ${target} is to skip ${recovery.skip.join(', ')}`],
    ),
  );
}
