import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/decide/handler.ts';
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { closeApprovalRequest, listApprovalRequests } from '#shared/aws/ledger/approvals.ts';
import { listDeployments, recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { freeLease, takeLease } from '#shared/aws/ledger/leases.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { applyPolicy } from '#shared/aws/ledger/policies.ts';
import {
  readPromotion,
  readPromotionRecord,
  readRollout,
  recordPromotion,
  recordRollout,
} from '#shared/aws/ledger/promotions.ts';
import { joinQueue } from '#shared/aws/ledger/queue.ts';
import { liftRestriction, listRestrictionsOf, putRestriction } from '#shared/aws/ledger/restrictions.ts';
import { closeProgress, listTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { recordRunning, recordTarget } from '#shared/aws/ledger/targets.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { recordVerified, revokeVerified } from '#shared/aws/ledger/verified.ts';
import { type TargetPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import { after as secondsAfter } from '#shared/domain/promotion/lease.ts';
import { waiterOf } from '#shared/domain/promotion/queue.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { restrictionOf } from '#shared/domain/restriction/restriction.ts';
import type { StepInput } from '#shared/steps.ts';
import {
  aChange,
  aDeployment,
  aPromotion,
  aRelease,
  aRollout,
  aStack,
  aTarget,
  monday,
  otherPromotionId,
  promotionId,
} from '#test/builders.ts';
import { s3 } from '../aws/fake-aws.ts';
import { aGate, aPolicy } from '../domain/policy/policy-builders.ts';
import { context, deployment } from './deployment.ts';

const { ledger, documents, put, release } = deployment();
const place = { pipeline: 'orders', environment: 'production', promotion: promotionId, mode: 'promote' } as const;

const targetPlan = (target: string, ...changing: string[]): TargetPlan => ({
  schemaVersion: 2,
  target,
  account: '333333333333',
  region: 'eu-west-1',
  stacks: ['network', 'api'].map((stack) => ({
    ...untouched({ stack, stackName: `orders-${stack}` }),
    ...(changing.includes(stack) && { kind: 'changes' as const, changes: [aChange()] }),
  })),
});
const decide = async (plans: readonly TargetPlan[], change: Partial<StepInput<'decide'>> = {}) => {
  const { promotion, environment } = { ...place, ...change };
  for (const plan of plans) {
    const planned = { target: plan.target, digest: await putDocument(documents, 'plans', plan) };
    await recordPlannedTarget(ledger, { promotion, environment, ...planned, preparedAt: prepared, stacks: [] });
  }
  const input = { ...place, release: await release(), epoch: 1, at: monday, round: 1, ...change };
  if (verified) await recordVerified(ledger, { release: input.release, environment: 'pre-production', at: monday });
  return handler(input, context);
};
/** Whether the release was verified in the environment before. */
let verified = true;
/** When the plans of the targets were made. */
let prepared: string = monday;
/** What is assigned to each target, by name. */
const assigned = async () =>
  (await listTargetProgress(ledger, place)).map(({ target, wave, stacks }) => [target, wave, stacks]);

const policy = (name: string, said: Parameters<typeof aPolicy>[1]) =>
  applyPolicy(ledger, { name, policy: aPolicy(name, said), seen: 0, by: 'root', at: monday });

beforeEach(async () => {
  verified = true;
  prepared = monday;
  await recordPromotion(ledger, aPromotion());
  await takeLease(ledger, place, monday);
  await recordRollout(ledger, aRollout());
});

describe('decide', () => {
  it('is nothing to do when no stack changes, and the deployments say so', async () => {
    expect(await decide([targetPlan('production')])).toMatchObject({ kind: 'nothing-to-do' });
    expect((await listDeployments(ledger, aRollout())).map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'unchanged',
    ]);
  });

  it('keeps the plan of each round, and what was decided on it', async () => {
    const first = await decide([targetPlan('production', 'api', 'network')]);
    const second = await decide([targetPlan('production', 'api')], { round: 2 });
    const last = await decide([targetPlan('production')], { round: 3 });
    expect((await readPromotionRecord(ledger, promotionId))?.rounds).toMatchObject([
      { environment: 'production', round: 1, digest: first.digest, decision: 'go' },
      { environment: 'production', round: 2, digest: second.digest, decision: 'go' },
      { environment: 'production', round: 3, digest: last.digest, decision: 'nothing-to-do' },
    ]);
    expect(new Set([first.digest, second.digest, last.digest]).size).toBe(3);
  });

  it('goes to the stacks that change, and binds the rollout to one plan document', async () => {
    const answer = await decide([targetPlan('production', 'api')]);
    expect(answer).toEqual({
      kind: 'go',
      digest: answer.digest,
      nextRound: 2,
      more: false,
      tolerant: false,
      waves: [{ maxConcurrency: 1, failureTolerance: 0, soakSeconds: 0, last: true, targets: ['production'] }],
    });
    expect(await assigned()).toEqual([['production', 0, ['api']]]);
    expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({
      planDigest: answer.digest,
      clearedDigest: answer.digest,
      policyDigest: expect.stringMatching(/^sha256:/),
    });
    expect(await getDocument(documents, 'plans', answer.digest)).toEqual({
      schemaVersion: 2,
      pipeline: 'orders',
      release: await release(),
      environment: 'production',
      targets: [targetPlan('production', 'api')],
    });
    expect((await listDeployments(ledger, aRollout())).map(({ stack, outcome }) => [stack, outcome])).toEqual([
      ['api', 'pending'],
      ['network', 'unchanged'],
    ]);
  });

  describe('where a policy asks for an approval of every plan', () => {
    const fourEyes = { approval: { groups: ['managers'], expires: '2h' }, groups: { managers: ['bob'] } };
    const requirement = {
      groups: ['managers'],
      because: ['policy four-eyes asks for an approval of every plan'],
    };
    const requests = () => listApprovalRequests(ledger, aRollout());
    beforeEach(() => policy('four-eyes', fourEyes));

    it('asks for it, clears nothing, and says how long to wait', async () => {
      const answer = await decide([targetPlan('production', 'api')]);
      expect(answer).toEqual({ kind: 'needs-approval', digest: answer.digest, nextRound: 2, seconds: 7200 });
      const rollout = await readRollout(ledger, promotionId, 'production');
      expect(rollout).toMatchObject({ planDigest: answer.digest, needs: requirement });
      expect(rollout).not.toHaveProperty('clearedDigest');
      expect(await requests()).toEqual([
        {
          promotion: promotionId,
          pipeline: 'orders',
          environment: 'production',
          digest: answer.digest,
          requirement,
          requestedBy: 'alice',
          requestedAt: monday,
          expiresAt: secondsAfter(monday, 7200),
          status: 'open',
        },
      ]);
    });

    it('goes on once exactly that plan was approved, and clears it', async () => {
      const { digest } = await decide([targetPlan('production', 'api')]);
      await closeApprovalRequest(ledger, { ...place, digest }, 'approved');
      expect(await decide([targetPlan('production', 'api')], { round: 2 })).toMatchObject({
        kind: 'go',
        digest,
        nextRound: 3,
      });
      const rollout = await readRollout(ledger, promotionId, 'production');
      expect(rollout).toMatchObject({ clearedDigest: digest });
      expect(rollout).not.toHaveProperty('needs');
    });

    it('asks anew when the plan is another one by now, and the first question is void', async () => {
      const first = await decide([targetPlan('production', 'api')]);
      const second = await decide([targetPlan('production', 'api', 'network')], { round: 2 });
      expect(second).toMatchObject({ kind: 'needs-approval' });
      expect(second.digest).not.toBe(first.digest);
      expect((await requests()).map(({ digest, status }) => [digest, status])).toEqual(
        expect.arrayContaining([
          [first.digest, 'void'],
          [second.digest, 'open'],
        ]),
      );
    });

    it('takes back the clearance when an approved plan changed', async () => {
      const { digest } = await decide([targetPlan('production', 'api')]);
      await closeApprovalRequest(ledger, { ...place, digest }, 'approved');
      await decide([targetPlan('production', 'api')], { round: 2 });
      await decide([targetPlan('production', 'api', 'network')], { round: 3 });
      expect(await readRollout(ledger, promotionId, 'production')).not.toHaveProperty('clearedDigest');
    });

    it('asks nobody when nothing changes', async () => {
      expect(await decide([targetPlan('production')])).toMatchObject({ kind: 'nothing-to-do' });
      expect(await requests()).toEqual([]);
    });

    it('asks nobody when it only plans, and clears nothing', async () => {
      await takeLease(ledger, { ...place, mode: 'plan' }, monday);
      const answer = await decide([targetPlan('production', 'api')], { mode: 'plan' });
      expect(answer).toEqual({ kind: 'planned', digest: answer.digest });
      expect(await requests()).toEqual([]);
      const rollout = await readRollout(ledger, promotionId, 'production');
      expect(rollout).toMatchObject({ planDigest: answer.digest, needs: requirement });
      expect(rollout).not.toHaveProperty('clearedDigest');
    });
  });

  it('is denied where a change gate says no, with a reason for each change', async () => {
    await policy('no-queues', { changeGates: [aGate({ types: ['AWS::SQS::*'] }, 'deny', 'queues')] });
    const answer = await decide([targetPlan('production', 'api')]);
    expect(answer).toEqual({ kind: 'denied', digest: answer.digest });
    const rollout = await readRollout(ledger, promotionId, 'production');
    expect(rollout).toMatchObject({
      status: 'rejected',
      reasons: [{ code: 'CHANGE_DENIED', resource: 'Queue', target: 'production' }],
    });
    expect(rollout).not.toHaveProperty('clearedDigest');
  });

  it('has the safe defaults wherever no policy says that it is not production, whatever the journey is', async () => {
    const replaced = targetPlan('production', 'api');
    const bucket = aChange({ action: 'Remove', logicalId: 'Data', type: 'AWS::S3::Bucket', policyAction: 'Delete' });
    const risky = { ...replaced, stacks: [{ ...replaced.stacks[1]!, changes: [bucket] }] };
    /** What was denied stays so: each time it is another rollout's first decision. */
    const anew = async (change: Partial<StepInput<'decide'>>) => {
      const rollout = aRollout({ environment: change.environment ?? 'production' });
      await put({ pk: `PROMOTION#${promotionId}`, sk: `ROLLOUT#${rollout.environment}`, ...rollout });
      return decide([risky], change);
    };
    expect(await anew({})).toMatchObject({ kind: 'denied' });
    const trailing = { name: 'zzz', targets: { matchLabels: { environment: 'nowhere' } }, allowEmpty: true };
    const environments = [...aRelease().environments, trailing];
    expect(await anew({ release: await release({ environments }) })).toMatchObject({ kind: 'denied' });
    const before = { environment: 'pre-production' };
    await takeLease(ledger, { ...place, ...before }, monday);
    expect(await anew(before)).toMatchObject({ kind: 'denied' });
    await policy('not-production', {
      selector: { matchLabels: { environment: 'production' } },
      production: false,
    });
    expect(await anew(before)).toMatchObject({ kind: 'go' });
  });

  it('brings stacks back first, by a plan that is cleared', async () => {
    const recovery = { status: 'ROLLBACK_COMPLETE', action: 'delete' as const, skip: [], approved: true };
    const plan = targetPlan('production', 'network');
    const broken = { ...plan.stacks[1]!, kind: 'recover' as const, recovery };
    const answer = await decide([{ ...plan, stacks: [plan.stacks[0]!, broken] }]);
    expect(answer).toEqual({
      kind: 'recover',
      digest: answer.digest,
      nextRound: 2,
      recoveries: [{ target: 'production', stack: 'api' }],
    });
    expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({ clearedDigest: answer.digest });
  });

  it('leaves for a later round what takes outputs of what changes now', async () => {
    const takes = { dependsOn: ['network'], values: { Vpc: { fromOutput: 'network.Vpc' } } };
    const digest = await release({ stacks: [aStack('network'), aStack('api', takes)] });
    expect(await decide([targetPlan('production', 'network', 'api')], { release: digest })).toMatchObject({
      kind: 'go',
      more: true,
      waves: [{ targets: ['production'], last: false }],
    });
    expect(await assigned()).toEqual([['production', 0, ['network']]]);
  });

  describe('where a target failed that is tolerated', () => {
    const takes = { dependsOn: ['network'], values: { Vpc: { fromOutput: 'network.Vpc' } } };
    const [early, late] = aRelease().environments;
    const tolerating = () =>
      release({
        stacks: [aStack('network'), aStack('api', takes)],
        environments: [early!, { ...late!, failureTolerance: 1 }],
      });
    const names = ['bad', 'good', 'other'];
    const fail = (target: string, round: number) =>
      closeProgress(ledger, { ...place, target, round, at: monday, reasons: [{ code: 'STACK_FAILED', text: 'x' }] });
    const succeed = (target: string) => closeProgress(ledger, { ...place, target, round: 1, at: monday, reasons: [] });
    /** Everywhere the network is changed, which fails in one target; whatever takes its outputs is left for later. */
    const firstRound = async () => {
      for (const name of names) await recordTarget(ledger, aTarget({ name }));
      const plans = names.map((name) => targetPlan(name, 'network', 'api'));
      expect(await decide(plans, { release: await tolerating() })).toMatchObject({ kind: 'go', more: true });
      await fail('bad', 1);
      for (const name of ['good', 'other']) await succeed(name);
    };
    const nextRound = async (...changing: string[]) =>
      decide([targetPlan('good', ...changing), targetPlan('other', ...changing)], {
        ...{ release: await tolerating(), round: 2, at: secondsAfter(monday, 7 * 3600) },
      });
    beforeEach(async () => {
      await firstRound();
      // When the others are planned again: the plan of the one that failed is as old as it is.
      prepared = secondsAfter(monday, 7 * 3600);
    });

    it('goes on with the others to the end, and does not try that one again', async () => {
      expect(await nextRound('api')).toMatchObject({
        ...{ kind: 'go', more: false, tolerant: true },
        waves: [{ targets: ['good', 'other'], last: true, failureTolerance: 0 }],
      });
      expect(await listTargetProgress(ledger, place)).toMatchObject([
        { target: 'bad', round: 1, status: 'stopped', reasons: [{ code: 'STACK_FAILED' }] },
        { target: 'good', round: 2, status: 'assigned', stacks: ['api'], complete: true },
        { target: 'other', round: 2, status: 'assigned', stacks: ['api'], complete: true },
      ]);
    });

    it('is cleaned up after also where nothing is left to do for the others', async () => {
      expect(await nextRound()).toMatchObject({ kind: 'nothing-to-do', more: false, tolerant: true });
    });

    it('needs no other approval than the one of the plan in which it was', async () => {
      await policy('four-eyes', { approval: { groups: ['managers'] }, groups: { managers: ['bob'] } });
      const { digest } = await decide(
        names.map((name) => targetPlan(name, 'network', 'api')),
        { release: await tolerating() },
      );
      await closeApprovalRequest(ledger, { ...place, digest }, 'approved');
      expect(await nextRound('api')).toMatchObject({ kind: 'go' });
      expect((await listApprovalRequests(ledger, aRollout())).map(({ status }) => status)).toEqual(['approved']);
    });
  });

  it('gives up on a plan that does not come to rest', async () => {
    await expect(decide([targetPlan('production', 'api')], { round: 99 })).rejects.toMatchObject({
      name: 'PLAN_UNSTABLE',
    });
  });

  it('goes through the environment’s waves', async () => {
    for (const name of ['production-a', 'production-b'])
      await recordTarget(ledger, aTarget({ name, labels: { environment: 'production', wave: name } }));
    const [early, late] = aRelease().environments;
    const waves = [{ matchLabels: { wave: 'production-b' } }, { maxConcurrency: 5 }];
    const digest = await release({ environments: [early!, { ...late!, waves }] });
    const plans = [targetPlan('production-a', 'api'), targetPlan('production-b', 'network', 'api')];
    expect(await decide(plans, { release: digest })).toMatchObject({
      waves: [
        { maxConcurrency: 1, targets: ['production-b'], last: false },
        { maxConcurrency: 5, targets: ['production-a'], last: true },
      ],
    });
    expect(await assigned()).toEqual([
      ['production-a', 1, ['api']],
      ['production-b', 0, ['network', 'api']],
    ]);
  });

  it('has one digest, whichever target was planned first', async () => {
    const plans = [targetPlan('a', 'api'), targetPlan('b')];
    expect((await decide(plans)).digest).toBe((await decide(plans.toReversed())).digest);
  });

  it('run again does not make a deployment undone that was done meanwhile', async () => {
    await decide([targetPlan('production', 'api')]);
    await recordDeployment(ledger, aDeployment({ outcome: 'deployed' }));
    await decide([targetPlan('production', 'api')]);
    expect(await listDeployments(ledger, aRollout())).toContainEqual(aDeployment({ outcome: 'deployed' }));
  });

  it.each<[string, object]>([
    ['another promotion took over', { promotion: otherPromotionId }],
    ['it was admitted in another epoch', { epoch: 2 }],
  ])('records nothing when %s', async (_, change) => {
    await expect(decide([targetPlan('production', 'api')], change)).rejects.toMatchObject({ name: 'LEASE_LOST' });
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout());
    expect(await listDeployments(ledger, aRollout())).toEqual([]);
  });

  it('plans anew what is too old to start by, and clears nothing', async () => {
    const answer = await decide([targetPlan('production', 'api')], { at: secondsAfter(monday, 6 * 3600 + 1) });
    expect(answer).toEqual({ kind: 'again', digest: answer.digest, nextRound: 2 });
    expect(await readRollout(ledger, promotionId, 'production')).not.toHaveProperty('clearedDigest');
    expect(await assigned()).toEqual([]);
  });

  describe('while rollouts may not start', () => {
    const freeze = (until: string) =>
      putRestriction(
        ledger,
        restrictionOf('freeze', { until, reason: 'year end' }, { by: 'carol', key: 'k', at: monday }),
      );
    const waitingNow = async () => (await readPromotionRecord(ledger, promotionId))?.waiting;
    const changing = [targetPlan('production', 'api')];

    it('waits, says what for, and goes on by the same plan', async () => {
      const until = secondsAfter(monday, 600);
      await freeze(until);
      const answer = await decide(changing);
      expect(answer).toEqual({ kind: 'wait', digest: answer.digest, until });
      expect(await waitingNow()).toMatchObject([{ environment: 'production', reason: { code: 'FROZEN' } }]);
      expect(await readRollout(ledger, promotionId, 'production')).not.toHaveProperty('clearedDigest');
      expect(await decide(changing, { at: until })).toMatchObject({ kind: 'go', digest: answer.digest });
      expect(await waitingNow()).toEqual([]);
    });

    it('gives up after fourteen days, and says what was in the way', async () => {
      await freeze(secondsAfter(monday, 30 * 86_400));
      await decide(changing);
      expect(await decide(changing, { at: secondsAfter(monday, 14 * 86_400) })).toMatchObject({ kind: 'denied' });
      expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({
        status: 'rejected',
        reasons: [{ code: 'WAITED_TOO_LONG', text: expect.stringMatching(/14 days.*year end/) }],
      });
    });

    it('is denied while everything is stopped', async () => {
      await putRestriction(
        ledger,
        restrictionOf('stop', { reason: 'incident' }, { by: 'carol', key: 'k', at: monday }),
      );
      expect(await decide(changing)).toMatchObject({ kind: 'denied' });
      expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({
        status: 'rejected',
        reasons: [{ code: 'STOPPED' }],
      });
    });

    describe('and a rollback waits for the environment', () => {
      const rollback = aPromotion({ id: otherPromotionId, rollback: { automatic: false, reason: 'bad' } });
      beforeEach(async () => {
        await recordPromotion(ledger, rollback);
        await joinQueue(ledger, place, waiterOf(rollback, monday));
        await freeze(secondsAfter(monday, 1800));
      });

      it('gives way to it, and both promotions say so', async () => {
        expect(await decide(changing)).toMatchObject({ kind: 'denied' });
        expect(await readPromotionRecord(ledger, promotionId)).toMatchObject({
          promotion: { supersededBy: otherPromotionId },
          rollouts: [{ status: 'rejected', reasons: [{ code: 'SUPERSEDED' }] }],
          rounds: [{ decision: 'closed' }],
          waiting: [],
        });
        expect(await readPromotion(ledger, otherPromotionId)).toMatchObject({ supersedes: [promotionId] });
      });

      it('waits on where anything was executed or brought back', async () => {
        await recordTouched(ledger, { ...place, target: 'production', at: monday });
        expect(await decide(changing)).toMatchObject({ kind: 'wait' });
      });

      it('gives way as long as the rollback was seen', async () => {
        expect(await decide(changing, { at: secondsAfter(monday, 1199) })).toMatchObject({ kind: 'denied' });
      });

      it('waits on where the rollback was not seen for twenty minutes', async () => {
        expect(await decide(changing, { at: secondsAfter(monday, 1200) })).toMatchObject({ kind: 'wait' });
      });

      it('goes where it may go now', async () => {
        const lifting = { kind: 'freeze', by: 'carol', at: monday, reason: 'done' } as const;
        for (const { id } of await listRestrictionsOf(ledger, 'freeze'))
          await liftRestriction(ledger, { ...lifting, id });
        expect(await decide(changing)).toMatchObject({ kind: 'go' });
      });
    });

    it('is denied once the release is not verified before any more, whatever was approved meanwhile', async () => {
      await policy('four-eyes', { approval: { groups: ['managers'] }, groups: { managers: ['bob'] } });
      const { digest } = await decide(changing);
      await closeApprovalRequest(ledger, { ...place, digest }, 'approved');
      await revokeVerified(ledger, {
        ...{ release: await release(), environment: 'pre-production' },
        ...{ at: monday, promotion: otherPromotionId },
      });
      verified = false;
      expect(await decide(changing, { round: 2 })).toEqual({ kind: 'denied', digest });
      const rollout = await readRollout(ledger, promotionId, 'production');
      expect(rollout).toMatchObject({
        status: 'rejected',
        reasons: [{ code: 'NOT_ELIGIBLE', text: expect.stringContaining('not verified in pre-production') }],
      });
      expect(rollout).not.toHaveProperty('clearedDigest');
    });

    it('stays denied when it decides again since nobody heard, also if what was in the way is gone', async () => {
      const wish = restrictionOf('stop', { reason: 'incident' }, { by: 'carol', key: 'k', at: monday });
      const { restriction } = await putRestriction(ledger, wish);
      await decide(changing);
      const rejected = await readRollout(ledger, promotionId, 'production');
      const lifting = { kind: 'stop', id: restriction.id, by: 'carol', at: monday, reason: 'over' } as const;
      await liftRestriction(ledger, lifting);
      expect(await decide(changing)).toMatchObject({ kind: 'denied' });
      expect(await readRollout(ledger, promotionId, 'production')).toEqual(rejected);
      expect(await assigned()).toEqual([]);
    });

    it('plans all the same where nothing will be executed', async () => {
      await takeLease(ledger, { ...place, mode: 'plan' }, monday);
      await freeze(secondsAfter(monday, 600));
      expect(await decide(changing, { mode: 'plan' })).toMatchObject({ kind: 'planned' });
    });
  });

  const verifying = async (running: string) => {
    const promotion = { ...aPromotion({ id: otherPromotionId, mode: 'verify', release: await release() }) };
    await recordPromotion(ledger, promotion);
    await freeLease(ledger, { ...place, epoch: 1 });
    await takeLease(ledger, { ...place, promotion: otherPromotionId }, monday);
    await recordRollout(ledger, aRollout({ promotion: otherPromotionId, epoch: 2 }));
    const runs = { pipeline: 'orders', environment: 'production', target: 'production', since: monday };
    await recordRunning(ledger, { ...runs, release: running, releaseId: 'orders-2', promotion: promotionId });
    return decide([], { mode: 'verify', promotion: otherPromotionId, epoch: 2 });
  };

  it('verifies nothing where another release came to run meanwhile', async () => {
    expect(await verifying(digestOf('another'))).toMatchObject({ kind: 'denied' });
    expect(await readRollout(ledger, otherPromotionId, 'production')).toMatchObject({
      reasons: [{ code: 'NOT_RUNNING' }],
    });
  });

  it('verifies every target again without any plan, be it verified or not', async () => {
    const answer = await verifying(await release());
    expect(answer).toMatchObject({ kind: 'go', more: false, waves: [{ targets: ['production'], last: true }] });
    const progress = await listTargetProgress(ledger, { ...place, promotion: otherPromotionId });
    expect(progress).toMatchObject([{ target: 'production', wave: 0, stacks: [] }]);
  });

  it('stops on a plan that is not there', async () => {
    const { promotion, environment } = place;
    const planned = { target: 'production', digest: digestOf('x'), preparedAt: monday, stacks: [] };
    await recordPlannedTarget(ledger, { promotion, environment, ...planned });
    await expect(decide([])).rejects.toThrow();
    expect(s3.calls().length).toBeGreaterThan(0);
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout());
  });
});
