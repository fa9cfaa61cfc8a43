/** Freezes, emergency stops and holds over the API. */
import { type Api, callApi } from '#shared/aws/api.ts';
import {
  type Restriction,
  type RestrictionKind,
  type RestrictionWish,
  scopeText,
} from '#shared/domain/restriction/restriction.ts';

const lists: Readonly<Record<RestrictionKind, string>> = {
  freeze: '/v1/freezes',
  stop: '/v1/stops',
  hold: '/v1/holds',
};

/** Puts one; asking again with the same key answers the same one. */
export async function putRestriction(
  api: Api,
  kind: RestrictionKind,
  { wish, idempotencyKey }: { wish: RestrictionWish; idempotencyKey: string },
): Promise<Restriction> {
  const headers = { 'idempotency-key': idempotencyKey };
  return callApi(api, { method: 'POST', path: lists[kind], body: wish, headers });
}

export async function liftRestriction(
  api: Api,
  kind: RestrictionKind,
  { id, reason }: { id: string; reason: string },
): Promise<Restriction> {
  const path = `${lists[kind]}/${encodeURIComponent(id)}/lifts`;
  return callApi(api, { method: 'POST', path, body: { reason } });
}

/** Those that hold or are to come. */
export async function listRestrictions(api: Api, kind: RestrictionKind): Promise<Restriction[]> {
  return (await callApi<{ items: Restriction[] }>(api, { method: 'GET', path: lists[kind] })).items;
}

/** One of them in a line: which, where, for how long, by whom and why. */
export function restrictionText(restriction: Restriction): string {
  const { id, from, until, by, reason } = restriction;
  const times = [from && `from ${from}`, until && `until ${until}`].filter(Boolean).join(' ');
  return `${id}  ${scopeText(restriction)}${times === '' ? '' : ` ${times}`}, by ${by}: ${reason}`;
}
