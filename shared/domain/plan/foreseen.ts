/** The deployments a decided plan foresees. */
import type { PromotionId } from '../identifiers.ts';
import { roleName, sessionName } from '../names.ts';
import type { Deployment } from '../promotion/records.ts';
import { isWork } from './decision.ts';
import type { TargetPlan } from './stack-plan.ts';

/** What changes is pending, what does not is already done. */
export function foreseenDeployments(
  rollout: { promotion: PromotionId; environment: string; at: string },
  targets: readonly TargetPlan[],
): Deployment[] {
  const { promotion, environment, at } = rollout;
  return targets.flatMap(({ target, account, region, stacks }) =>
    stacks.map((stack) => {
      const role = isWork(stack) ? 'deploy' : 'preview';
      return {
        promotion,
        environment,
        target,
        account,
        region,
        stack: stack.stack,
        stackName: stack.stackName,
        role: roleName(role),
        sessionName: sessionName(promotion, isWork(stack) ? 'execute' : 'plan'),
        status: isWork(stack) ? 'PLANNED' : 'UNCHANGED',
        outcome: isWork(stack) ? 'pending' : 'unchanged',
        at,
      };
    }),
  );
}
