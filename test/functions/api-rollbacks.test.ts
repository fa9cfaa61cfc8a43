import { InvokeCommand } from '@aws-sdk/client-lambda';
import { beforeEach, describe, expect, it } from 'vitest';
import { recordDeployments } from '#shared/aws/ledger/deployments.ts';
import { freeLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { recordOutcome, recordPromotion, recordRollout } from '#shared/aws/ledger/promotions.ts';
import { recordRunning, recordTarget } from '#shared/aws/ledger/targets.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { recordVerifiedTarget } from '#shared/aws/ledger/verified.ts';
import { after } from '#shared/domain/promotion/lease.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aDeployment, aPromotion, aRollout, aTarget, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { lambda } from '../aws/fake-aws.ts';
import { callHandler } from './api-call.ts';
import { deployment } from './deployment.ts';

const { ledger, release } = deployment();
const environment = 'production';
const where = { pipeline: 'orders', environment };
const named = (name: string) => ({ release: digestOf(name), releaseId: `orders-${name}` });
const from = (name: string, ...targets: string[]) => [{ ...named(name), targets }];

/** What admission was asked for: the release to go back to, where, and what is there. */
const rollBack = async () => {
  lambda.on(InvokeCommand).resolves({
    Payload: { transformToString: () => JSON.stringify({ kind: 'accepted', promotion: aPromotion() }) } as never,
  });
  const body = { ...where, reason: 'customers cannot pay' };
  const answer = await callHandler('POST /v1/rollbacks', { body, headers: { 'idempotency-key': 'key-1' } });
  expect(answer.status).toBe(202);
  const [call] = lambda.commandCalls(InvokeCommand);
  const { request, rollback } = JSON.parse(String(call?.args[0].input.Payload));
  expect(rollback).toMatchObject({ automatic: false, reason: 'customers cannot pay' });
  return { release: request.release, targets: request.targets, from: rollback.from };
};

/** One and two were verified on both targets, which run two. */
beforeEach(async () => {
  for (const target of ['eu', 'us']) {
    for (const [index, name] of ['one', 'two'].entries()) {
      const arrived = { ...where, target, ...named(name), promotion: otherPromotionId };
      await recordRunning(ledger, { ...arrived, since: after(monday, index) });
      await recordVerifiedTarget(ledger, { ...arrived, at: after(monday, index) });
    }
  }
});

describe('a rollback by command', () => {
  it('goes from what runs to what was verified before', async () => {
    const expected = { release: digestOf('one'), targets: ['eu', 'us'], from: from('two', 'eu', 'us') };
    expect(await rollBack()).toEqual(expected);
  });

  it('leaves out what has gone to another environment since', async () => {
    const runs = {
      release: await release(),
      releaseId: 'orders-three',
      promotion: promotionId,
      since: after(monday, 9),
    };
    for (const target of ['eu', 'us']) await recordRunning(ledger, { ...where, target, ...runs });
    await recordTarget(ledger, aTarget({ name: 'eu' }));
    await recordTarget(ledger, aTarget({ name: 'us', labels: { environment: 'staging' } }));
    expect(await rollBack()).toMatchObject({ release: digestOf('two'), targets: ['eu'] });
  });

  describe('while a rollout holds the environment', () => {
    const place = { ...where, promotion: promotionId, mode: 'promote' } as const;
    const before = { release: digestOf('one'), from: from('two', 'eu', 'us') };
    const rollout = async (change: object = {}) => {
      await recordPromotion(ledger, aPromotion({ ...named('three'), ...change }));
      await recordRollout(ledger, aRollout());
      await takeLease(ledger, place, monday);
      const stacks = ['eu', 'us'].map((target) => aDeployment({ target }));
      await recordDeployments(ledger, [...stacks, aDeployment({ target: 'ap', environment: 'pre-production' })]);
    };
    const begun = () => recordTouched(ledger, { promotion: promotionId, environment, target: 'eu', at: monday });

    it('goes back to what is there before it, also where it has not arrived yet', async () => {
      await rollout();
      await begun();
      const expected = { release: digestOf('two'), targets: ['eu', 'us'], from: from('three', 'eu', 'us') };
      expect(await rollBack()).toEqual(expected);
    });

    it('keeps what ran before it as well, where that was found bad', async () => {
      for (const target of ['eu', 'us'])
        await recordVerifiedTarget(ledger, {
          ...{ ...where, target, ...named('two'), promotion: otherPromotionId, at: after(monday, 2) },
          revoked: true,
        });
      await rollout();
      await begun();
      const both = [...from('three', 'eu', 'us'), ...from('two', 'eu', 'us')];
      expect(await rollBack()).toEqual({ release: digestOf('one'), targets: ['eu', 'us'], from: both });
    });

    it('goes back from what runs as long as it has begun nothing', async () => {
      await rollout();
      expect(await rollBack()).toMatchObject(before);
    });

    it('goes back from what runs where it is a rollback itself', async () => {
      await rollout({ ...named('one'), rollback: { automatic: false, reason: 'bad' } });
      await begun();
      expect(await rollBack()).toMatchObject(before);
    });

    it('goes by the records again when it has ended, with or without the environment', async () => {
      await rollout();
      await begun();
      await recordOutcome(ledger, place, { outcome: 'failed', reasons: [], at: monday });
      expect(await rollBack()).toMatchObject(before);
      lambda.resetHistory();
      await freeLease(ledger, { ...place, epoch: 1 });
      expect(await rollBack()).toMatchObject(before);
    });
  });
});
