/** Targets and their diagnoses over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { Diagnosis } from '#shared/domain/doctor/facts.ts';

export type ShownTarget = Omit<TargetRecord, 'externalId'>;

export async function listTargets(api: Api): Promise<ShownTarget[]> {
  return (await callApi<{ items: ShownTarget[] }>(api, { method: 'GET', path: '/v1/targets' })).items;
}

/** Lets the orchestrator look at a target. */
export async function diagnoseTarget(api: Api, target: string): Promise<Diagnosis> {
  return callApi(api, { method: 'POST', path: '/v1/diagnoses', body: { target } });
}
