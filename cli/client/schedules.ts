/** Schedules over the API, as an administrator applies them and anybody looks at them. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { FiringRecord, Schedule, ScheduleRecord } from '#shared/domain/schedule/schedule.ts';

export async function listSchedules(api: Api): Promise<ScheduleRecord[]> {
  return (await callApi<{ items: ScheduleRecord[] }>(api, { method: 'GET', path: '/v1/schedules' })).items;
}

export async function getSchedule(api: Api, name: string): Promise<ScheduleRecord> {
  return callApi(api, { method: 'GET', path: pathOf(name) });
}

/** What came of the newest firings, newest first. */
export async function listFirings(api: Api, name: string): Promise<FiringRecord[]> {
  return (await callApi<{ items: FiringRecord[] }>(api, { method: 'GET', path: `${pathOf(name)}/firings` })).items;
}

/** Applies a schedule on the version that was seen, 0 for none; refused when another one holds by now. */
export async function putSchedule(api: Api, schedule: Schedule, seen: number): Promise<ScheduleRecord> {
  const headers = precondition(seen);
  return callApi(api, { method: 'PUT', path: pathOf(schedule.metadata.name), body: schedule, headers });
}

export async function deleteSchedule(api: Api, name: string, seen: number): Promise<void> {
  await callApi(api, { method: 'DELETE', path: pathOf(name), headers: precondition(seen) });
}

function pathOf(name: string): string {
  return `/v1/schedules/${encodeURIComponent(name)}`;
}

function precondition(seen: number): Record<string, string> {
  return seen === 0 ? { 'if-none-match': '*' } : { 'if-match': `"${seen}"` };
}
