/** Lists by pages, and what a promotion is known by. */
import { beforeEach, describe, expect, it } from 'vitest';
import { askForApproval, listApprovalDecisions } from '#shared/aws/ledger/approvals.ts';
import { recordBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { recordPromotion, recordStarted } from '#shared/aws/ledger/promotions.ts';
import { recordRelease } from '#shared/aws/ledger/releases.ts';
import { after as seconds } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, aReleaseRecord, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { callHandler, person } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger } = deployment();
const idOf = (index: number) => `prm-${String(index).padStart(16, '0')}`;

async function promoted(count: number, pipeline = 'orders'): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    // Two each in the same moment.
    const requestedAt = seconds(monday, Math.floor(index / 2));
    const promotion = aPromotion({ id: idOf(index), pipeline, requestedAt });
    await recordPromotion(ledger, promotion);
    await recordStarted(ledger, promotion, 'arn:execution');
  }
}

/** Follows the `Link` of each page: the ids that each of them has. */
async function pages(path: string, query: string): Promise<string[][]> {
  const found: string[][] = [];
  let next: string | undefined = query;
  while (next !== undefined) {
    const { status, headers, body } = await callHandler(`GET ${path}`, { query: next });
    expect(status).toBe(200);
    found.push((body['items'] as { id?: string; request: string }[]).map((item) => item.id ?? item.request));
    const link: RegExpExecArray | null = /^<([^?]+)\?([^>]+)>; rel="next"$/.exec(headers['link'] ?? '');
    expect(link?.[1] ?? path).toBe(path);
    expect(new URLSearchParams(link?.[2]).get('cursor')).toBe(body['nextCursor'] ?? null);
    next = link?.[2];
  }
  return found;
}

describe('a long list', () => {
  it.each([
    [5, 2, [2, 2, 1]],
    [4, 2, [2, 2]],
    [1, 100, [1]],
    [0, 1, [0]],
  ])('of %i promotions in pages of %i has each of them once, newest first', async (count, limit, sizes) => {
    await recordRelease(ledger, aReleaseRecord());
    await promoted(count);
    const found = await pages('/v1/promotions', `pipeline=orders&limit=${limit}`);
    expect(found.map((page) => page.length)).toEqual(sizes);
    expect(found.flat()).toEqual(Array.from({ length: count }, (_, index) => idOf(count - 1 - index)));
  });

  it('of a pipeline that has no release is no list', async () => {
    for (const route of ['GET /v1/promotions', 'GET /v1/environments'])
      expect(await callHandler(route, { query: 'pipeline=ordrs' })).toMatchObject({
        status: 404,
        body: { code: 'PIPELINE_UNKNOWN', detail: expect.stringContaining('"ordrs"') },
      });
  });

  it('of a pipeline that was released and not promoted is empty', async () => {
    await recordRelease(ledger, aReleaseRecord());
    for (const route of ['GET /v1/promotions', 'GET /v1/environments'])
      expect(await callHandler(route, { query: 'pipeline=orders' })).toMatchObject({
        status: 200,
        body: { items: [] },
      });
  });

  it('goes on where it was, though something new came meanwhile', async () => {
    await promoted(3);
    const first = await callHandler('GET /v1/promotions', { query: 'pipeline=orders&limit=2' });
    const newest = aPromotion({ id: otherPromotionId, requestedAt: seconds(monday, 3600) });
    await recordPromotion(ledger, newest);
    await recordStarted(ledger, newest, 'arn:execution');
    const query = `pipeline=orders&limit=2&cursor=${first.body['nextCursor']}`;
    expect(await callHandler('GET /v1/promotions', { query })).toMatchObject({ body: { items: [{ id: idOf(0) }] } });
  });

  it('of sessions has pages too', async () => {
    for (const request of ['r-1', 'r-2', 'r-3'])
      await recordBrokered(ledger, {
        ...{ target: 'production', account: '333333333333', region: 'eu-west-1', actor: 'alice', at: monday },
        ...{ request, reason: 'INC-7', use: 'exec', role: 'drawbridge-audit', sessionName: 'usr-alice' },
        ...{ sourceIdentity: 'usr-alice', expiresAt: seconds(monday, 900) },
      });
    expect(await pages('/v1/sessions', 'target=production&limit=2')).toEqual([['r-3', 'r-2'], ['r-1']]);
  });

  it.each<[string, (cursor: string) => string, string]>([
    ['B-18 a limit below one', () => 'pipeline=orders&limit=-1', 'PAGE_LIMIT'],
    ['B-18 a limit beyond all measure', () => 'pipeline=orders&limit=1e9', 'PAGE_LIMIT'],
    ['B-18 a cursor that is garbage', () => 'pipeline=orders&cursor=garbage', 'PAGE_CURSOR'],
    ['a cursor of another list', (cursor) => `pipeline=payments&cursor=${cursor}`, 'PAGE_CURSOR'],
  ])('is refused with %s', async (_name, query, code) => {
    await promoted(2);
    const { body } = await callHandler('GET /v1/promotions', { query: 'pipeline=orders&limit=1' });
    const answer = await callHandler('GET /v1/promotions', { query: query(`${body['nextCursor']}`) });
    expect(answer).toMatchObject({ status: 400, body: { code } });
  });
});

describe('what was seen of a promotion', () => {
  const digest = digestOf('plan');
  const about = { promotion: promotionId, environment: 'production', digest };
  const wish = { environment: 'production', decision: 'approve', digest, reason: 'reviewed' };
  const decide = (headers: Record<string, string>, id: string = promotionId) =>
    callHandler(`POST /v1/promotions/${id}/approvals`, { userArn: person('bob'), body: wish, headers });
  const tag = async () => `${(await callHandler(`GET /v1/promotions/${promotionId}`)).headers['etag']}`;

  beforeEach(async () => {
    await recordPromotion(ledger, aPromotion({ requestedBy: 'alice' }));
    const requirement = { groups: [], because: ['policy x asks'] };
    await askForApproval(ledger, { ...about, pipeline: 'orders', requirement, seconds: 60, at: monday, policies: [] });
  });

  it('has a tag that stays as long as nothing changes', async () => {
    const first = await tag();
    expect(first).toMatch(/^"[0-9a-f]{32}"$/);
    expect(await tag()).toBe(first);
    await recordStarted(ledger, aPromotion(), 'arn:execution');
    expect(await tag()).not.toBe(first);
  });

  it.each<[string, (now: string) => string]>([
    ['that very tag', (now) => now],
    ['one of several tags', (now) => `"other", ${now}`],
    ['whatever there is', () => '*'],
  ])('may be a condition of a decision: %s', async (_name, ifMatch) => {
    expect(await decide({ 'if-match': ifMatch(await tag()) })).toMatchObject({ status: 201 });
  });

  it.each<[string, (now: string) => string]>([
    ['a tag from before', () => '"0123456789abcdef0123456789abcdef"'],
    ['a weak tag', (now) => `W/${now}`],
    ['no tag', () => 'yes'],
  ])('stops a decision that names %s', async (_name, ifMatch) => {
    const answer = await decide({ 'if-match': ifMatch(await tag()) });
    expect(answer).toMatchObject({ status: 412, body: { code: 'PROMOTION_VERSION' } });
    expect(await listApprovalDecisions(ledger, about)).toEqual([]);
  });

  it('is nothing of a promotion that nobody knows', async () => {
    expect(await decide({ 'if-match': '*' }, otherPromotionId)).toMatchObject({
      status: 404,
      body: { code: 'PROMOTION_UNKNOWN' },
    });
  });
});
