/** The transitions of rollouts: running, ended. One that a gate turned away at the door never ran. */
import type { Deployment, Rollout } from '../promotion/records.ts';
import type { Stacks } from './event.ts';
import { toldReasons } from './told-reasons.ts';
import type { Happened, Recorded } from './transitions.ts';

export function rolloutTransitions({ rollouts, deployments }: Recorded): Happened[] {
  return rollouts.flatMap((rollout) => {
    const { environment, epoch, startedAt, settledAt, status } = rollout;
    const own = deployments.filter((deployment) => deployment.environment === environment);
    const entered = epoch > 0;
    const running = { environment, state: 'running', occurredAt: startedAt };
    const ended = {
      environment,
      state: status,
      ...(entered ? { previousState: 'running' } : {}),
      reasons: toldReasons(rollout.reasons),
      stacks: stacksIn(own),
    };
    return [
      ...(entered ? [change(rollout, running, 'opens')] : []),
      ...(settledAt === undefined ? [] : [change(rollout, { ...ended, occurredAt: settledAt }, 'ends')]),
    ];
  });
}

function change({ environment }: Rollout, detail: Happened['detail'], part: Happened['part']): Happened {
  return {
    key: `rollout ${environment} ${detail.state}`,
    detailType: 'Drawbridge Rollout State Change',
    detail,
    part,
  };
}

/** States in which CloudFormation leaves a stack that it brought back by itself (User Guide, "Stack status codes"). */
const rolledBack = /ROLLBACK_COMPLETE$/;

/** How many of the stacks stand how. */
export function stacksIn(deployments: readonly Deployment[]): Stacks {
  const some = (...outcomes: Deployment['outcome'][]) =>
    deployments.filter(({ outcome }) => outcomes.includes(outcome));
  return {
    deployed: some('deployed').length,
    unchanged: some('unchanged').length,
    failed: some('failed').length,
    rolledBack: some('failed').filter(({ status }) => rolledBack.test(status)).length,
    left: some('pending', 'in-progress').length,
  };
}
