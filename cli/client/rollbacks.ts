/** Rollbacks over the API, and in words. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { Promotion, Rollback } from '#shared/domain/promotion/records.ts';
import type { RollbackRequest } from '#shared/domain/promotion/request.ts';
import type { RollbackIntent } from '#shared/domain/promotion/rollback.ts';

/** Asks for a rollback; asking again with the same key answers the same promotion. */
export async function requestRollback(
  api: Api,
  { wish, idempotencyKey }: { readonly wish: RollbackRequest; readonly idempotencyKey: string },
): Promise<Promotion> {
  const headers = { 'idempotency-key': idempotencyKey };
  return callApi(api, { method: 'POST', path: '/v1/rollbacks', body: wish, headers });
}

/** What kind of rollback it is, and why. */
export function rollbackText({ of, automatic, reason }: Rollback): string {
  const after = of === undefined ? '' : ` after ${of}`;
  return `${automatic ? 'automatic rollback' : 'rollback'}${after}: ${reason}`;
}

/** What a failed verification led to. */
export function intentText({ environment, targets, releaseId, rollback, refused }: RollbackIntent): string {
  const end =
    refused === undefined ? (rollback ?? 'about to be asked for') : `refused, ${refused.code}: ${refused.text}`;
  return `${targets.join(', ')} in ${environment} go back to ${releaseId}: ${end}`;
}
