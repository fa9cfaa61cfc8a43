import { describe, expect, it } from 'vitest';
import {
  type ApprovalWish,
  answerOf,
  askForApproval,
  closeApprovalRequest,
  endApprovalRequests,
  listApprovalDecisions,
  listApprovalRequests,
  readApprovalRequest,
  readApprovalToken,
  recordApprovalDecision,
  waitForApproval,
} from '#shared/aws/ledger/approvals.ts';
import { readPromotionRecord, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import type { ApprovalDecision } from '#shared/domain/approval/records.ts';
import { after as seconds } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import { ledgerTable } from '../ledger-table.ts';

const { ledger, item } = ledgerTable();
const where = { promotion: promotionId, environment: 'production' };
const digest = digestOf('plan');
const about = { ...where, digest };
const requirement = { groups: ['release-managers'], because: ['policy four-eyes asks'] };
const wish = (change: Partial<ApprovalWish> = {}): ApprovalWish => ({
  ...about,
  pipeline: 'orders',
  requirement,
  seconds: 7200,
  at: monday,
  policies: [aPolicy('four-eyes', { groups: { 'release-managers': ['alice', 'bob'] } })],
  ...change,
});
const asked = {
  ...about,
  pipeline: 'orders',
  requirement,
  requestedBy: 'alice',
  requestedAt: monday,
  expiresAt: seconds(monday, 7200),
  status: 'open',
};
const decision = (change: Partial<ApprovalDecision> = {}): ApprovalDecision => ({
  ...about,
  actor: 'bob',
  decision: 'approve',
  reason: 'reviewed',
  at: monday,
  ...change,
});
const ask = async (change: Partial<ApprovalWish> = {}) => {
  await recordPromotion(ledger, aPromotion());
  await askForApproval(ledger, wish(change));
};
const statuses = async () =>
  (await listApprovalRequests(ledger, where)).map((request) => [request.digest, request.status]);

describe('asking for an approval', () => {
  it('records the plan it is about, why, of whom, who asked for the promotion, and until when', async () => {
    await ask();
    expect(await listApprovalRequests(ledger, where)).toEqual([asked]);
    expect(await readApprovalRequest(ledger, about)).toEqual(asked);
    expect(await listApprovalRequests(ledger, { ...where, environment: 'pre-production' })).toEqual([]);
    expect(await listApprovalRequests(ledger, { ...where, promotion: otherPromotionId })).toEqual([]);
  });

  it('that nobody but who asked for the promotion could give ends at once', async () => {
    const policies = [aPolicy('four-eyes', { groups: { 'release-managers': ['alice'] } })];
    await expect(ask({ policies })).rejects.toMatchObject({
      name: 'APPROVAL_UNREACHABLE',
      message: expect.stringContaining('nobody but alice is in release-managers'),
    });
    expect(await listApprovalRequests(ledger, where)).toEqual([]);
  });

  it('again for the same plan changes nothing, whatever became of it', async () => {
    await ask();
    await ask({ at: seconds(monday, 60), seconds: 1 });
    expect(await listApprovalRequests(ledger, where)).toEqual([asked]);
    for (const status of ['approved', 'rejected'] as const) {
      await closeApprovalRequest(ledger, about, status);
      await ask({ at: seconds(monday, 60) });
    }
    expect(await listApprovalRequests(ledger, where)).toEqual([{ ...asked, status: 'approved' }]);
  });

  it('for another plan makes what is still open void, and nothing that was decided', async () => {
    await ask();
    await closeApprovalRequest(ledger, about, 'approved');
    const [second, third] = [digestOf('second'), digestOf('third')];
    await ask({ digest: second, at: seconds(monday, 60) });
    await ask({ digest: third, at: seconds(monday, 120) });
    expect(await statuses()).toEqual([
      [digest, 'approved'],
      [second, 'void'],
      [third, 'open'],
    ]);
  });

  it('for a plan that was void before opens it anew, and leaves the old token behind', async () => {
    await ask();
    await waitForApproval(ledger, about, 'token-1');
    await ask({ digest: digestOf('second'), at: seconds(monday, 60) });
    await ask({ at: seconds(monday, 120) });
    expect(await readApprovalRequest(ledger, about)).toMatchObject({
      status: 'open',
      requestedAt: seconds(monday, 120),
      expiresAt: seconds(monday, 120 + 7200),
    });
    expect(await readApprovalToken(ledger, about)).toBeUndefined();
  });

  it('stops for a promotion that nobody asked for', async () => {
    await expect(askForApproval(ledger, wish())).rejects.toMatchObject({ name: 'PROMOTION_UNKNOWN' });
    expect(await listApprovalRequests(ledger, where)).toEqual([]);
  });
});

describe('waiting for an approval', () => {
  it('leaves the newest token, and shows it to nobody', async () => {
    await ask();
    expect(await waitForApproval(ledger, about, 'token-1')).toEqual(asked);
    expect(await waitForApproval(ledger, about, 'token-2')).toEqual(asked);
    expect(await readApprovalToken(ledger, about)).toBe('token-2');
    const shown = [await readApprovalRequest(ledger, about), await readPromotionRecord(ledger, promotionId)];
    expect(JSON.stringify(shown)).not.toContain('token-');
    expect(await item(`PROMOTION#${promotionId}`, `APPROVAL#production#${digest}`)).toMatchObject({ token: 'token-2' });
  });

  it('for what was never asked is refused, and writes nothing', async () => {
    await expect(waitForApproval(ledger, about, 'token-1')).rejects.toMatchObject({ name: 'APPROVAL_UNKNOWN' });
    expect(await item(`PROMOTION#${promotionId}`, `APPROVAL#production#${digest}`)).toBeUndefined();
    expect(await readApprovalToken(ledger, about)).toBeUndefined();
  });

  it.each<['approved' | 'rejected' | 'void' | undefined, object | undefined]>([
    [undefined, undefined],
    ['approved', { kind: 'approved' }],
    [
      'rejected',
      { kind: 'rejected', code: 'APPROVAL_REJECTED', reason: 'carol rejected the plan for production: too late.' },
    ],
    ['void', undefined],
  ])('is answered, once it is %s, with %j', async (status, answer) => {
    await ask();
    await recordApprovalDecision(ledger, decision());
    await recordApprovalDecision(ledger, decision({ actor: 'carol', decision: 'reject', reason: 'too late' }));
    if (status !== undefined) await closeApprovalRequest(ledger, about, status);
    const request = await readApprovalRequest(ledger, about);
    expect(await answerOf(ledger, request!)).toEqual(answer);
  });
});

describe('closing a request', () => {
  it('is done once: the first end stands', async () => {
    await ask();
    expect(await closeApprovalRequest(ledger, about, 'rejected')).toBe(true);
    expect(await closeApprovalRequest(ledger, about, 'approved')).toBe(false);
    expect(await statuses()).toEqual([[digest, 'rejected']]);
  });

  it('that was never asked does nothing', async () => {
    expect(await closeApprovalRequest(ledger, about, 'approved')).toBe(false);
    expect(await statuses()).toEqual([]);
  });
});

describe('the end of a rollout', () => {
  it.each([
    ['void, where it came first', 7199, 'void'],
    ['expired, where nobody answered in time', 7200, 'expired'],
  ])('makes what is still open %s, and leaves what was decided and other environments', async (_, passed, status) => {
    await ask({ digest: digestOf('first') });
    await closeApprovalRequest(ledger, { ...about, digest: digestOf('first') }, 'approved');
    await ask({ environment: 'staging' });
    await ask();
    await endApprovalRequests(ledger, { ...where, at: seconds(monday, passed) });
    expect(Object.fromEntries(await statuses())).toEqual({ [digestOf('first')]: 'approved', [digest]: status });
    expect(await listApprovalRequests(ledger, { ...where, environment: 'staging' })).toMatchObject([
      { status: 'open' },
    ]);
  });
});

describe('a decision', () => {
  it('is recorded once for each person and plan', async () => {
    expect(await recordApprovalDecision(ledger, decision())).toBe(true);
    expect(await recordApprovalDecision(ledger, decision({ decision: 'reject' }))).toBe(false);
    expect(await recordApprovalDecision(ledger, decision({ digest: digestOf('second') }))).toBe(true);
    expect(await listApprovalDecisions(ledger, about)).toEqual([decision()]);
  });

  it('stands in the order in which people decided', async () => {
    for (const [actor, minute] of [
      ['zoe', 1],
      ['carol', 3],
      ['bob', 2],
    ] as const)
      await recordApprovalDecision(ledger, decision({ actor, at: seconds(monday, minute * 60) }));
    expect((await listApprovalDecisions(ledger, about)).map(({ actor }) => actor)).toEqual(['zoe', 'bob', 'carol']);
  });

  it('is read with its promotion, like what was asked', async () => {
    await ask();
    await recordApprovalDecision(ledger, decision());
    expect(await readPromotionRecord(ledger, promotionId)).toMatchObject({
      approvals: [asked],
      decisions: [decision()],
    });
  });
});
