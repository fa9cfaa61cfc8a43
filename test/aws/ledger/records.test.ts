import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { describe, expect, it } from 'vitest';
import { listDeployments, recordDeployment, recordDeployments } from '#shared/aws/ledger/deployments.ts';
import { listAccepted } from '#shared/aws/ledger/open-promotions.ts';
import {
  listPlannedTargets,
  readPlannedStack,
  readPlannedTarget,
  recordPlannedTarget,
} from '#shared/aws/ledger/plans.ts';
import {
  listPromotions,
  readPromotion,
  readPromotionRecord,
  readRollout,
  recordEnd,
  recordOutcome,
  recordPlan,
  recordPromotion,
  recordRejection,
  recordRollout,
  recordStarted,
} from '#shared/aws/ledger/promotions.ts';
import { findReleaseDigest, readReleaseRecord, recordRelease } from '#shared/aws/ledger/releases.ts';
import { getItem, putItem, queryItems } from '#shared/aws/ledger/table.ts';
import { listRunning, listTargets, readTarget, recordRunning, recordTarget } from '#shared/aws/ledger/targets.ts';
import { listVerified, recordVerified } from '#shared/aws/ledger/verified.ts';
import { closeWait, readWait, recordWait, waitFor } from '#shared/aws/ledger/waits.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import {
  aDeployment,
  aPromotion,
  aReleaseRecord,
  aRollout,
  aTarget,
  aWait,
  changeSetId,
  monday,
  otherPromotionId,
  promotionId,
  stackId,
} from '#test/builders.ts';
import { awsError } from '../fake-aws.ts';
import { ledgerTable } from '../ledger-table.ts';

const { ledger } = ledgerTable();
const arn = 'arn:aws:states:eu-west-1:111111111111:execution:drawbridge-promotion:1';

describe('a promotion', () => {
  it('is recorded once; the same id again writes nothing', async () => {
    expect(await recordPromotion(ledger, aPromotion())).toBe(true);
    expect(await recordPromotion(ledger, aPromotion({ requestedBy: 'mallory' }))).toBe(false);
    expect(await readPromotion(ledger, promotionId)).toEqual(aPromotion());
    expect(await readPromotion(ledger, otherPromotionId)).toBeUndefined();
  });

  it('may skip resources of a stack whose name objects have a meaning for', async () => {
    const promotion = aPromotion({ recovery: { skip: { constructor: ['Queue'] } } });
    await recordPromotion(ledger, promotion);
    expect(await readPromotion(ledger, promotion.id)).toEqual(promotion);
  });

  it('waits in the outbox until its execution is known to run, then stands in its pipeline’s list', async () => {
    const later = aPromotion({ id: otherPromotionId, requestedAt: '2026-01-05T10:00:00.000Z' });
    await recordPromotion(ledger, later);
    await recordPromotion(ledger, aPromotion());
    expect((await listAccepted(ledger, 10)).map(({ id }) => id)).toEqual([promotionId, otherPromotionId]);
    expect(await listPromotions(ledger, 'orders', { limit: 9 })).toEqual({ items: [] });

    await recordStarted(ledger, aPromotion(), arn);
    await recordStarted(ledger, later, arn);
    expect(await listAccepted(ledger, 10)).toEqual([]);
    expect((await listPromotions(ledger, 'orders', { limit: 9 })).items.map(({ id }) => id)).toEqual([
      otherPromotionId,
      promotionId,
    ]);
    expect(await readPromotion(ledger, promotionId)).toEqual(aPromotion({ status: 'running', executionArn: arn }));
  });

  it('is not set back to running by a late start, nor ended twice', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordStarted(ledger, aPromotion(), arn);
    await recordEnd(ledger, aPromotion(), { status: 'failed', at: monday });
    const ended = aPromotion({ status: 'failed', executionArn: arn, settledAt: monday });
    expect(await readPromotion(ledger, promotionId)).toEqual(ended);
    await recordStarted(ledger, aPromotion(), 'another');
    await recordEnd(ledger, aPromotion(), { status: 'succeeded', at: '2026-01-06T09:00:00.000Z' });
    expect(await readPromotion(ledger, promotionId)).toEqual(ended);
  });

  it('leaves the outbox when it ends before anybody noted that it started', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordEnd(ledger, aPromotion(), { status: 'succeeded', at: monday });
    expect(await listAccepted(ledger, 10)).toEqual([]);
    expect((await listPromotions(ledger, 'orders', { limit: 9 })).items.map(({ id }) => id)).toEqual([promotionId]);
  });

  it('is read with its rollouts and deployments, and nothing of another', async () => {
    await recordPromotion(ledger, aPromotion());
    await recordPromotion(ledger, aPromotion({ id: otherPromotionId }));
    await recordRollout(ledger, aRollout());
    await recordRollout(ledger, aRollout({ promotion: otherPromotionId }));
    await recordDeployments(ledger, [aDeployment(), aDeployment({ stack: 'network' })]);
    expect(await readPromotionRecord(ledger, promotionId)).toEqual({
      promotion: aPromotion(),
      rollouts: [aRollout()],
      rounds: [],
      progress: [],
      waiting: [],
      attempts: [],
      rollbacks: [],
      deployments: [aDeployment(), aDeployment({ stack: 'network' })],
      approvals: [],
      decisions: [],
    });
    expect(await readPromotionRecord(ledger, 'prm-0000000000000000')).toBeUndefined();
  });
});

describe('a rollout', () => {
  const boundTo = (plan: string) => ({
    planDigest: digestOf(plan),
    clearedDigest: digestOf(plan),
    policyDigest: digestOf('policies'),
  });
  const decided = (plan: string) => ({ digest: digestOf(plan), policyDigest: digestOf('policies'), cleared: true });
  const end = { outcome: 'failed', reasons: [{ code: 'STACK_FAILED', text: 'x' }], at: monday } as const;

  it('keeps its first record', async () => {
    await recordRollout(ledger, aRollout());
    await recordRollout(ledger, aRollout({ epoch: 9 }));
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout());
    expect(await readRollout(ledger, promotionId, 'pre-production')).toBeUndefined();
  });

  it('ends once, and is bound to no other plan afterwards', async () => {
    await recordRollout(ledger, aRollout());
    await recordPlan(ledger, aRollout(), decided('plan'));
    await recordOutcome(ledger, aRollout(), end);
    await recordOutcome(ledger, aRollout(), { outcome: 'succeeded', reasons: [], at: monday });
    await recordPlan(ledger, aRollout(), decided('another plan'));
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(
      aRollout({ status: 'failed', reasons: [...end.reasons], settledAt: monday, ...boundTo('plan') }),
    );
  });

  it('is cleared only for the newest plan, and only while every gate says yes to it', async () => {
    const needs = { groups: ['release-managers'], because: ['policy four-eyes asks'] };
    await recordRollout(ledger, aRollout());
    await recordPlan(ledger, aRollout(), decided('plan'));
    await recordPlan(ledger, aRollout(), { ...decided('another plan'), cleared: false, needs });
    const waiting = { planDigest: digestOf('another plan'), policyDigest: digestOf('policies'), needs };
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout(waiting));
    await recordPlan(ledger, aRollout(), decided('another plan'));
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout(boundTo('another plan')));
  });

  it('is rejected with the reasons of the gate, until it is settled', async () => {
    const reasons = [{ code: 'CHANGE_DENIED', text: 'x' }];
    await recordRollout(ledger, aRollout());
    await recordRejection(ledger, aRollout(), reasons);
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout({ status: 'rejected', reasons }));
    await recordOutcome(ledger, aRollout(), { outcome: 'rejected', reasons, at: monday });
    await recordRejection(ledger, aRollout(), []);
    expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({ status: 'rejected', reasons });
  });

  it('that never began is not rejected', async () => {
    await recordRejection(ledger, aRollout(), []);
    expect(await readRollout(ledger, promotionId, 'production')).toBeUndefined();
  });

  it('that never began gets neither a plan nor an outcome', async () => {
    await recordPlan(ledger, aRollout(), decided('plan'));
    await recordOutcome(ledger, aRollout(), end);
    expect(await readRollout(ledger, promotionId, 'production')).toBeUndefined();
  });
});

describe('a deployment', () => {
  it.each([
    ['in-progress', 'deployed', 'deployed'],
    ['deployed', 'in-progress', 'deployed'],
    ['failed', 'pending', 'failed'],
    ['failed', 'unchanged', 'failed'],
    ['failed', 'deployed', 'deployed'],
    ['pending', 'unchanged', 'unchanged'],
  ] as const)('%s and then %s is %s', async (first, then, is) => {
    await recordDeployment(ledger, aDeployment({ outcome: first }));
    await recordDeployment(ledger, aDeployment({ outcome: then }));
    expect((await listDeployments(ledger, aRollout())).map(({ outcome }) => outcome)).toEqual([is]);
  });

  it('belongs to one environment and one target', async () => {
    await recordDeployments(ledger, [aDeployment(), aDeployment({ environment: 'pre-production' })]);
    expect(await listDeployments(ledger, aRollout())).toEqual([aDeployment()]);
    const other = aDeployment({ target: 'production-2' });
    await recordDeployment(ledger, other);
    expect(await listDeployments(ledger, aRollout())).toEqual([aDeployment(), other]);
    expect(await listDeployments(ledger, { ...aRollout(), target: 'production' })).toEqual([aDeployment()]);
    expect(await listDeployments(ledger, { ...aRollout(), target: 'production-2' })).toEqual([other]);
  });
});

describe('the handles of a plan', () => {
  const stack = {
    stack: 'api',
    stackName: 'orders-api',
    stackId,
    changeSetName: 'drawbridge-1',
    changeSetId,
    digest: digestOf('changes'),
    settings: {},
  };
  const digest = digestOf('target plan');
  const where = { promotion: promotionId, environment: 'production', target: 'production' };
  const planned = { ...where, digest, preparedAt: monday, stacks: [stack] };
  const rolloutDigest = digestOf('rollout plan');

  it('are replaced by those of a newer plan', async () => {
    await recordPlannedTarget(ledger, { ...planned, stacks: [] });
    await recordPlannedTarget(ledger, planned);
    expect(await readPlannedTarget(ledger, where)).toEqual(planned);
    expect(await readPlannedTarget(ledger, { ...where, target: 'other' })).toBeUndefined();
  });

  it('of a stack are handed out while the rollout is bound to that plan', async () => {
    await recordPlannedTarget(ledger, planned);
    await recordRollout(ledger, aRollout({ planDigest: rolloutDigest, clearedDigest: rolloutDigest }));
    const sought = { ...where, stack: 'api', digest: rolloutDigest };
    expect(await readPlannedStack(ledger, sought)).toEqual({ ...stack, preparedAt: monday });
  });

  it.each<[string, { stack?: string; digest?: string; target?: string }]>([
    ['another plan', { digest: digestOf('other') }],
    ['a stack the plan does not have', { stack: 'network' }],
    ['a target that was not planned', { target: 'other' }],
  ])('are refused for %s', async (_, change) => {
    await recordPlannedTarget(ledger, planned);
    await recordRollout(ledger, aRollout({ planDigest: rolloutDigest, clearedDigest: rolloutDigest }));
    const sought = { ...where, stack: 'api', digest: rolloutDigest, ...change };
    await expect(readPlannedStack(ledger, sought)).rejects.toMatchObject({ name: 'PLAN_CHANGED' });
  });

  it('are refused while the plan is not cleared', async () => {
    await recordPlannedTarget(ledger, planned);
    await recordRollout(ledger, aRollout({ planDigest: rolloutDigest }));
    const sought = { ...where, stack: 'api', digest: rolloutDigest };
    await expect(readPlannedStack(ledger, sought)).rejects.toMatchObject({ name: 'PLAN_CHANGED' });
  });

  it('may be those of settings or of a recovery, without a change set', async () => {
    const recovery = { status: 'ROLLBACK_COMPLETE', action: 'delete' as const, skip: [], approved: true };
    const { stackName } = stack;
    const stacks = [
      { stack: 'api', stackName, stackId, settings: { terminationProtection: true, stackPolicy: '{}' } },
      { stack: 'web', stackName, stackId, settings: {}, recovery },
    ];
    await recordPlannedTarget(ledger, { ...planned, stacks });
    expect(await readPlannedTarget(ledger, where)).toEqual({ ...planned, stacks });
  });

  it('are listed for a promotion, in whichever environments', async () => {
    const elsewhere = { ...planned, environment: 'pre-production', target: 'pre-production' };
    for (const each of [planned, elsewhere, { ...planned, promotion: otherPromotionId }])
      await recordPlannedTarget(ledger, each);
    expect(await listPlannedTargets(ledger, promotionId)).toEqual([elsewhere, planned]);
  });

  it('are refused when no rollout was bound to a plan', async () => {
    await recordPlannedTarget(ledger, planned);
    const sought = { ...where, stack: 'api', digest: rolloutDigest };
    await expect(readPlannedStack(ledger, sought)).rejects.toMatchObject({ message: expect.stringContaining('none') });
  });
});

describe('a release', () => {
  it('is found by its id, and its digest is its own name', async () => {
    const provenance = { commit: 'a'.repeat(40), event: 'push' };
    await recordRelease(ledger, aReleaseRecord({ provenance }));
    await recordRelease(ledger, aReleaseRecord({ digest: digestOf('forged') }));
    expect(await readReleaseRecord(ledger, 'orders-0123456789ab')).toEqual(aReleaseRecord({ provenance }));
    expect(await readReleaseRecord(ledger, 'orders-000000000000')).toBeUndefined();
    expect(await findReleaseDigest(ledger, 'orders-0123456789ab')).toBe(digestOf('release'));
    expect(await findReleaseDigest(ledger, digestOf('any'))).toBe(digestOf('any'));
    expect(await findReleaseDigest(ledger, 'orders-000000000000')).toBeUndefined();
  });

  it('is verified in an environment from the first time on', async () => {
    const verified = { release: digestOf('release'), environment: 'pre-production' };
    await recordVerified(ledger, { ...verified, at: monday });
    await recordVerified(ledger, { ...verified, at: '2027-01-01T00:00:00.000Z' });
    expect(await listVerified(ledger, digestOf('release'))).toEqual(new Set(['pre-production']));
    expect(
      await getItem(ledger, { pk: `RELEASE#${digestOf('release')}`, sk: 'VERIFIED#pre-production' }),
    ).toMatchObject({
      at: monday,
    });
    expect(await listVerified(ledger, digestOf('other'))).toEqual(new Set());
  });
});

describe('a target', () => {
  it('is read and listed as it was onboarded last', async () => {
    await recordTarget(ledger, aTarget({ externalId: 'old-external-id' }));
    await recordTarget(ledger, aTarget());
    await recordTarget(ledger, aTarget({ name: 'pre-production', sessionSeconds: 1800 }));
    expect(await readTarget(ledger, 'production')).toEqual(aTarget());
    expect((await listTargets(ledger)).map(({ name }) => name)).toEqual(['pre-production', 'production']);
    await expect(readTarget(ledger, 'staging')).rejects.toMatchObject({ name: 'TARGET_UNKNOWN' });
  });

  it('runs a release since it first arrived', async () => {
    const running = {
      pipeline: 'orders',
      environment: 'production',
      target: 'production',
      release: digestOf('1'),
      releaseId: 'orders-1',
      promotion: promotionId,
      since: monday,
    };
    await recordRunning(ledger, running);
    await recordRunning(ledger, { ...running, since: '2026-02-01T00:00:00.000Z', promotion: otherPromotionId });
    expect(await listRunning(ledger, 'orders')).toEqual([running]);
    const next = { ...running, release: digestOf('2'), releaseId: 'orders-2' };
    await recordRunning(ledger, next);
    expect(await listRunning(ledger, 'orders')).toEqual([next]);
    expect(await listRunning(ledger, 'payments')).toEqual([]);
  });
});

describe('a wait', () => {
  it('is for the one operation of the planned change set, by the deploy role', () => {
    const { preparedAt: since, ...planned } = { ...aWait(), preparedAt: monday };
    const asked = { ...aWait(), token: 'task-token-1' };
    expect(waitFor(asked, aTarget(), { ...planned, preparedAt: since })).toEqual(aWait());
  });

  it('has the token of the round that made the change set, so that a later round has another', () => {
    const { operation: first, since, ...planned } = aWait();
    const second = { ...planned, changeSetName: `drawbridge-${promotionId}-2`, preparedAt: since };
    const wait = waitFor(planned, aTarget(), second);
    expect([first, wait.operation]).toEqual([`${promotionId}-production-api-1`, `${promotionId}-production-api-2`]);
  });

  it('may be for settings, without a change set', async () => {
    const { changeSetName: _name, changeSetId: _id, since, ...planned } = aWait();
    const wait = waitFor(planned, aTarget(), { ...planned, preparedAt: since });
    expect(wait).not.toHaveProperty('changeSetId');
    await recordWait(ledger, wait);
    expect(await readWait(ledger, stackId)).toEqual(wait);
  });

  it('is found by its stack until it was answered', async () => {
    await recordWait(ledger, aWait());
    expect(await readWait(ledger, stackId)).toEqual(aWait());
    await closeWait(ledger, aWait());
    expect(await readWait(ledger, stackId)).toBeUndefined();
    expect(await readWait(ledger, 'another')).toBeUndefined();
  });

  it('of a newer attempt is not closed by the answer to the older one', async () => {
    await recordWait(ledger, aWait());
    await recordWait(ledger, aWait({ token: 'task-token-2' }));
    await closeWait(ledger, aWait());
    expect(await readWait(ledger, stackId)).toMatchObject({ token: 'task-token-2' });
  });
});

describe('the table', () => {
  it('is read through all pages', async () => {
    const bulk = 'x'.repeat(300_000);
    for (const n of [1, 2, 3, 4, 5]) await putItem(ledger, { pk: 'GROUP', sk: `ITEM#${n}`, bulk });
    expect((await queryItems(ledger, 'GROUP', 'ITEM#')).map(({ sk }) => sk)).toEqual(
      [1, 2, 3, 4, 5].map((n) => `ITEM#${n}`),
    );
  });

  it('takes a page without items for an empty one', async () => {
    const mock = mockClient(DynamoDBDocumentClient);
    mock.onAnyCommand().resolves({});
    expect(await queryItems(ledger, 'GROUP', 'ITEM#')).toEqual([]);
    mock.restore();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['reading', () => getItem(ledger, { pk: 'a', sk: 'b' })],
    ['writing', () => putItem(ledger, { pk: 'a', sk: 'b' })],
    ['writing under a condition', () => recordPromotion(ledger, aPromotion())],
    ['listing', () => listTargets(ledger)],
  ])('says so when DynamoDB refuses %s', async (_, ask) => {
    const mock = mockClient(DynamoDBDocumentClient);
    mock.onAnyCommand().rejects(awsError('AccessDeniedException', 'not authorized to perform'));
    await expect(ask()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    mock.restore();
  });

  it('can be reached by who is not a function of the deployment, with credentials of their own', async () => {
    const connection = {
      endpoint: String(process.env['AWS_ENDPOINT_URL_DYNAMODB']),
      region: 'eu-west-1',
      credentials: { accessKeyId: 'ASIABOOTSTRAP', secretAccessKey: 'x' },
    };
    const { table } = ledger;
    await recordTarget({ table, connection }, aTarget());
    expect(await listTargets({ table, connection })).toEqual([aTarget()]);
    expect(await readTarget(ledger, 'production')).toEqual(aTarget());
  });
});
