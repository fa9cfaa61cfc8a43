/** Policies and targets over the API, as an administrator applies them. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { Target } from '#shared/domain/config/schema.ts';
import type { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import type { ShownTarget } from './diagnoses.ts';

export async function listPolicies(api: Api): Promise<PolicyRecord[]> {
  return (await callApi<{ items: PolicyRecord[] }>(api, { method: 'GET', path: '/v1/policies' })).items;
}

/** Applies a policy on the version that was seen, 0 for none; refused when another one holds by now. */
export async function putPolicy(api: Api, policy: Policy, seen: number): Promise<PolicyRecord> {
  return callApi(api, { method: 'PUT', path: pathOf(policy.metadata.name), body: policy, headers: precondition(seen) });
}

export async function deletePolicy(api: Api, name: string, seen: number): Promise<{ version: number }> {
  return callApi(api, { method: 'DELETE', path: pathOf(name), headers: precondition(seen) });
}

export async function putTarget(api: Api, target: Target): Promise<ShownTarget> {
  return callApi(api, { method: 'PUT', path: `/v1/targets/${target.metadata.name}`, body: target });
}

function pathOf(name: string): string {
  return `/v1/policies/${encodeURIComponent(name)}`;
}

function precondition(seen: number): Record<string, string> {
  return seen === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${seen}"` };
}
