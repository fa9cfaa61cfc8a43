/** Soaks of several targets over the wire, with the shipped roles, in virtual time: what one target's alarm does to the others, and what ends a soak. */

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getPromotion, listRunning, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { liftRestriction, putRestriction } from '#cli/client/restrictions.ts';
import { requestRollback } from '#cli/client/rollbacks.ts';
import type { PromotionRecord } from '#shared/aws/ledger/promotions.ts';
import { openFleetOfTwo } from './fleet-of-two.ts';
import { packagedFrom } from './packaged-from.ts';
import { preProduction, production, type Rehearsal } from './rehearsed-world.ts';
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
/** An alarm goes off in a target so many minutes after it was looked at before the target was planned. */
const goesOff = (pipeline: string, { account }: { account: string }, after: number) =>
  ({ kind: 'alarm', account, alarm: `${pipeline}-errors`, after: after * minutes, reason: 'Injected: 5xx' }) as const;

interface Wanted {
  readonly pipeline: string;
  readonly text?: string;
  readonly failureTolerance?: number;
  /** Pre-production first, watched before production follows. */
  readonly waves?: boolean;
}
const publish = async (wanted: Wanted) => publishRelease(alice(), await watched(wanted));
const request = async (release: string) => (await requestPromotion(alice(), { release, idempotencyKey: newKey() })).id;
const promoted = async (release: string) => ended(rehearsal, await request(release));
const where = async (pipeline: string) =>
  Object.fromEntries((await listRunning(alice(), pipeline)).map((one) => [one.target, one]));
const codes = ({ promotion, rollouts }: PromotionRecord) => [
  promotion.status,
  ...rollouts.flatMap(({ reasons }) => reasons.map(({ code, target }) => `${code} ${target}`)).sort(),
];
/** The first release soaked in both targets, and the second one is on its way. */
const second = async (wanted: Wanted) => {
  const first = await publish(wanted);
  expect(codes(await promoted(first.digest))).toEqual(['succeeded']);
  const next = await publish({ ...wanted, text: 'two' });
  return { first, next };
};

describe('the soak of two targets', () => {
  it('goes on in one where the alarm of the other goes off: both are found bad, and both go back', async () => {
    const pipeline = 'both';
    const { first, next } = await second({ pipeline });
    rehearsal.strike(goesOff(pipeline, preProduction, 15), goesOff(pipeline, production, 45));
    const failed = await promoted(next.digest);
    expect(codes(failed)).toEqual(['failed', 'SOAK_FAILED pre-production', 'SOAK_FAILED production']);
    expect(failed.rollbacks).toMatchObject([{ targets: ['pre-production', 'production'], releaseId: first.id }]);
    const rollback = await ended(rehearsal, `${failed.rollbacks[0]?.rollback}`);
    expect(rollback.promotion.status).toBe('succeeded');
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: first.id },
      production: { releaseId: first.id },
    });
  });

  it('lets the rollout go on where one that fails is tolerated: that one goes back, the other one is verified', async () => {
    const pipeline = 'tolerated';
    const { first, next } = await second({ pipeline, failureTolerance: 1 });
    rehearsal.strike(goesOff(pipeline, preProduction, 15));
    const gone = await promoted(next.digest);
    expect(codes(gone)).toEqual(['succeeded', 'SOAK_FAILED pre-production']);
    expect(gone.rollbacks).toMatchObject([{ targets: ['pre-production'], releaseId: first.id }]);
    expect(gone.progress).toMatchObject([
      { target: 'pre-production', status: 'stopped', soaked: false },
      { target: 'production', status: 'done', soaked: true },
    ]);
    await ended(rehearsal, `${gone.rollbacks[0]?.rollback}`);
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: first.id },
      production: { releaseId: next.id, verifiedAt: expect.any(String) },
    });
  });
});

describe('a target of a later wave', () => {
  it('is not started where its alarm went off while the wave before was watched', async () => {
    const pipeline = 'later';
    const { first, next } = await second({ pipeline, waves: true });
    rehearsal.strike(goesOff(pipeline, production, 30));
    const failed = await promoted(next.digest);
    expect(codes(failed)).toEqual(['failed', 'SOAK_NOT_READY production']);
    expect(failed.rollbacks).toEqual([]);
    expect(failed.deployments.map(({ target, outcome }) => [target, outcome])).toEqual([
      ['pre-production', 'deployed'],
      ['production', 'pending'],
    ]);
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: next.id },
      production: { releaseId: first.id },
    });
  });
});

describe('a soak', () => {
  it('ends by an emergency stop: the release is there, nobody knows whether it is good, and nothing goes back', async () => {
    const pipeline = 'stopped';
    const { next } = await second({ pipeline });
    const id = await request(next.digest);
    await rehearsal.sandbox.advance(20 * minutes);
    expect((await getPromotion(alice(), id)).promotion.status).toBe('running');
    const wish = { pipeline, environment: 'fleet', reason: 'incident 4711' };
    const stop = await putRestriction(carol(), 'stop', { wish, idempotencyKey: newKey() });
    await rehearsal.sandbox.advance(8 * minutes);
    const stopped = await getPromotion(alice(), id);
    expect(codes(stopped)).toEqual(['rejected', 'STOPPED pre-production', 'STOPPED production']);
    expect(stopped.rollbacks).toEqual([]);
    const running = await where(pipeline);
    for (const { name } of [preProduction, production]) {
      expect(running[name]).toMatchObject({ releaseId: next.id, promotion: id });
      expect(running[name]).not.toHaveProperty('verifiedAt');
    }
    await liftRestriction(carol(), 'stop', { id: stop.id, reason: 'over' });
  });

  it('ends by a rollback that waits for the environment, also where failures are tolerated', async () => {
    const pipeline = 'urgent';
    const { first, next } = await second({ pipeline, failureTolerance: 5 });
    const id = await request(next.digest);
    await rehearsal.sandbox.advance(20 * minutes);
    const wish = { pipeline, environment: 'fleet', reason: 'customers cannot pay' };
    const rollback = await requestRollback(carol(), { wish, idempotencyKey: newKey() });
    await rehearsal.sandbox.advance(15 * minutes);
    const given = await getPromotion(alice(), id);
    expect(codes(given)).toEqual(['rejected', 'SUPERSEDED pre-production', 'SUPERSEDED production']);
    expect((await ended(rehearsal, rollback.id)).promotion.status).toBe('succeeded');
    expect(await where(pipeline)).toMatchObject({
      'pre-production': { releaseId: first.id },
      production: { releaseId: first.id },
    });
  });
});

async function watched(wanted: Wanted) {
  return packagedFrom({
    'templates/watched.yaml': template(wanted),
    'drawbridge.yml': configuration(wanted),
  });
}

const template = ({ pipeline }: Wanted) => `AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Text: { Type: String }
Resources:
  Setting:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Text }
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: ${pipeline}-errors
      Namespace: Orders
      MetricName: Errors
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
`;

const configuration = ({
  pipeline,
  text = 'one',
  failureTolerance = 0,
  waves = false,
}: Wanted) => `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: ${pipeline} }
stacks:
  - name: ${pipeline}
    template: templates/watched.yaml
    stackName: ${pipeline}
    parameters: { Text: ${text} }
environments:
  - name: fleet
    targets: { matchLabels: { fleet: all } }
    maxConcurrency: 2
    failureTolerance: ${failureTolerance}
    soak: { for: 1h, alarms: [${pipeline}-errors] }
    onFailedVerification: rollback
${waves ? canaryFirst : ''}`;

const canaryFirst = `    waves:
      - { matchLabels: { env: pre-production }, soak: 1h }
      - { matchLabels: { env: production } }
`;
