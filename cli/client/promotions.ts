/** Promotions over the API: ask, look, list. The same calls on AWS and in the sandbox. */
import { type Api, callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { Mode, Override, Promotion, RecoveryWish } from '#shared/domain/promotion/records.ts';
import type { Whereabouts } from '#shared/domain/promotion/running.ts';

export interface PromotionWish {
  readonly release: string;
  readonly environments?: readonly string[];
  /** Promoted where nothing is said. */
  readonly mode?: Mode;
  /** All of the environments where nothing is said. */
  readonly targets?: readonly string[];
  readonly override?: Override;
  /** New for each new wish; the same again for the same wish. */
  readonly idempotencyKey: string;
}

/** Asks for a promotion; asking again with the same key answers the same promotion. */
export async function requestPromotion(api: Api, wish: PromotionWish): Promise<Promotion> {
  const { idempotencyKey, ...body } = wish;
  return callApi(api, {
    method: 'POST',
    path: '/v1/promotions',
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });
}

/** Takes up a promotion that did not go well. */
export async function retryPromotion(
  api: Api,
  promotion: string,
  { idempotencyKey, recovery }: { readonly idempotencyKey: string; readonly recovery?: RecoveryWish },
): Promise<Promotion> {
  const path = `/v1/promotions/${encodeURIComponent(promotion)}/retries`;
  const headers = { 'idempotency-key': idempotencyKey };
  return callApi(api, { method: 'POST', path, body: recovery === undefined ? {} : { recovery }, headers });
}

export async function getPromotion(api: Api, id: string): Promise<PromotionRecord> {
  return callApi(api, { method: 'GET', path: `/v1/promotions/${encodeURIComponent(id)}` });
}

/** A pipeline's promotions, newest first, from all pages. */
export async function listPromotions(api: Api, pipeline: string): Promise<Promotion[]> {
  const all: Promotion[] = [];
  let cursor: string | undefined;
  do {
    const query = { pipeline, limit: '100', ...(cursor === undefined ? {} : { cursor }) };
    const request = { method: 'GET', path: '/v1/promotions', query } as const;
    const { items, nextCursor } = await callApi<{ items: Promotion[]; nextCursor?: string }>(api, request);
    all.push(...items);
    cursor = nextCursor;
  } while (cursor !== undefined);
  return all;
}

/** What is where: every target of a pipeline with the release it runs, and what is to be said of it. */
export async function listRunning(api: Api, pipeline: string): Promise<Whereabouts[]> {
  const answer = await callApi<{ items: Whereabouts[] }>(api, {
    method: 'GET',
    path: '/v1/environments',
    query: { pipeline },
  });
  return answer.items;
}
