/** A rehearsal in which pre-production and production are the two targets of one environment: those with the label `fleet: all`. */
import { callApi } from '#shared/aws/api.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';

export async function openFleetOfTwo(): Promise<Rehearsal> {
  const rehearsal = await openRehearsal();
  for (const { name, account, region } of [preProduction, production]) {
    const metadata = { name, labels: { env: name, fleet: 'all' } };
    const body = { apiVersion: 'drawbridge/v1', kind: 'Target', metadata, account, region };
    await callApi(rehearsal.apiAs('carol'), { method: 'PUT', path: `/v1/targets/${name}`, body });
  }
  return rehearsal;
}
