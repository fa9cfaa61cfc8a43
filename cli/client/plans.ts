/** The plans of a promotion, asked for over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { RolloutPlan } from '#shared/domain/plan/decision.ts';
import { shortLines } from '#shared/domain/plan/render-text.ts';
import type { Rollout, Round } from '#shared/domain/promotion/records.ts';
import type { PlanTexts } from './promotion-report.ts';

/** The plan of one environment, as it was decided on last. */
export async function getPlan(api: Api, promotion: string, environment: string): Promise<RolloutPlan> {
  return getPlanOfRound(api, { promotion, environment });
}

type Sought = Pick<Rollout, 'promotion' | 'environment'> & { readonly digest?: string };

/** The newest plan, or the one with this digest, of whichever round. */
async function getPlanOfRound(api: Api, { promotion, environment, digest }: Sought): Promise<RolloutPlan> {
  const path = `/v1/promotions/${encodeURIComponent(promotion)}/plans/${encodeURIComponent(environment)}`;
  const query = digest === undefined ? {} : { query: { digest } };
  return (await callApi<{ plan: RolloutPlan }>(api, { method: 'GET', path, ...query })).plan;
}

/** What the plan of each round of each rollout changes, in short. */
export async function planTexts(api: Api, { rollouts, rounds }: PromotionRecord): Promise<PlanTexts> {
  const texts = rollouts.map(async (rollout) => {
    const own = rounds.filter(({ environment, decision }) => environment === rollout.environment && isShown(decision));
    const plans = [...Map.groupBy(own, ({ digest }) => digest)].map(([digest, same]) => ({ digest, same }));
    const lines = await Promise.all(plans.map((plan) => linesOf(api, rollout, plan)));
    return [rollout.environment, lines.flat()] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
}

const isShown = (decision: Round['decision']): boolean => decision !== 'nothing-to-do';

/** A plan that an older version wrote is only named: its members meant something else. */
async function linesOf(
  api: Api,
  { promotion, environment }: Pick<Rollout, 'promotion' | 'environment'>,
  { digest, same }: { digest: string; same: readonly Round[] },
): Promise<string[]> {
  const plan = await getPlanOfRound(api, { promotion, environment, digest });
  return [roundText(digest, same), ...(plan.schemaVersion === 2 ? shortLines(plan) : [])];
}

const words: Readonly<Record<Round['decision'], string>> = {
  'nothing-to-do': 'no changes',
  denied: 'denied',
  planned: 'only looked at',
  'needs-approval': 'needs an approval',
  recover: 'cleared to bring stacks back',
  wait: 'cleared, and waiting to be let in',
  again: 'too old to start by',
  closed: 'not let in',
  go: 'cleared',
};

/** `rounds 1 and 2: plan sha256:…, needs an approval, then cleared`. */
function roundText(digest: string, same: readonly Round[]): string {
  const numbers = same.map(({ round }) => `${round}`);
  const decisions = [...new Set(same.map(({ decision }) => words[decision]))];
  return `round${numbers.length === 1 ? '' : 's'} ${numbers.join(' and ')}: plan ${digest}, ${decisions.join(', then ')}`;
}
