/** Targets and their diagnoses over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { Diagnosis } from '#shared/domain/doctor/facts.ts';
import { DrawbridgeError, failure } from '#shared/domain/errors/catalogue.ts';

export type ShownTarget = Omit<TargetRecord, 'externalId'>;

export async function listTargets(api: Api): Promise<ShownTarget[]> {
  return (await callApi<{ items: ShownTarget[] }>(api, { method: 'GET', path: '/v1/targets' })).items;
}

/** Runs what asks about one target; where there is no such target, the answer names those that there are. */
export async function withTarget<Answer>(api: Api, target: string, ask: () => Promise<Answer>): Promise<Answer> {
  return ask().catch(async (error: unknown) => {
    if (!(error instanceof DrawbridgeError) || error.problem.code !== 'TARGET_UNKNOWN') throw error;
    // Who may not list them is told what was known before.
    const targets = await listTargets(api).catch(() => []);
    throw failure('TARGET_UNKNOWN', { target, known: targets.map(({ name }) => name) });
  });
}

/** Lets the orchestrator look at a target. */
export async function diagnoseTarget(api: Api, target: string): Promise<Diagnosis> {
  return withTarget(api, target, () => callApi(api, { method: 'POST', path: '/v1/diagnoses', body: { target } }));
}
