/**
 * Rollbacks over the wire, with the shipped roles, in virtual time: by themselves after a failed verification of the canary, and by command. The page
 * behind the stack's output never exists; what it answers is the sandbox's default, or a fault.
 */

import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listPromotions, listRunning, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { listRestrictions } from '#cli/client/restrictions.ts';
import { requestRollback } from '#cli/client/rollbacks.ts';
import { waitsForPeople } from '#cli/rehearsal/waits-for-people.ts';
import { sharedServicesAccount as home } from '#sandbox/organization.ts';
import { callApi } from '#shared/aws/api.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import type { FiringRecord } from '#shared/domain/schedule/schedule.ts';
import { clientsAs, person } from './clients.ts';
import { calls } from './faults.ts';
import { openFleetOfTwo } from './fleet-of-two.ts';
import { executionOf } from './observations.ts';
import { packagedFrom } from './packaged-from.ts';
import { preProduction, type Rehearsal } from './rehearsed-world.ts';
import { ended } from './small-release.ts';

let rehearsal: Rehearsal;
const minutes = 60_000;
beforeAll(async () => {
  rehearsal = await openFleetOfTwo();
}, 240_000);
afterAll(() => rehearsal.close());
afterEach(() => rehearsal.strike());

const alice = () => rehearsal.apiAs('alice');
const carol = () => rehearsal.apiAs('carol');
const newKey = () => rehearsal.sandbox.mint('idempotency-key', 24);
const bad = (pipeline: string, account: string = preProduction.account) =>
  ({ kind: 'probe', account, probe: `${pipeline}.Url`, outcome: 'failed', reason: 'Injected', times: 1 }) as const;

interface Wanted {
  readonly pipeline: string;
  readonly text?: string;
  /** Resources beside the setting. */
  readonly more?: string;
  readonly onFailedVerification?: 'rollback';
}
const publish = async (wanted: Wanted) => publishRelease(alice(), await waves(wanted));
const promoted = async (release: string, targets?: string[]) => {
  const { id } = await requestPromotion(alice(), { release, idempotencyKey: newKey(), ...(targets && { targets }) });
  return ended(rehearsal, id);
};
const where = async (pipeline: string) =>
  Object.fromEntries((await listRunning(alice(), pipeline)).map((one) => [one.target, one]));
const codes = ({ promotion, rollouts }: PromotionRecord) => [
  promotion.status,
  ...rollouts.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
];
const holdsOf = async (pipeline: string) =>
  (await listRestrictions(carol(), 'hold')).filter((hold) => hold.pipeline === pipeline);
const rollBack = async (pipeline: string, targets?: string[]) => {
  const wish = { pipeline, environment: 'fleet', reason: 'customers cannot pay', ...(targets && { targets }) };
  return requestRollback(carol(), { wish, idempotencyKey: newKey() });
};
const schedule = (pipeline: string) => {
  const head = { apiVersion: 'drawbridge/v1', kind: 'Schedule', metadata: { name: pipeline } };
  const body = { ...head, pipeline, expression: 'rate(1 hour)' };
  return callApi(carol(), { method: 'PUT', path: `/v1/schedules/${pipeline}`, body });
};
const firings = async (pipeline: string) =>
  (await callApi<{ items: FiringRecord[] }>(alice(), { method: 'GET', path: `/v1/schedules/${pipeline}/firings` }))
    .items;

describe('a canary whose verification fails', () => {
  it('goes back by itself; then automation keeps away until a person promotes what is newest', async () => {
    const pipeline = 'canary';
    const onFailedVerification = 'rollback' as const;
    const first = await publish({ pipeline, onFailedVerification });
    expect(codes(await promoted(first.digest))).toEqual(['succeeded']);
    const second = await publish({ pipeline, text: 'two', onFailedVerification });
    rehearsal.strike(bad(pipeline));
    const failed = await promoted(second.digest);
    expect(codes(failed)).toEqual(['failed', 'PROBE_FAILED']);

    // The rollback is a promotion of its own, for the canary alone.
    const [intent] = failed.rollbacks;
    expect(failed.rollbacks).toMatchObject([{ targets: ['pre-production'], releaseId: first.id }]);
    const rollback = await ended(rehearsal, `${intent?.rollback}`);
    expect(rollback.promotion).toMatchObject({
      ...{ status: 'succeeded', releaseId: first.id, targets: ['pre-production'] },
      ...{ requestedBy: `rollback:${failed.promotion.id}`, trigger: { kind: 'rollback', source: failed.promotion.id } },
      rollback: { of: failed.promotion.id, automatic: true, reason: expect.stringContaining('PROBE_FAILED') },
    });
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: first.id, promotion: rollback.promotion.id, verifiedAt: expect.any(String) },
      production: { releaseId: first.id },
    });

    const [hold, ...others] = await holdsOf(pipeline);
    expect(others).toEqual([]);
    expect(hold).toMatchObject({ environment: 'fleet', promotion: rollback.promotion.id });
    expect((await where(pipeline))['production']).toMatchObject({ held: [hold?.id] });
    await schedule(pipeline);
    await rehearsal.sandbox.advance(61 * minutes);
    await callApi(carol(), { method: 'DELETE', path: `/v1/schedules/${pipeline}` });
    expect(await firings(pipeline)).toMatchObject([{ outcome: 'skipped', reason: { code: 'HELD' } }]);
    // What a promotion puts is told by reconcile.
    const news = (rehearsal.events as { detail: { restriction?: string; state: string; promotion?: string } }[])
      .map(({ detail }) => detail)
      .filter(({ restriction }) => restriction === hold?.id);
    expect(news).toMatchObject([{ state: 'put', promotion: rollback.promotion.id }]);

    // An older release, and one target, lift nothing.
    expect(codes(await promoted(second.digest, ['pre-production']))).toEqual(['succeeded']);
    expect(await holdsOf(pipeline)).toHaveLength(1);
    expect(codes(await promoted(second.digest))).toEqual(['succeeded']);
    expect(await holdsOf(pipeline)).toEqual([]);
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: second.id },
      production: { releaseId: second.id },
    });
  });

  it('stays where there is nothing to go back to, and that is told', async () => {
    const pipeline = 'nowhere';
    const { digest } = await publish({ pipeline, onFailedVerification: 'rollback' });
    rehearsal.strike(bad(pipeline));
    const failed = await promoted(digest);
    expect(codes(failed)).toEqual(['failed', 'PROBE_FAILED', 'ROLLBACK_NOWHERE']);
    expect(failed.rollbacks).toEqual([]);
    expect(await holdsOf(pipeline)).toEqual([]);
  });

  it('is not rolled back twice, and nothing of it is rolled back where a stack failed', async () => {
    const pipeline = 'twice';
    const onFailedVerification = 'rollback' as const;
    const first = await publish({ pipeline, onFailedVerification });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two', onFailedVerification });
    rehearsal.strike({ ...bad(pipeline), times: 2 });
    const failed = await promoted(second.digest);
    const rollback = await ended(rehearsal, `${failed.rollbacks[0]?.rollback}`);
    expect(codes(rollback)).toEqual(['failed', 'PROBE_FAILED']);
    expect(rollback.rollbacks).toEqual([]);

    const third = await publish({ pipeline, text: 'three', onFailedVerification });
    const { account } = preProduction;
    const broken = { kind: 'resource', account, logicalId: 'Setting', status: 'UPDATE_FAILED', times: 1 } as const;
    rehearsal.strike({ ...broken, reason: 'Injected' });
    const stopped = await promoted(third.digest);
    expect(codes(stopped)).toEqual(['failed', 'STACK_FAILED']);
    expect(stopped.rollbacks).toEqual([]);
  });

  it('goes back when nobody could be asked at first', async () => {
    const pipeline = 'unasked';
    const onFailedVerification = 'rollback' as const;
    const first = await publish({ pipeline, onFailedVerification });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two', onFailedVerification });
    // Admission records the rollback and cannot start it: Settle is not answered, and leaves it to the reconciler.
    const { id } = await requestPromotion(alice(), { release: second.digest, idempotencyKey: newKey() });
    rehearsal.strike(bad(pipeline), ...calls('states:StartExecution', { nths: [1, 2, 3], account: home }));
    const failed = await ended(rehearsal, id);
    expect(codes(failed)).toEqual(['failed', 'PROBE_FAILED']);
    expect(failed.rollbacks).toMatchObject([{ releaseId: first.id }]);
    expect(failed.rollbacks[0]?.rollback).toBeUndefined();
    rehearsal.strike();
    await rehearsal.sandbox.advance(11 * minutes);
    const [intent] = (await getPromotion(alice(), id)).rollbacks;
    expect(codes(await ended(rehearsal, `${intent?.rollback}`))).toEqual(['succeeded']);
    const promotions = await listPromotions(alice(), pipeline);
    expect(promotions.filter(({ rollback }) => rollback !== undefined)).toHaveLength(1);
  });

  it('stays where a person stopped the promotion: who runs what is on record, and the rest is theirs to see to', async () => {
    const pipeline = 'unsettled';
    const onFailedVerification = 'rollback' as const;
    const first = await publish({ pipeline, onFailedVerification });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two', onFailedVerification });
    rehearsal.strike(bad(pipeline));
    const { id } = await requestPromotion(alice(), { release: second.digest, idempotencyKey: newKey() });
    const { executions } = rehearsal.sandbox.world.states;
    const { arn } = executionOf(rehearsal, id);
    const canary = () =>
      Object.values(executions).find(({ child }) => child?.parent === arn && child.label === 'Targets');
    await rehearsal.sandbox.run(() => (canary()?.run.status ?? 'RUNNING') !== 'RUNNING');
    const { states } = clientsAs(rehearsal, person(rehearsal, 'carol'));
    await states.send(new StopExecutionCommand({ executionArn: arn }));
    await rehearsal.sandbox.advance(11 * minutes);
    const closed = await getPromotion(alice(), id);
    expect(codes(closed)).toEqual(['aborted', 'PROBE_FAILED', 'EXECUTION_ENDED']);
    expect(closed.rollbacks).toEqual([]);
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { release: second.digest, promotion: id },
      production: { release: first.digest },
    });
  });
});

describe('a rollback that comes late', () => {
  it('changes nothing where a person was quicker, and the hold of an older release says so', async () => {
    const pipeline = 'late';
    const onFailedVerification = 'rollback' as const;
    const first = await publish({ pipeline, onFailedVerification });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two', onFailedVerification });
    await promoted(second.digest);
    // By hand, although the second one could go there.
    await promoted(first.digest);
    expect(await holdsOf(pipeline)).toMatchObject([
      { environment: 'fleet', by: 'alice', reason: expect.stringContaining('although a newer release could go there') },
    ]);
    const third = await publish({ pipeline, text: 'three', onFailedVerification });
    const { id } = await requestPromotion(alice(), { release: third.digest, idempotencyKey: newKey() });
    rehearsal.strike(bad(pipeline), ...calls('states:StartExecution', { nths: [1, 2, 3], account: home }));
    await ended(rehearsal, id);
    rehearsal.strike();
    const fourth = await publish({ pipeline, text: 'four', onFailedVerification });
    expect(codes(await promoted(fourth.digest))).toEqual(['succeeded']);
    await rehearsal.sandbox.advance(11 * minutes);
    const [intent] = (await getPromotion(alice(), id)).rollbacks;
    expect(codes(await ended(rehearsal, `${intent?.rollback}`))).toEqual(['rejected', 'ROLLBACK_OVERTAKEN']);
    expect(await where(pipeline)).toMatchObject({ 'pre-production': { releaseId: fourth.id } });
  });
});

describe('a rollback while another rollout is there', () => {
  const apply = (pipeline: string, said: object) => {
    const head = { apiVersion: 'drawbridge/v1', kind: 'Policy', metadata: { name: pipeline } };
    const body = { ...head, selector: { pipelines: [pipeline] }, ...said };
    return callApi(carol(), { method: 'PUT', path: `/v1/policies/${pipeline}`, body });
  };
  /** Two releases are there, one after the other; a third one is on its way. */
  const underWay = async (pipeline: string, said: object) => {
    const first = await publish({ pipeline });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two' });
    await promoted(second.digest);
    await apply(pipeline, said);
    const third = await publish({ pipeline, text: 'three' });
    const { id } = await requestPromotion(alice(), { release: third.digest, idempotencyKey: newKey() });
    return { first, second, third, id };
  };

  it('is for what that brings: it ends its soak, and goes back to what was there before it', async () => {
    const pipeline = 'during';
    const { second, third, id } = await underWay(pipeline, { soak: { atLeast: '2h' } });
    await rehearsal.sandbox.advance(60 * minutes);
    expect((await getPromotion(alice(), id)).promotion.status).toBe('running');
    expect(await where(pipeline)).toMatchObject({ production: { releaseId: second.id } });
    const rollback = await rollBack(pipeline);
    expect(rollback).toMatchObject({
      releaseId: second.id,
      rollback: { from: [{ releaseId: third.id, targets: ['pre-production', 'production'] }] },
    });
    expect(codes(await ended(rehearsal, rollback.id))).toEqual(['succeeded']);
    expect(codes(await getPromotion(alice(), id))).toEqual(['rejected', 'SUPERSEDED', 'SUPERSEDED']);
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: second.id, promotion: rollback.id },
      production: { releaseId: second.id, promotion: rollback.id },
    });
  });

  it('takes the turn of one that waits for people and has changed nothing', async () => {
    const pipeline = 'impatient';
    const { first, id } = await underWay(pipeline, { approval: {} });
    await rehearsal.sandbox.run(() => waitsForPeople(rehearsal.sandbox.world));
    expect((await getPromotion(alice(), id)).approvals).toMatchObject([{ status: 'open' }]);
    const rollback = await rollBack(pipeline);
    expect(codes(await ended(rehearsal, rollback.id))).toEqual(['succeeded']);
    const dropped = await getPromotion(alice(), id);
    expect(codes(dropped)).toEqual(['rejected', 'SUPERSEDED']);
    expect(dropped.promotion).toMatchObject({ supersededBy: rollback.id });
    expect(await where(pipeline)).toMatchObject({ production: { releaseId: first.id } });
  });
});

describe('a rollback by command', () => {
  it('brings the targets back to the release before, and is one promotion however often it is asked for', async () => {
    const pipeline = 'commanded';
    const first = await publish({ pipeline });
    await promoted(first.digest);
    const second = await publish({ pipeline, text: 'two' });
    await promoted(second.digest);
    const wish = { pipeline, environment: 'fleet', reason: 'customers cannot pay' };
    const key = newKey();
    const { id } = await requestRollback(carol(), { wish, idempotencyKey: key });
    expect(codes(await ended(rehearsal, id))).toEqual(['succeeded']);
    expect((await requestRollback(carol(), { wish, idempotencyKey: key })).id).toBe(id);
    await expect(
      requestRollback(carol(), { wish: { ...wish, reason: 'another one' }, idempotencyKey: key }),
    ).rejects.toMatchObject({ name: 'IDEMPOTENCY_CONFLICT' });
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: first.id },
      production: { releaseId: first.id },
    });
    expect(await holdsOf(pipeline)).toMatchObject([{ environment: 'fleet', promotion: id, by: 'carol' }]);
    expect((await listPromotions(alice(), pipeline))[0]).toMatchObject({ id, rollback: { automatic: false } });
  });

  it('is refused where nothing else is verified, and where targets would go to different releases', async () => {
    const pipeline = 'mixed';
    const [first, second, third] = [
      await publish({ pipeline }),
      await publish({ pipeline, text: 'two' }),
      await publish({ pipeline, text: 'three' }),
    ];
    await expect(rollBack(pipeline)).rejects.toMatchObject({ name: 'ROLLBACK_NOWHERE' });
    await promoted(first.digest);
    await expect(rollBack(pipeline)).rejects.toMatchObject({ name: 'ROLLBACK_NOWHERE' });
    await promoted(second.digest, ['production']);
    await promoted(third.digest);
    await expect(rollBack(pipeline)).rejects.toMatchObject({ name: 'ROLLBACK_MIXED' });
    expect(await rollBack(pipeline, ['production'])).toMatchObject({ releaseId: second.id });
    await rehearsal.sandbox.run();
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: third.id, why: expect.stringContaining('was for other targets') },
      production: { releaseId: second.id },
    });
  });

  it('is rejected where it would delete what holds data, whatever policies say', async () => {
    const pipeline = 'stateful';
    await promoted((await publish({ pipeline })).digest);
    const more = '  Jobs:\n    Type: AWS::SQS::Queue\n';
    const second = await publish({ pipeline, text: 'two', more });
    await promoted(second.digest);
    const { id } = await rollBack(pipeline);
    const record = await ended(rehearsal, id);
    expect(codes(record).slice(0, 2)).toEqual(['rejected', 'ROLLBACK_DESTROYS']);
    expect(record.rollouts[0]?.reasons[0]).toMatchObject({ resource: 'Jobs', target: 'pre-production' });
    expect(await where(pipeline)).toMatchObject({ production: { releaseId: second.id } });
  });
});

async function waves(wanted: Wanted) {
  return packagedFrom({
    'templates/waves.yaml': `${template}${wanted.more ?? ''}${outputs}`,
    'drawbridge.yml': configuration(wanted),
  });
}

const template = `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Text: { Type: String }
Resources:
  Setting:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Text }
`;
const outputs = `Outputs:
  Url: { Value: https://orders.example.com }
`;

function configuration({ pipeline, text = 'one', onFailedVerification }: Wanted): string {
  return `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: ${pipeline} }
stacks:
  - name: ${pipeline}
    template: templates/waves.yaml
    stackName: ${pipeline}
    parameters: { Text: ${text} }
environments:
  - name: fleet
    targets: { matchLabels: { fleet: all } }
    waves:
      - matchLabels: { env: pre-production }
      - matchLabels: { env: production }
    verify:
      - http: { output: { stack: ${pipeline}, name: Url } }
        retries: 0
${onFailedVerification === undefined ? '' : `    onFailedVerification: ${onFailedVerification}\n`}`;
}
