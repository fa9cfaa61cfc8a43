/** The plans of a promotion, asked for over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { shortLines } from '#shared/domain/plan/render-text.ts';
import type { PlanTexts } from './promotion-report.ts';

/** The plan of one environment, as it was decided on. */
export async function getPlan(api: Api, id: string, environment: string): Promise<RolloutPlan> {
  const path = `/v1/promotions/${encodeURIComponent(id)}/plans/${encodeURIComponent(environment)}`;
  return (await callApi<{ plan: RolloutPlan }>(api, { method: 'GET', path })).plan;
}

/** What each rollout's plan changes, in short. A plan that an older version wrote is not shown: its members meant something else. */
export async function planTexts(api: Api, { promotion, rollouts }: PromotionRecord): Promise<PlanTexts> {
  const planned = rollouts.filter(({ planDigest }) => planDigest !== undefined);
  const texts = planned.map(async ({ environment }) => {
    const plan = await getPlan(api, promotion.id, environment);
    return [environment, plan.schemaVersion === 2 ? shortLines(plan) : []] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}
