/** The trust of a target's roles, and what denials there say, over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { DecodedMessages, MessageWish } from '#shared/domain/broker/decoded-messages.ts';
import type { TargetTrust } from '#shared/domain/doctor/facts.ts';
import { withTarget } from './diagnoses.ts';

/** Lets the orchestrator read the roles of a target as they are now. */
export async function readTargetTrust(api: Api, target: string): Promise<TargetTrust> {
  const path = `/v1/targets/${encodeURIComponent(target)}/trust`;
  return withTarget(api, target, () => callApi(api, { method: 'GET', path }));
}

/** What encoded authorization messages say. That it was asked for is on the record before the answer comes. */
export async function decodeMessages(api: Api, target: string, body: MessageWish): Promise<DecodedMessages> {
  const path = `/v1/targets/${encodeURIComponent(target)}/decoded-messages`;
  return withTarget(api, target, () => callApi(api, { method: 'POST', path, body }));
}
