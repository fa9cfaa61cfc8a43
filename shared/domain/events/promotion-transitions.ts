/** The transitions of a promotion as a whole: accepted, running, ended. */
import { isGood, type Outcome } from '../promotion/records.ts';
import { stacksIn } from './rollout-transitions.ts';
import { toldReasons } from './told-reasons.ts';
import type { Happened, Recorded } from './transitions.ts';

/** A promotion runs from its first rollout on; until then its execution may not even have started. */
export function promotionTransitions(record: Recorded): Happened[] {
  const { promotion, rollouts } = record;
  const accepted = change('accepted', promotion.requestedAt, {});
  const [first] = rollouts.map(({ startedAt }) => startedAt).sort();
  const before = first === undefined ? 'accepted' : 'running';
  const running = first === undefined ? [] : [change('running', first, { previousState: 'accepted' })];
  return [accepted, ...running, ...endOf(record, before)];
}

function endOf({ promotion, rollouts, deployments }: Recorded, previousState: string): Happened[] {
  const { status, settledAt } = promotion;
  if (settledAt === undefined) return [];
  if (isGood(status as Outcome) || status === 'planned')
    return [{ ...change(status, settledAt, { previousState }), part: 'ends' }];
  const last = rollouts.find((rollout) => rollout.status === status);
  const own = deployments.filter(({ environment }) => environment === last?.environment);
  const where =
    last === undefined
      ? toldOf(promotion)
      : { environment: last.environment, reasons: toldReasons(last.reasons), stacks: stacksIn(own) };
  return [{ ...change(status, settledAt, { previousState, ...where }), part: 'ends' }];
}

/** Where no rollout says why, the promotion itself may. */
function toldOf({ reasons = [] }: Recorded['promotion']): object {
  return reasons.length === 0 ? {} : { reasons: toldReasons(reasons) };
}

function change(state: string, occurredAt: string, more: object): Happened {
  return {
    key: `promotion ${state}`,
    detailType: 'Drawbridge Promotion State Change',
    detail: { state, occurredAt, ...more },
    part: 'opens',
  };
}
