import { DescribeAlarmHistoryCommand, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/soak/handler.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import { joinQueue } from '#shared/aws/ledger/queue.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { putRestriction } from '#shared/aws/ledger/restrictions.ts';
import {
  assignTargets,
  beginSoak,
  closeProgress,
  openProgress,
  readTargetProgress,
} from '#shared/aws/ledger/target-progress.ts';
import { waiterOf } from '#shared/domain/promotion/queue.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import { aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { awsError, cloudWatch } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const where = { promotion: promotionId, environment: 'production', target: 'production' } as const;
const later = (minutes: number) => new Date(Date.parse(monday) + minutes * 60_000).toISOString();
const soak = async (change: object = {}) => {
  const environment = { name: 'production', targets: { matchLabels: { environment: 'production' } } };
  const watched = { for: '30m', alarms: ['orders-5xx'], insufficientData: 'pass' as const };
  const digest = await release({ environments: [{ ...environment, soak: watched }] });
  const about = { ...where, pipeline: 'orders', release: digest, mode: 'promote', epoch: 1 };
  return handler({ ...about, at: monday, since: monday, until: later(30), round: 1, polls: 0, ...change }, context);
};
const alarmIs = (StateValue: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA', since = later(-60)) =>
  cloudWatch.on(DescribeAlarmsCommand).resolves({
    MetricAlarms: [
      {
        ...{ AlarmName: 'orders-5xx', StateValue, StateReason: '12 errors' },
        ...{ StateTransitionedTimestamp: new Date(since), AlarmConfigurationUpdatedTimestamp: new Date(0) },
      },
    ],
  });

beforeEach(async () => {
  await takeLease(ledger, { ...where, pipeline: 'orders', mode: 'promote' }, monday);
  const digest = `sha256:${'1'.repeat(64)}`;
  const assignments = [{ target: 'production', stacks: ['api'], complete: true }];
  await assignTargets(ledger, { ...where, digest, round: 1, waves: [{ targets: ['production'] }], assignments });
  await openProgress(ledger, { ...where, round: 1, at: later(-20) });
  await closeProgress(ledger, { ...where, round: 1, at: monday, reasons: [] });
  await beginSoak(ledger, where, { last: true });
});

describe('soak', () => {
  it('looks again in five minutes while everything is well', async () => {
    alarmIs('OK');
    expect(await soak()).toEqual({ kind: 'pending', polls: 1, next: later(5) });
    expect(await readTargetProgress(ledger, where)).toMatchObject({ status: 'done', soaked: false });
  });

  it('notes at the end that the target soaked', async () => {
    alarmIs('OK');
    expect(await soak({ at: later(30), polls: 6 })).toEqual({ kind: 'soaked' });
    expect(await readTargetProgress(ledger, where)).toMatchObject({ status: 'done', soaked: true, reasons: [] });
  });

  it.each([
    [-19, 0, 0],
    [5, 10, 2],
    [5, 31, 0],
  ])('stops the target for an alarm since minute %i, looking in minute %i for the %ith time', async (...of) => {
    const [since, at, polls] = of;
    alarmIs('ALARM', later(since));
    cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
    expect(await soak({ at: later(at), polls })).toEqual({ kind: 'failed' });
    expect(await readTargetProgress(ledger, where)).toMatchObject({
      status: 'stopped',
      soaked: false,
      reasons: [{ code: 'SOAK_FAILED', resource: 'orders-5xx', text: expect.stringContaining('12 errors') }],
    });
  });

  it('says of an alarm that was off before the target was started that nobody knows', async () => {
    alarmIs('ALARM', later(-21));
    expect(await soak()).toEqual({ kind: 'failed' });
    expect(await readTargetProgress(ledger, where)).toMatchObject({ reasons: [{ code: 'SOAK_NOT_READY' }] });
  });

  it('is as strict about missing data as the policies that are about the target', async () => {
    alarmIs('INSUFFICIENT_DATA');
    const asks = async (name: string, selector: object) => {
      const soaked = { insufficientData: 'fail' } as const;
      const policy = {
        apiVersion: 'drawbridge/v1',
        kind: 'Policy',
        metadata: { name },
        selector,
        soak: soaked,
      } as const;
      await applyPolicy(ledger, { name, policy, seen: 0, by: 'carol', at: monday });
    };
    await asks('elsewhere', { matchLabels: { environment: 'pre-production' } });
    expect(await soak()).toMatchObject({ kind: 'pending' });
    await asks('here', { matchLabels: { environment: 'production' } });
    expect(await soak()).toEqual({ kind: 'failed' });
  });

  describe('while it waits', () => {
    const stop = (environment: string) => {
      const asking = { by: 'carol', key: 'k', at: monday };
      return putRestriction(ledger, restrictionOf('stop', { environment, reason: 'a test' }, asking));
    };
    const rollBack = () => {
      const rollback = aPromotion({ id: otherPromotionId, rollback: { automatic: false, reason: 'bad' } });
      return joinQueue(ledger, { ...where, pipeline: 'orders' }, waiterOf(rollback, monday));
    };

    it.each<[string, () => Promise<unknown>, object, string, string]>([
      ['an emergency stop', () => stop('production'), {}, 'STOPPED', 'a test'],
      ['a rollback that waits for the environment', rollBack, {}, 'SUPERSEDED', otherPromotionId],
      ['a rollback, where it only verifies', rollBack, { mode: 'verify' }, 'SUPERSEDED', otherPromotionId],
    ])('ends by %s, which says nothing about the release', async (_, press, change, code, text) => {
      alarmIs('OK');
      await press();
      expect(await soak(change)).toEqual({ kind: 'failed' });
      expect(await readTargetProgress(ledger, where)).toMatchObject({
        ...{ status: 'stopped', soaked: false },
        reasons: [{ code, target: 'production', text: expect.stringContaining(text) }],
      });
    });

    it.each<[string, () => Promise<unknown>, object]>([
      ['a stop elsewhere', () => stop('pre-production'), {}],
      ['a stop, where it changes nothing', () => stop('production'), { mode: 'verify' }],
    ])('goes on in spite of %s', async (_, press, change) => {
      alarmIs('OK');
      await press();
      expect(await soak(change)).toMatchObject({ kind: 'pending' });
    });

    it('is good where its time is over all the same', async () => {
      alarmIs('OK');
      await stop('production');
      expect(await soak({ at: later(30), polls: 6 })).toEqual({ kind: 'soaked' });
    });

    it('has its alarms heard first', async () => {
      alarmIs('ALARM', later(5));
      cloudWatch.on(DescribeAlarmHistoryCommand).resolves({});
      await stop('production');
      expect(await soak({ at: later(10), polls: 2 })).toEqual({ kind: 'failed' });
      expect(await readTargetProgress(ledger, where)).toMatchObject({ reasons: [{ code: 'SOAK_FAILED' }] });
    });
  });

  it('is tried again while CloudWatch throttles, with the reason on record in case that it does not pass', async () => {
    cloudWatch.on(DescribeAlarmsCommand).rejects(awsError('Throttling'));
    await expect(soak()).rejects.toMatchObject({ name: 'THROTTLED' });
    expect(await listRefusals(ledger, where)).toMatchObject([{ reason: { code: 'THROTTLED' } }]);
    expect(await readTargetProgress(ledger, where)).toMatchObject({ status: 'done', soaked: false });
  });

  it('stops where another promotion has the environment', async () => {
    alarmIs('OK');
    expect(await soak({ epoch: 2 })).toEqual({ kind: 'failed' });
    expect(await listRefusals(ledger, where)).toMatchObject([{ reason: { code: 'LEASE_LOST' } }]);
    expect(cloudWatch.calls()).toEqual([]);
  });
});
