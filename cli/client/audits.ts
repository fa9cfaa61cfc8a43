/** Evidence over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { Evidence } from '#shared/domain/audit/evidence.ts';

export async function getEvidence(api: Api, promotion: string): Promise<Evidence> {
  return callApi(api, { method: 'GET', path: `/v1/promotions/${encodeURIComponent(promotion)}/evidence` });
}
