import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/settle/handler.ts';
import { askForApproval, listApprovalRequests } from '#shared/aws/ledger/approvals.ts';
import { recordAudit } from '#shared/aws/ledger/audits.ts';
import { noted } from '#shared/aws/ledger/cleanups.ts';
import { recordDeployments } from '#shared/aws/ledger/deployments.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { readPromotion, readRollout, recordPromotion, recordRollout } from '#shared/aws/ledger/promotions.ts';
import { recordRound } from '#shared/aws/ledger/rounds.ts';
import { listRunning } from '#shared/aws/ledger/targets.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { listVerified } from '#shared/aws/ledger/verified.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { leaseSeconds, after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import type { Deployment, Round } from '#shared/domain/promotion/records.ts';
import type { TargetProgress } from '#shared/domain/promotion/target-progress.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import {
  aDeployment,
  aPromotion,
  aRollout,
  aTargetProgress,
  monday,
  otherPromotionId,
  promotionId,
} from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, item, put, release: stored } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const release = digestOf('release');
const ended = secondsAfter(monday, 600);
const settle = (change: object = {}) =>
  handler({ ...place, release, epoch: 1, at: ended, error: {}, ...change }, context);
const deployments = (...outcomes: Deployment['outcome'][]) =>
  recordDeployments(
    ledger,
    outcomes.map((outcome, index) =>
      aDeployment({
        stack: `stack-${index}`,
        outcome,
        ...(outcome === 'failed' ? { reason: { code: 'STACK_FAILED', text: 'Queue is taken.' } } : {}),
      }),
    ),
  );
const decided = (decision: Round['decision'], environment: string) =>
  recordRound(ledger, {
    ...{ promotion: promotionId, environment, round: 1, digest: digestOf('plan'), decision, at: monday },
  });
/** What became of a target that was given work. */
const progressed = (change: Partial<TargetProgress>) => {
  const progress = aTargetProgress(change);
  return put({ pk: `PROMOTION#${promotionId}`, sk: `TARGET#production#${progress.target}`, ...progress });
};
const rollout = () => readRollout(ledger, promotionId, 'production');
const lease = () => item('LEASE#orders#production', 'LEASE');
/** What a step that cleans up after the rollout noted: why it could not, or that it was done. */
const cleaned = (step: 'audit' | 'discard', target: string, code?: 'ASSUME_ROLE_DENIED') =>
  noted(ledger, { ...place, step, target }, async () => {
    if (code !== undefined) throw failure(code, { role: 'drawbridge-preview', caller: 'drawbridge' });
  }).catch(() => undefined);
const plannedIn = (...targets: string[]) =>
  Promise.all(
    targets.map((target) =>
      recordPlannedTarget(ledger, {
        ...{ promotion: promotionId, environment: 'production', target },
        ...{ digest: digestOf('plan'), preparedAt: monday, stacks: [] },
      }),
    ),
  );
const caught = (name: string, errorMessage: string) => ({ Error: name, Cause: JSON.stringify({ errorMessage }) });

beforeEach(async () => {
  await recordPromotion(ledger, aPromotion());
  await takeLease(ledger, place, monday);
  await recordRollout(ledger, aRollout());
  await decided('go', 'production');
});

describe('settle', () => {
  it.each<[string, Deployment['outcome'][], object, string, string]>([
    ['succeeded', ['deployed', 'unchanged'], {}, 'succeeded', 'No reason was recorded.'],
    ['unchanged', ['unchanged'], {}, 'unchanged', 'No reason was recorded.'],
    [
      'failed',
      ['deployed', 'failed'],
      { Error: 'WaveStopped', Cause: '[]' },
      'failed',
      'STACK_FAILED: Queue is taken.',
    ],
    ['failed', ['deployed'], { Error: 'NotVerified', Cause: 'It is gone.' }, 'failed', 'NOT_VERIFIED: It is gone.'],
    [
      'errored',
      ['deployed', 'pending'],
      caught('THROTTLED', 'AWS STS is throttling.'),
      'errored',
      'THROTTLED: AWS STS is throttling.',
    ],
  ])('records a rollout that %s (%j, %j)', async (_, outcomes, error, kind, reasons) => {
    await deployments(...outcomes);
    expect(await settle({ error })).toEqual({ kind, reasons });
    expect(await rollout()).toMatchObject({ status: kind, settledAt: ended });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: kind, settledAt: ended });
    expect(await lease()).toMatchObject({ holder: 'nobody', epoch: 1 });
    const good = kind === 'succeeded' || kind === 'unchanged';
    expect([...(await listVerified(ledger, release))]).toEqual(good ? ['production'] : []);
  });

  it('ends a promotion that only planned as planned: nothing was verified, and nothing runs anywhere', async () => {
    await put({ pk: `PROMOTION#${promotionId}`, sk: 'PROMOTION', ...aPromotion({ mode: 'plan' }) });
    await takeLease(ledger, { ...place, mode: 'plan' }, monday);
    await deployments('unchanged', 'unchanged');
    expect(await settle({ mode: 'plan' })).toMatchObject({ kind: 'planned' });
    expect(await rollout()).toMatchObject({ status: 'planned', settledAt: ended });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'planned', settledAt: ended });
    expect(await listRunning(ledger, 'orders')).toEqual([]);
    expect([...(await listVerified(ledger, release))]).toEqual([]);
    expect(await item(`LEASE#orders#production#${promotionId}`, 'LEASE')).toMatchObject({ holder: 'nobody' });
    expect(await lease()).toMatchObject({ holder: promotionId });
  });

  it.each([
    ['APPROVAL_EXPIRED', 'Nobody answered in time.'],
    ['APPROVAL_REJECTED', 'bob rejected the plan for production: too late.'],
  ])('records a rollout that ended with %s as rejected', async (code, Cause) => {
    await deployments('pending');
    expect(await settle({ error: { Error: code, Cause } })).toEqual({ kind: 'rejected', reasons: `${code}: ${Cause}` });
    expect(await lease()).toMatchObject({ holder: 'nobody' });
  });

  it('tells what could not be taken away, which changes nothing about how the rollout ended', async () => {
    await plannedIn('one', 'two', 'three');
    await cleaned('discard', 'one');
    await cleaned('discard', 'two', 'ASSUME_ROLE_DENIED');
    await takeLease(ledger, { ...place, mode: 'plan' }, monday);
    expect(await settle({ mode: 'plan' })).toMatchObject({ kind: 'planned' });
    expect(await rollout()).toMatchObject({
      status: 'planned',
      reasons: [
        { code: 'NOT_DISCARDED', text: expect.stringMatching(/in three.*NO_ANSWER/), target: 'three' },
        { code: 'NOT_DISCARDED', text: expect.stringMatching(/in two.*ASSUME_ROLE_DENIED/), target: 'two' },
      ],
    });
  });

  it('looks for nothing undone after a rollout that ended well: what it planned was executed', async () => {
    await plannedIn('one');
    await deployments('deployed');
    expect(await settle()).toEqual({ kind: 'succeeded', reasons: 'No reason was recorded.' });
  });

  it('tells what was found after a stack failed, beside the failure', async () => {
    await deployments('failed');
    await recordAudit(ledger, anAudit({ moment: 'after', findings: ['IAM user eve with 1 access key'] }));
    await recordAudit(ledger, anAudit({ moment: 'after', environment: 'staging', findings: ['another'] }));
    await settle({ error: { Error: 'WaveStopped', Cause: '[]' } });
    expect(await rollout()).toMatchObject({
      status: 'failed',
      reasons: [{ code: 'STACK_FAILED' }, { code: 'ACCOUNT_NOT_CLEAN', target: 'production' }],
    });
  });

  it('tells where nobody could look after something was executed', async () => {
    await deployments('failed');
    await recordTouched(ledger, { ...place, target: 'production', at: monday });
    await cleaned('audit', 'production', 'ASSUME_ROLE_DENIED');
    await settle({ error: { Error: 'WaveStopped', Cause: '[]' } });
    expect(await rollout()).toMatchObject({
      status: 'failed',
      reasons: [
        { code: 'STACK_FAILED' },
        { code: 'NOT_AUDITED', text: expect.stringContaining('ASSUME_ROLE_DENIED'), target: 'production' },
      ],
    });
  });

  it('tells what kept a rollout from planning once, also where it keeps from taking away', async () => {
    await plannedIn('production');
    await cleaned('discard', 'production', 'ASSUME_ROLE_DENIED');
    const settled = await settle({ error: caught('ASSUME_ROLE_DENIED', 'x') });
    expect(settled).toEqual({ kind: 'errored', reasons: 'ASSUME_ROLE_DENIED: x' });
  });

  it('ends what people were asked and nobody answered', async () => {
    const asked = { ...place, digest: digestOf('plan'), requirement: { groups: [], because: [] }, at: monday };
    await askForApproval(ledger, { ...asked, seconds: 3600, policies: [] });
    await settle({ error: { Error: 'States.Timeout', Cause: '' } });
    expect(await listApprovalRequests(ledger, place)).toMatchObject([{ status: 'void' }]);
  });

  it('keeps a rejection as it was recorded, and has no lease to give back', async () => {
    const reasons = [{ code: 'NOT_ELIGIBLE', text: 'Not verified in staging.' }];
    await recordRollout(ledger, aRollout({ environment: 'staging', status: 'rejected', epoch: 0, reasons }));
    expect(await settle({ environment: 'staging', epoch: 0 })).toEqual({
      kind: 'rejected',
      reasons: 'NOT_ELIGIBLE: Not verified in staging.',
    });
    expect(await lease()).toMatchObject({ holder: promotionId });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'rejected' });
  });

  it('lets the promotion go on while environments follow', async () => {
    await recordRollout(ledger, aRollout({ environment: 'pre-production' }));
    await takeLease(ledger, { ...place, environment: 'pre-production' }, monday);
    await decided('nothing-to-do', 'pre-production');
    expect(await settle({ environment: 'pre-production' })).toMatchObject({ kind: 'unchanged' });
    expect(await readPromotion(ledger, promotionId)).toEqual(aPromotion());
    expect([...(await listVerified(ledger, release))]).toEqual(['pre-production']);
  });

  it('ends nothing well on which nothing was decided, and opens no environment', async () => {
    await recordRollout(ledger, aRollout({ environment: 'pre-production' }));
    expect(await settle({ environment: 'pre-production', epoch: 0 })).toMatchObject({
      kind: 'errored',
      reasons: expect.stringContaining('UNDECIDED'),
    });
    expect([...(await listVerified(ledger, release))]).toEqual([]);
  });

  it.each<[string, string[], Deployment['outcome'], string, string[]]>([
    ['a stack failed', ['STACK_FAILED'], 'failed', 'succeeded', ['production']],
    ['a probe could not be asked', ['PROBE_ERROR'], 'deployed', 'succeeded', []],
    ['a probe said no', ['PROBE_FAILED'], 'deployed', 'succeeded', []],
    ['an emergency stop kept it from starting', ['STOPPED'], 'pending', 'succeeded', []],
  ])('of targets of which one may fail: %s (%j)', async (_, codes, outcome, kind, verified) => {
    const digest = await stored();
    await put({ pk: `PROMOTION#${promotionId}`, sk: 'PROMOTION', ...aPromotion({ release: digest }) });
    const reasons = codes.map((code) => ({ code, text: 'x', target: 'two' }));
    await recordDeployments(ledger, [
      aDeployment({ target: 'one', outcome: 'deployed' }),
      aDeployment({ target: 'two', outcome, ...(outcome === 'failed' && reasons[0] && { reason: reasons[0] }) }),
    ]);
    await progressed({ target: 'one' });
    await progressed({ target: 'two', status: 'stopped', reasons });
    expect(await settle()).toMatchObject({ kind, reasons: codes.map((code) => `${code}: x`).join() });
    expect([...(await listVerified(ledger, digest))]).toEqual(verified);
  });

  it('of targets of which all may fail, and all did, is failed: nothing is verified', async () => {
    const reasons = [{ code: 'STACK_FAILED', text: 'x', target: 'one' }];
    await recordDeployments(ledger, [aDeployment({ target: 'one', outcome: 'failed', reason: reasons[0] })]);
    await progressed({ target: 'one', status: 'stopped', reasons });
    expect(await settle()).toEqual({ kind: 'failed', reasons: 'STACK_FAILED: x' });
    expect([...(await listVerified(ledger, release))]).toEqual([]);
  });

  it('notes what each target runs, where all of its stacks arrived', async () => {
    await recordDeployments(ledger, [
      aDeployment({ target: 'one', outcome: 'deployed' }),
      aDeployment({ target: 'two', outcome: 'deployed' }),
      aDeployment({ target: 'two', stack: 'network', outcome: 'failed', reason: { code: 'STACK_FAILED', text: 'x' } }),
      aDeployment({ target: 'elsewhere', environment: 'pre-production', outcome: 'deployed' }),
    ]);
    await settle();
    expect(await listRunning(ledger, 'orders')).toEqual([
      {
        pipeline: 'orders',
        environment: 'production',
        target: 'one',
        release,
        releaseId: 'orders-0123456789ab',
        promotion: promotionId,
        since: ended,
      },
    ]);
  });

  it('twice is once: the first end stands', async () => {
    await deployments('deployed');
    const first = await settle();
    const recorded = await rollout();
    const again = await settle({ at: secondsAfter(ended, 60), error: caught('States.Timeout', 'x') });
    expect(again).toEqual(first);
    expect(await rollout()).toEqual(recorded);
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'succeeded', settledAt: ended });
  });

  it('finishes what a crash left after the outcome: lease and end', async () => {
    await deployments('deployed');
    const crash = async () => {
      if ((await rollout())?.settledAt !== undefined) throw new Error('the function was stopped');
      beforeNextWrite(crash);
    };
    beforeNextWrite(crash);
    await expect(settle()).rejects.toThrow('the function was stopped');
    expect(await rollout()).toMatchObject({ status: 'succeeded' });
    expect(await lease()).toMatchObject({ holder: promotionId });

    await settle({ at: secondsAfter(ended, 60) });
    expect(await lease()).toMatchObject({ holder: 'nobody' });
    expect(await listRunning(ledger, 'orders')).toMatchObject([{ target: 'production', since: ended }]);
    expect([...(await listVerified(ledger, release))]).toEqual(['production']);
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'succeeded' });
  });

  it('records an error, and touches nothing of the new holder, when the lease was lost', async () => {
    await deployments('deployed');
    await takeLease(ledger, { ...place, promotion: otherPromotionId }, secondsAfter(monday, leaseSeconds));
    const held = await lease();
    expect(await settle()).toMatchObject({ kind: 'errored', reasons: expect.stringContaining('LEASE_LOST') });
    expect(await lease()).toEqual(held);
    expect(await listRunning(ledger, 'orders')).toEqual([]);
    expect([...(await listVerified(ledger, release))]).toEqual([]);
  });

  it('ends a promotion that stopped before its rollout began', async () => {
    const error = caught('RELEASE_UNKNOWN', 'There is no release.');
    expect(await settle({ environment: 'pre-production', epoch: 0, error })).toEqual({
      kind: 'errored',
      reasons: 'RELEASE_UNKNOWN: There is no release.',
    });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'errored',
      reasons: [{ code: 'RELEASE_UNKNOWN', text: 'There is no release.' }],
    });
  });

  it('stops for a promotion that nobody asked for', async () => {
    await expect(settle({ promotion: otherPromotionId })).rejects.toMatchObject({ name: 'PROMOTION_UNKNOWN' });
  });
});
