import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/await-approval/handler.ts';
import { decide } from '#shared/aws/approve.ts';
import { askForApproval, readApprovalToken } from '#shared/aws/ledger/approvals.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { stepFunctions } from '../aws/fake-aws.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, item, found } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const digest = digestOf('plan');
const seconds = 14 * 24 * 3600;
const wait = (change: object = {}) =>
  handler(
    { ...place, release: digestOf('release'), epoch: 1, at: monday, digest, seconds, token: 'token-1', ...change },
    context,
  );
const decided = (actor: string, decision: 'approve' | 'reject') =>
  decide(ledger, { ...place, digest, actor, decision, reason: 'as discussed', at: monday });
const answers = () =>
  stepFunctions
    .commandCalls(SendTaskSuccessCommand)
    .map(({ args: [{ input }] }) => [input.taskToken, JSON.parse(`${input.output}`)]);

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion());
  await takeLease(ledger, place, monday);
  const requirement = { groups: [], because: [] };
  await askForApproval(ledger, { ...place, digest, requirement, seconds, at: monday, policies: [] });
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});

describe('await-approval', () => {
  it('leaves word of where to answer, and ends without an answer', async () => {
    await expect(wait()).resolves.toBeUndefined();
    expect(await readApprovalToken(ledger, { ...place, digest })).toBe('token-1');
    expect(answers()).toEqual([]);
  });

  it('keeps the environment for as long as people may take, and an hour more', async () => {
    await wait();
    const until = secondsAfter(monday, seconds + 3600);
    expect(await item('LEASE#orders#production', 'LEASE')).toMatchObject({ holder: promotionId, expiresAt: until });
    const late = { ...place, promotion: otherPromotionId };
    expect(await takeLease(ledger, late, secondsAfter(monday, seconds))).toMatchObject({ kind: 'held', until });
  });

  it.each<['approve' | 'reject', object]>([
    ['approve', { kind: 'approved' }],
    [
      'reject',
      { kind: 'rejected', code: 'APPROVAL_REJECTED', reason: 'bob rejected the plan for production: as discussed.' },
    ],
  ])('answers itself when somebody was quicker: %s', async (decision, answer) => {
    await decided('bob', decision);
    expect(answers()).toEqual([]);
    await wait();
    expect(answers()).toEqual([['token-1', answer]]);
  });

  it('is answered once by whoever decides while it leaves word', async () => {
    // Between the lease and the token.
    beforeNextWrite(async () => beforeNextWrite(() => decided('bob', 'approve')));
    await wait();
    expect(answers()).toEqual([['token-1', { kind: 'approved' }]]);
  });

  it('run again is answered under its newer token', async () => {
    await wait();
    await wait({ token: 'token-2' });
    await decided('bob', 'approve');
    expect(answers()).toEqual([['token-2', { kind: 'approved' }]]);
  });

  it.each<[string, object, string]>([
    ['another promotion took over', { promotion: otherPromotionId }, 'LEASE_LOST'],
    ['it was admitted in another epoch', { epoch: 2 }, 'LEASE_LOST'],
    ['nothing was asked', { digest: digestOf('other') }, 'APPROVAL_UNKNOWN'],
  ])('waits for nobody when %s', async (_, change, code) => {
    await expect(wait(change)).rejects.toMatchObject({ name: code });
    expect(await readApprovalToken(ledger, { ...place, digest })).toBeUndefined();
  });

  it('logs no token', async () => {
    await wait({ token: 'CANARY-TOKEN' });
    expect(JSON.stringify(found.log.lines())).not.toContain('CANARY-TOKEN');
  });
});
