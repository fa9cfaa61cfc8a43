/** Sessions for people over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { HandedOver } from '#shared/domain/broker/hand-over.ts';
import type { OpenedSession, SessionWish } from '#shared/domain/broker/person-session.ts';
import type { Connection } from '../connection.ts';
import { withTarget } from './diagnoses.ts';

/** Opens an audit-role session in a target. It is on the record before the answer comes. */
export async function openSession(api: Api, body: SessionWish): Promise<OpenedSession> {
  return withTarget(api, body.target, () => callApi(api, { method: 'POST', path: '/v1/sessions', body }));
}

/** The session as other programs take it; in the sandbox with the address that stands for AWS. */
export function handOver({ api, simulated }: Connection, { session, credentials }: OpenedSession): HandedOver {
  const endpoint = simulated ? { endpoint: new URL(api.endpoint).origin } : {};
  return { credentials, region: session.region, ...endpoint };
}
