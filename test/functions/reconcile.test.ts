import { InvokeCommand } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, SendTaskSuccessCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '#functions/reconcile/handler.ts';
import {
  askForApproval,
  closeApprovalRequest,
  listApprovalRequests,
  recordApprovalDecision,
  waitForApproval,
} from '#shared/aws/ledger/approvals.ts';
import { recordDeployments } from '#shared/aws/ledger/deployments.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { listAccepted, listRunning } from '#shared/aws/ledger/open-promotions.ts';
import {
  listPromotions,
  readPromotion,
  readRollout,
  recordEnd,
  recordOutcome,
  recordPromotion,
  recordRollout,
  recordStarted,
} from '#shared/aws/ledger/promotions.ts';
import { joinQueue, listWaiters } from '#shared/aws/ledger/queue.ts';
import { recordIntent } from '#shared/aws/ledger/rollback-intents.ts';
import { listRunning as listRunsWhere, recordRunning } from '#shared/aws/ledger/targets.ts';
import { listVerified, recordVerified, revokeVerified } from '#shared/aws/ledger/verified.ts';
import { waiterOf } from '#shared/domain/promotion/queue.ts';
import type { Promotion } from '#shared/domain/promotion/records.ts';
import { mostAttempts } from '#shared/domain/promotion/trouble.ts';
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
import { awsError, lambda, stepFunctions } from '../aws/fake-aws.ts';
import { beforeNextWrite } from '../aws/ledger-table.ts';
import { context, deployment } from './deployment.ts';

const { ledger, item, put, release, found } = deployment();
const arnOf = (id: string) => `arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion:${id}`;
const reconcile = () => handler({}, context);
const nothing = {
  ...{ kind: 'reconciled', started: [], closed: [], told: [], 'given-up': [], quarantined: [], trouble: [] },
  delivered: [],
  rollbacks: [],
};
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;
const about = { promotion: promotionId, environment: 'production', digest: digestOf('plan') };
const lease = async () => (await item('LEASE#orders#production', 'LEASE'))?.['holder'];
const key = { pk: `PROMOTION#${promotionId}`, sk: 'PROMOTION' };

/** Of a promotion that runs in production. */
async function running(id = promotionId, change: Partial<Promotion> = {}): Promise<void> {
  await recordPromotion(ledger, aPromotion({ id, ...change }));
  await recordStarted(ledger, aPromotion({ id, ...change }), arnOf(id));
  await recordRollout(ledger, aRollout({ promotion: id }));
}

/** What was counted under a name so far, as CloudWatch reads it out of the log. */
const counted = (name: string) =>
  found.log.lines().flatMap((line) => {
    const measured = (line['_aws'] as { CloudWatchMetrics: object[] } | undefined)?.CloudWatchMetrics;
    if (line[name] === undefined) return [];
    expect(measured).toMatchObject([{ Namespace: 'Drawbridge', Dimensions: [['service']], Metrics: [{ Name: name }] }]);
    return [line[name]].flat();
  });

const execution = (status: string, more: object = {}) =>
  stepFunctions.on(DescribeExecutionCommand).resolves({ status, ...more } as never);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(monday) + 600_000 });
  stepFunctions.on(SendTaskSuccessCommand).resolves({});
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a promotion whose execution has ended', () => {
  it.each([
    ['ABORTED', 'aborted'],
    ['FAILED', 'errored'],
    ['TIMED_OUT', 'errored'],
    ['SUCCEEDED', 'errored'],
  ])(
    'as %s while it is on record as running is closed as %s: rollout, questions, queue, lease and end',
    async (status, end) => {
      await running();
      await takeLease(ledger, place, monday);
      await askForApproval(ledger, {
        ...{ ...about, pipeline: 'orders', requirement: { groups: [], because: [] } },
        ...{ seconds: 3600, policies: [], at: monday },
      });
      await joinQueue(ledger, place, waiterOf(aPromotion(), monday));
      execution(status);
      expect(await reconcile()).toEqual({ ...nothing, closed: [promotionId] });
      expect(await listWaiters(ledger, place)).toEqual([]);
      expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: end, settledAt: expect.any(String) });
      expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({
        status: end,
        reasons: [{ code: 'EXECUTION_ENDED', text: expect.stringContaining(status) }],
      });
      expect(await listApprovalRequests(ledger, about)).toMatchObject([{ status: 'void' }]);
      expect(await lease()).toBe('nobody');
      expect(await listRunning(ledger, 10)).toEqual([]);
      expect(await reconcile()).toEqual(nothing);
    },
  );

  it('keeps its lease while Step Functions says that it runs, however old it is', async () => {
    await running();
    await takeLease(ledger, place, monday);
    execution('RUNNING');
    vi.setSystemTime(Date.parse(monday) + 29 * 86_400_000);
    expect(await reconcile()).toEqual(nothing);
    expect(await lease()).toBe(promotionId);
  });

  it('leaves a lease that somebody else has by now', async () => {
    await running();
    await takeLease(ledger, { ...place, promotion: otherPromotionId }, monday);
    execution('FAILED');
    await reconcile();
    expect(await lease()).toBe(otherPromotionId);
  });

  it('keeps the end that is recorded while it looks', async () => {
    await running();
    stepFunctions.on(DescribeExecutionCommand).callsFake(async () => {
      await recordEnd(ledger, aPromotion(), { status: 'succeeded', at: monday });
      return { status: 'SUCCEEDED' };
    });
    expect(await reconcile()).toEqual(nothing);
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'succeeded' });
  });

  it('leaves on record what its targets run, and what a verification had said no to by then', async () => {
    const digest = await release();
    await running(promotionId, { release: digest });
    await takeLease(ledger, place, monday);
    const old = { pipeline: 'orders', environment: 'production', release: digestOf('old'), releaseId: 'orders-old' };
    for (const target of ['whole', 'half', 'bad'])
      await recordRunning(ledger, { ...old, target, promotion: otherPromotionId, since: monday });
    await recordDeployments(ledger, [
      aDeployment({ target: 'whole', outcome: 'deployed' }),
      aDeployment({ target: 'bad', outcome: 'deployed' }),
      aDeployment({ target: 'half', outcome: 'deployed' }),
      aDeployment({ target: 'half', stack: 'network', outcome: 'pending' }),
    ]);
    const reasons = [{ code: 'PROBE_FAILED', text: 'x', target: 'bad' }];
    const group = { pk: `PROMOTION#${promotionId}` };
    const progress = [
      aTargetProgress({ target: 'whole' }),
      aTargetProgress({ target: 'bad', status: 'stopped', reasons }),
    ];
    for (const one of progress) await put({ ...group, sk: `TARGET#production#${one.target}`, ...one });
    await recordVerified(ledger, { release: digest, environment: 'production', at: monday });
    execution('ABORTED');
    expect(await reconcile()).toEqual({ ...nothing, closed: [promotionId] });
    const found = (await listRunsWhere(ledger, 'orders')).map((one) => [
      one.target,
      one.releaseId,
      one.mixed?.releaseId,
    ]);
    expect(found.sort()).toEqual([
      ['bad', 'orders-0123456789ab', undefined],
      ['half', 'orders-old', 'orders-0123456789ab'],
      ['whole', 'orders-0123456789ab', undefined],
    ]);
    expect([...(await listVerified(ledger, digest))]).toEqual([]);
  });

  it('opens nothing again that was taken back since it settled', async () => {
    await running();
    await recordOutcome(ledger, place, { outcome: 'succeeded', reasons: [], at: monday });
    const where = { release: digestOf('release'), environment: 'production', at: monday };
    await recordVerified(ledger, where);
    await revokeVerified(ledger, { ...where, promotion: otherPromotionId });
    execution('ABORTED');
    expect(await reconcile()).toMatchObject({ closed: [promotionId] });
    expect([...(await listVerified(ledger, digestOf('release')))]).toEqual([]);
  });

  it('is finished in the next pass when something breaks in between', async () => {
    await running();
    await recordOutcome(
      ledger,
      { ...place, environment: 'production' },
      { outcome: 'succeeded', reasons: [], at: monday },
    );
    await takeLease(ledger, place, monday);
    execution('SUCCEEDED');
    beforeNextWrite(() => Promise.reject(new Error('the function was stopped')));
    expect(await reconcile()).toMatchObject({ closed: [], trouble: [promotionId] });
    expect(await reconcile()).toMatchObject({ closed: [promotionId] });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'succeeded' });
    expect(await lease()).toBe('nobody');
  });

  it('is only believed to be unknown after an hour: DescribeExecution may be late', async () => {
    await running();
    stepFunctions.on(DescribeExecutionCommand).rejects(awsError('ExecutionDoesNotExist'));
    for (let pass = 1; pass < mostAttempts; pass += 1)
      expect(await reconcile()).toEqual({ ...nothing, trouble: [promotionId] });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'running',
      trouble: { attempts: mostAttempts - 1, code: 'EXECUTION_UNKNOWN' },
    });
    expect(await reconcile()).toEqual({ ...nothing, closed: [promotionId] });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({ status: 'errored' });
  });

  it('is forgotten to have been in trouble once it is seen to run', async () => {
    await running();
    stepFunctions
      .on(DescribeExecutionCommand)
      .rejectsOnce(awsError('ExecutionDoesNotExist'))
      .resolves({ status: 'RUNNING' });
    await reconcile();
    await reconcile();
    expect(await readPromotion(ledger, promotionId)).not.toHaveProperty('trouble');
  });
});

describe('a decision whose effect a crash kept from the step that waits', () => {
  const told = () => stepFunctions.commandCalls(SendTaskSuccessCommand).map(({ args }) => args[0].input.taskToken);
  const decision = { ...about, actor: 'bob', decision: 'approve', reason: 'fine', at: monday } as const;
  beforeEach(async () => {
    await running();
    await askForApproval(ledger, {
      ...{ ...about, pipeline: 'orders', requirement: { groups: [], because: [] } },
      ...{ seconds: 3600, policies: [], at: monday },
    });
    await waitForApproval(ledger, about, 'TASK-TOKEN');
    execution('RUNNING');
  });

  it.each<[string, () => Promise<unknown>]>([
    ['the request was ended and nobody was told', () => closeApprovalRequest(ledger, about, 'approved')],
    ['the decision was recorded and the request not ended', () => recordApprovalDecision(ledger, decision)],
  ])('%s: it is told, once', async (_, crash) => {
    expect(await reconcile()).toEqual(nothing);
    await crash();
    expect(await reconcile()).toEqual({ ...nothing, told: [promotionId] });
    expect(await listApprovalRequests(ledger, about)).toMatchObject([{ status: 'approved' }]);
    expect(await reconcile()).toEqual(nothing);
    expect(told()).toEqual(['TASK-TOKEN']);
  });

  it('is told again for as long as telling fails', async () => {
    await closeApprovalRequest(ledger, about, 'approved');
    stepFunctions
      .on(SendTaskSuccessCommand)
      .rejectsOnce(awsError('InternalFailure', 'x', 500))
      .resolves({});
    expect(await reconcile()).toEqual({ ...nothing, trouble: [promotionId] });
    expect(await reconcile()).toEqual({ ...nothing, told: [promotionId] });
    expect(told()).toHaveLength(2);
  });
});

describe('what cannot be done is counted, set aside, and stops nothing else', () => {
  const third = 'prm-0000000000000000';
  const startable = () =>
    stepFunctions.on(StartExecutionCommand).callsFake(({ name }) => ({ executionArn: arnOf(name) }));

  it('one that cannot be started is given up in words, and never tried again', async () => {
    await recordPromotion(ledger, aPromotion());
    stepFunctions.on(StartExecutionCommand).rejects(awsError('InvalidExecutionInput'));
    stepFunctions.on(DescribeExecutionCommand).rejects(awsError('ExecutionDoesNotExist'));
    for (let pass = 1; pass < mostAttempts; pass += 1) await reconcile();
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'accepted',
      trouble: { attempts: mostAttempts - 1, code: 'AWS_REFUSED' },
    });
    expect(counted('ReconcileGivenUp')).toEqual([]);
    expect(counted('ReconcileTrouble')).toHaveLength(mostAttempts - 1);
    expect(await reconcile()).toEqual({ ...nothing, 'given-up': [promotionId] });
    expect(counted('ReconcileGivenUp')).toEqual([1]);
    expect(found.log.lines()).toContainEqual(
      expect.objectContaining({ message: 'ReconcileGivenUp', promotions: [promotionId] }),
    );
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'errored',
      reasons: [{ code: 'START_GIVEN_UP', text: expect.stringContaining(`${mostAttempts} attempts`) }],
    });
    expect(await reconcile()).toEqual(nothing);
    expect((await listPromotions(ledger, 'orders', { limit: 9 })).items.map(({ id }) => id)).toEqual([promotionId]);
  });

  it('one whose start nobody heard of is noted as started instead of given up', async () => {
    await recordPromotion(ledger, aPromotion());
    stepFunctions.on(StartExecutionCommand).rejects(awsError('InvalidExecutionInput'));
    execution('RUNNING');
    for (let pass = 1; pass < mostAttempts; pass += 1) await reconcile();
    expect(await reconcile()).toMatchObject({ started: [promotionId], 'given-up': [] });
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'running',
      executionArn: arnOf(promotionId),
    });
  });

  it('while AWS is away nothing is given up, for however long', async () => {
    await recordPromotion(ledger, aPromotion());
    stepFunctions.on(StartExecutionCommand).rejects(awsError('ServiceUnavailable', 'x', 503));
    for (let pass = 0; pass < mostAttempts + 3; pass += 1) await reconcile();
    expect(await readPromotion(ledger, promotionId)).toMatchObject({
      status: 'accepted',
      trouble: { attempts: 0, code: 'AWS_UNREACHABLE' },
    });
    startable();
    execution('RUNNING');
    expect(await reconcile()).toMatchObject({ started: [promotionId] });
    expect(await readPromotion(ledger, promotionId)).not.toHaveProperty('trouble');
  });

  it('one that cannot be read, among others: they are started, it is set aside with the reason in the log', async () => {
    startable();
    execution('RUNNING');
    await recordPromotion(ledger, aPromotion());
    await put({ ...(await item(key.pk, key.sk)), environments: 'production' });
    await recordPromotion(ledger, aPromotion({ id: otherPromotionId }));
    await recordPromotion(ledger, aPromotion({ id: third, requestedAt: '2026-01-05T09:01:00.000Z' }));
    expect(await reconcile()).toEqual({ ...nothing, started: [otherPromotionId, third], trouble: [promotionId] });
    expect(found.log.lines()).toContainEqual(
      expect.objectContaining({ level: 'ERROR', code: 'RECORD_BROKEN', promotion: promotionId }),
    );
    for (let pass = 2; pass < mostAttempts; pass += 1) await reconcile();
    expect(await reconcile()).toEqual({ ...nothing, quarantined: [promotionId] });
    expect(counted('ReconcileGivenUp')).toEqual([1]);
    expect(await reconcile()).toEqual(nothing);
    expect(await listAccepted(ledger, 10)).toEqual([]);
    expect(await item(key.pk, key.sk)).toMatchObject({ gsi1pk: 'QUARANTINE', trouble: { code: 'RECORD_BROKEN' } });
    await expect(readPromotion(ledger, promotionId)).rejects.toMatchObject({
      name: 'RECORD_BROKEN',
      message: expect.stringContaining('/environments'),
    });
  });

  it('one whose approvals cannot be read, among those that run', async () => {
    await running();
    await running(otherPromotionId);
    await put({ pk: key.pk, sk: 'APPROVAL#production#x', status: 'open' });
    stepFunctions.on(DescribeExecutionCommand).resolves({ status: 'FAILED' });
    expect(await reconcile()).toEqual({ ...nothing, closed: [otherPromotionId], trouble: [promotionId] });
    for (let pass = 2; pass < mostAttempts; pass += 1) await reconcile();
    expect(await reconcile()).toEqual({ ...nothing, quarantined: [promotionId] });
  });

  it('those that are in trouble wait behind the others', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordPromotion(ledger, aPromotion({ id: otherPromotionId, requestedAt: '2026-01-05T09:09:30.000Z' }));
    stepFunctions.on(StartExecutionCommand).rejects(awsError('InvalidExecutionInput'));
    const first = async () => (await listAccepted(ledger, 1)).map(({ id }) => id);
    expect(await first()).toEqual([promotionId]);
    expect(await reconcile()).toEqual({ ...nothing, trouble: [promotionId] });
    expect(await first()).toEqual([otherPromotionId]);
  });

  it('a pass takes on only so many', async () => {
    startable();
    execution('RUNNING');
    const ids = Array.from({ length: 102 }, (_, index) => `prm-${String(index).padStart(16, '0')}`);
    for (const id of ids) await recordPromotion(ledger, aPromotion({ id }));
    expect((await reconcile()).started).toHaveLength(100);
    expect((await reconcile()).started).toEqual(ids.slice(100));
  });
});

describe('a rollback that nobody could ask for', () => {
  const intent = (promotion: string) => ({
    ...{ promotion, environment: 'production', release: digestOf('one'), releaseId: 'orders-one', targets: ['eu'] },
    ...{ reason: 'bad', at: monday },
  });
  const answers = (answer: unknown) =>
    lambda.on(InvokeCommand).resolves({ Payload: { transformToString: () => JSON.stringify(answer) } as never });
  const broken = 'prm-0000000000000000';

  it('is asked for before anything else, also where another one cannot be read, which is counted', async () => {
    await recordPromotion(ledger, aPromotion());
    let startedBefore = -1;
    lambda.on(InvokeCommand).callsFake(() => {
      startedBefore = stepFunctions.commandCalls(StartExecutionCommand).length;
      const answer = { kind: 'accepted', promotion: aPromotion({ id: otherPromotionId }) };
      return { Payload: { transformToString: () => JSON.stringify(answer) } };
    });
    stepFunctions.on(StartExecutionCommand).resolves({ executionArn: arnOf(promotionId) });
    execution('RUNNING');
    const listing = { gsi1pk: 'ROLLBACKS', gsi1sk: `2026#${broken}` };
    await put({ pk: `PROMOTION#${broken}`, sk: 'ROLLBACK#production#x', ...listing, ...intent(broken), targets: 'eu' });
    await recordIntent(ledger, intent(promotionId));
    expect(await reconcile()).toMatchObject({
      ...{ started: [promotionId], rollbacks: [promotionId], trouble: [broken] },
    });
    expect(startedBefore).toBe(0);
    expect(counted('ReconcileTrouble')).toEqual([1]);
    expect(await reconcile()).toMatchObject({ rollbacks: [], trouble: [broken] });
  });

  it('is tried again, and counted, while admission cannot be asked', async () => {
    await recordIntent(ledger, intent(promotionId));
    lambda.on(InvokeCommand).rejects(new Error('away'));
    expect(await reconcile()).toMatchObject({ rollbacks: [], trouble: [promotionId] });
    expect(counted('ReconcileTrouble')).toEqual([1]);
    answers({ kind: 'refused', problem: { code: 'RELEASE_UNKNOWN', cause: 'There is none.' } });
    expect(await reconcile()).toMatchObject({ rollbacks: [promotionId], trouble: [] });
    expect(await reconcile()).toMatchObject({ rollbacks: [] });
  });
});
