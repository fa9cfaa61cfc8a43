import { SendTaskSuccessCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { decide } from '#shared/aws/approve.ts';
import {
  askForApproval,
  listApprovalRequests,
  supersedeApproval,
  waitForApproval,
} from '#shared/aws/ledger/approvals.ts';
import { recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { freeLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { readPromotion, recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { listWaiters, supersedeWaiter } from '#shared/aws/ledger/queue.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { takeTurn } from '#shared/aws/take-turn.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import type { QueuePolicy } from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, monday } from '#test/builders.ts';
import { fakeAws, stepFunctions } from './fake-aws.ts';
import { beforeNextWrite, ledgerTable } from './ledger-table.ts';

fakeAws();
const { ledger, item } = ledgerTable();
const at = (minutes: number) => after(monday, minutes * 60);
const promotionOf = (letter: string, minutes: number, change: Partial<Promotion> = {}) =>
  aPromotion({ id: `prm-${letter.repeat(16)}`, requestedAt: at(minutes), ...change });
const [first, second, third] = [promotionOf('a', 0), promotionOf('b', 1), promotionOf('c', 2)];
const back = promotionOf('d', 3, { rollback: { automatic: true, reason: 'was not verified' } });
const environment = 'production';
const placeOf = ({ id: promotion, mode }: Promotion) => ({ pipeline: 'orders', environment, promotion, mode });
const ask = (promotion: Promotion, minutes: number, policy: QueuePolicy = 'queue') =>
  takeTurn(ledger, { place: placeOf(promotion), promotion, policy, at: at(minutes), waits: 0 });
const free = (promotion: Promotion, epoch: number) => freeLease(ledger, { ...placeOf(promotion), epoch });
const lease = () => item('LEASE#orders#production', 'LEASE');

beforeEach(async () => {
  for (const promotion of [first, second, third, back]) await recordPromotion(ledger, promotion);
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});

describe('with the policy queue', () => {
  it('whoever came first is next, also where the environment is free and somebody else asks sooner', async () => {
    expect(await ask(first, 5)).toEqual({ kind: 'admitted', epoch: 1 });
    expect(await ask(third, 6)).toMatchObject({ kind: 'wait', reason: { code: 'ENVIRONMENT_BUSY' } });
    expect(await ask(second, 7)).toMatchObject({ kind: 'wait' });
    await free(first, 1);
    expect(await ask(second, 8)).toMatchObject({ kind: 'wait', reason: { text: expect.stringContaining(third.id) } });
    expect(await ask(third, 8)).toEqual({ kind: 'admitted', epoch: 2 });
    expect((await listWaiters(ledger, placeOf(first))).map(({ promotion }) => promotion)).toEqual([second.id]);
  });

  it('a rollback goes first', async () => {
    await ask(first, 5);
    await ask(second, 6);
    await ask(back, 7);
    await free(first, 1);
    expect(await ask(second, 8)).toMatchObject({ kind: 'wait' });
    expect(await ask(back, 8)).toMatchObject({ kind: 'admitted' });
  });

  it('one that is not seen for twenty minutes keeps nobody waiting, and is forgotten after a day', async () => {
    await ask(first, 5);
    await ask(third, 6);
    await free(first, 1);
    expect(await ask(second, 25)).toMatchObject({ kind: 'wait' });
    expect(await ask(second, 26)).toEqual({ kind: 'admitted', epoch: 2 });
    await ask(first, 1500);
    expect((await listWaiters(ledger, placeOf(first))).map(({ promotion }) => promotion)).toEqual([first.id]);
  });

  it('asking twice is once for the holder, whoever waits', async () => {
    await ask(first, 5);
    await ask(second, 6);
    expect(await ask(first, 7)).toEqual({ kind: 'admitted', epoch: 1 });
  });

  it('what only plans waits for nobody', async () => {
    await ask(first, 5);
    expect(await ask({ ...second, mode: 'plan' }, 6)).toEqual({ kind: 'admitted', epoch: 1 });
  });
});

describe('with the policy reject', () => {
  it('whoever comes while it is held is refused at once', async () => {
    await ask(first, 5);
    expect(await ask(second, 6, 'reject')).toMatchObject({
      kind: 'rejected',
      reason: {
        code: 'ENVIRONMENT_BUSY',
        text: expect.stringMatching(`^production is held by promotion ${first.id}\\.`),
      },
    });
  });
  it('nobody is refused because of themselves, who lost twice against others that have left', async () => {
    const comeAndGo = async (epoch: number) => {
      await takeLease(ledger, placeOf(first), at(5));
      await free(first, epoch);
    };
    beforeNextWrite(async () => {
      await comeAndGo(1);
      beforeNextWrite(() => comeAndGo(2));
    });
    expect(await ask(second, 6, 'reject')).toMatchObject({ kind: 'wait' });
    expect(await ask(second, 7, 'reject')).toEqual({ kind: 'admitted', epoch: 3 });
  });

  it('so is whoever comes while a rollback waits', async () => {
    await ask(first, 5);
    await ask(back, 6, 'reject');
    await free(first, 1);
    expect(await ask(second, 7, 'reject')).toMatchObject({
      kind: 'rejected',
      reason: { code: 'ENVIRONMENT_BUSY', text: expect.stringContaining(back.id) },
    });
  });

  it('but a rollback waits', async () => {
    await ask(first, 5);
    expect(await ask(back, 6, 'reject')).toMatchObject({ kind: 'wait' });
  });
});

describe('with the policy supersede', () => {
  const turnOf = (promotion: Promotion, minutes: number) => ask(promotion, minutes, 'supersede');

  it('a newer promotion takes the place of older ones that wait, and both say so', async () => {
    await turnOf(first, 5);
    await turnOf(second, 6);
    expect(await turnOf(third, 7)).toMatchObject({ kind: 'wait' });
    expect(await turnOf(second, 8)).toMatchObject({
      kind: 'rejected',
      reason: { code: 'SUPERSEDED', text: expect.stringContaining(third.id) },
    });
    expect(await readPromotion(ledger, second.id)).toMatchObject({ supersededBy: third.id });
    expect(await readPromotion(ledger, third.id)).toMatchObject({ supersedes: [second.id] });
    await free(first, 1);
    expect(await turnOf(third, 9)).toEqual({ kind: 'admitted', epoch: 2 });
  });

  it('an older promotion that comes later gives way', async () => {
    await turnOf(first, 5);
    await turnOf(third, 6);
    expect(await turnOf(second, 7)).toMatchObject({ kind: 'rejected', reason: { code: 'SUPERSEDED' } });
    expect(await readPromotion(ledger, third.id)).toMatchObject({ supersedes: [second.id] });
  });

  it('one for some targets takes the place of none that is for all, waiting or not', async () => {
    await turnOf(first, 5);
    await turnOf(second, 6);
    expect(await turnOf({ ...third, targets: ['production'] }, 7)).toMatchObject({ kind: 'wait' });
    await free(first, 1);
    expect(await turnOf(second, 8)).toEqual({ kind: 'admitted', epoch: 2 });
    expect((await readPromotion(ledger, second.id))?.supersededBy).toBeUndefined();
  });

  it('one that runs is left to finish', async () => {
    await turnOf(first, 5);
    expect(await turnOf(second, 6)).toMatchObject({ kind: 'wait' });
    expect((await readPromotion(ledger, first.id))?.supersededBy).toBeUndefined();
  });

  it('one that was told to give way in the moment of its turn gives the environment back', async () => {
    await turnOf(first, 5);
    await turnOf(second, 6);
    await free(first, 1);
    beforeNextWrite(() => supersedeWaiter(ledger, placeOf(second), { older: second.id, newer: third.id }));
    expect(await turnOf(second, 7)).toMatchObject({ kind: 'rejected', reason: { code: 'SUPERSEDED' } });
    expect(await lease()).toMatchObject({ holder: 'nobody', epoch: 2 });
    expect(await turnOf(third, 8)).toEqual({ kind: 'admitted', epoch: 3 });
  });

  describe('a holder that waits for an approval', () => {
    const digest = digestOf('plan');
    const about = { promotion: first.id, environment, digest };
    beforeEach(async () => {
      await turnOf(first, 5);
      const requirement = { groups: [], because: ['a gate'] };
      const wish = { ...about, pipeline: 'orders', requirement, seconds: 86_400, policies: [], at: at(5) };
      await askForApproval(ledger, wish);
      await waitForApproval(ledger, about, 'token-1');
    });
    const answers = () =>
      stepFunctions
        .commandCalls(SendTaskSuccessCommand)
        .map(({ args: [{ input }] }) => [input.taskToken, JSON.parse(`${input.output}`)]);

    it('gives way: its request ends, its step is told, and both promotions say so', async () => {
      expect(await turnOf(second, 6)).toMatchObject({ kind: 'wait' });
      const reason = `Promotion ${second.id} came later for production and takes the place of this one.`;
      expect(answers()).toEqual([['token-1', { kind: 'rejected', code: 'SUPERSEDED', reason }]]);
      expect(await listApprovalRequests(ledger, about)).toMatchObject([{ status: 'void', supersededBy: second.id }]);
      expect(await readPromotion(ledger, first.id)).toMatchObject({ supersededBy: second.id });
      expect(await readPromotion(ledger, second.id)).toMatchObject({ supersedes: [first.id] });
      await turnOf(second, 7);
      expect(answers()).toHaveLength(1);
    });

    it('is told, and both say so, also where the call that ended its request got no further', async () => {
      const [request] = await listApprovalRequests(ledger, about);
      await supersedeApproval(ledger, request!, second.id);
      await turnOf(second, 6);
      expect(answers()).toMatchObject([['token-1', { kind: 'rejected', code: 'SUPERSEDED' }]]);
      expect(await readPromotion(ledger, first.id)).toMatchObject({ supersededBy: second.id });
      expect(await readPromotion(ledger, second.id)).toMatchObject({ supersedes: [first.id] });
    });

    it('gave way to one alone', async () => {
      await turnOf(second, 6);
      await turnOf(third, 7);
      expect(await readPromotion(ledger, first.id)).toMatchObject({ supersededBy: second.id });
      expect(await readPromotion(ledger, third.id)).toMatchObject({ supersedes: [second.id] });
    });

    it.each<[string, () => Promise<void>]>([
      ['executed', () => recordDeployment(ledger, aDeployment({ promotion: first.id, outcome: 'deployed' }))],
      ['brought back', () => recordTouched(ledger, { ...about, target: 'production', at: at(5) })],
    ])('does not where something was %s before', async (_, changed) => {
      await changed();
      await turnOf(second, 6);
      await turnOf(back, 6);
      expect(answers()).toEqual([]);
      expect(await listApprovalRequests(ledger, about)).toMatchObject([{ status: 'open' }]);
    });

    it.each<QueuePolicy>(['queue', 'supersede', 'reject'])('gives way to a rollback (queue: %s)', async (policy) => {
      expect(await ask(back, 6, policy)).toMatchObject({ kind: 'wait' });
      expect(answers()).toMatchObject([['token-1', { kind: 'rejected', code: 'SUPERSEDED' }]]);
      expect(await readPromotion(ledger, first.id)).toMatchObject({ supersededBy: back.id });
      await free(first, 1);
      expect(await ask(back, 7, policy)).toEqual({ kind: 'admitted', epoch: 2 });
    });

    it('gives way to nobody else where the policy is another one', async () => {
      await ask(second, 6);
      await ask(second, 7, 'reject');
      expect(answers()).toEqual([]);
    });

    it('does not to an older promotion, nor where it was approved already', async () => {
      await turnOf(promotionOf('e', -5), 6);
      expect(answers()).toEqual([]);
      await decide(ledger, { ...about, actor: 'bob', decision: 'approve', reason: 'fine', at: at(6) });
      await turnOf(second, 7);
      expect(answers()).toEqual([['token-1', { kind: 'approved' }]]);
      expect((await readPromotion(ledger, first.id))?.supersededBy).toBeUndefined();
    });
  });
});
