/**
 * Drift over the wire, with the shipped roles: somebody edits resources past CloudFormation, in a stack and in one nested in it; a look for drift finds
 * it, the next plan shows it, and the environment says whether it may go on.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getPlan } from '#cli/client/plans.ts';
import { listPromotions, listRunning, requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import { deleteResource, editResource } from '#sandbox/cloudformation/drift/edits.ts';
import { callApi } from '#shared/aws/api.ts';
import { listDrifts } from '#shared/aws/ledger/drifts.ts';
import { listVerified } from '#shared/aws/ledger/verified.ts';
import type { Mode } from '#shared/domain/promotion/records.ts';
import { ledgerOf } from './clients.ts';
import { packagedFrom } from './packaged-from.ts';
import { openRehearsal, preProduction, type Rehearsal } from './rehearsed-world.ts';
import { ended } from './small-release.ts';

let rehearsal: Rehearsal;
beforeAll(async () => {
  rehearsal = await openRehearsal();
}, 240_000);
afterAll(() => rehearsal.close());

const { account } = preProduction;
const publish = async (pipeline: Pipeline) => publishRelease(rehearsal.apiAs('alice'), await drifting(pipeline));
const ask = async (release: string, mode: Mode, more: object = {}) => {
  const idempotencyKey = rehearsal.sandbox.mint('idempotency-key', 24);
  const wish = { release, mode, idempotencyKey, environments: ['pre-production'], ...more };
  return ended(rehearsal, (await requestPromotion(rehearsal.apiAs('alice'), wish)).id);
};
const promote = async (pipeline: Pipeline) => {
  const { digest } = await publish(pipeline);
  return { digest, ...(await ask(digest, 'promote')) };
};
const outcome = ({ promotion, rollouts }: Awaited<ReturnType<typeof ask>>) => [
  promotion.status,
  rollouts.flatMap(({ reasons }) => reasons.map(({ code }) => code)),
];
const drifts = async (pipeline: string) =>
  (await listDrifts(ledgerOf(rehearsal), { pipeline })).map(({ stack, status, resources, reasons }) => ({
    ...{ stack, status, reasons },
    resources: resources.map(({ within, logicalId, status: how, paths }) => [within ?? '', logicalId, how, paths]),
  }));
const driftInPlan = async (promotion: string) =>
  (await getPlan(rehearsal.apiAs('alice'), promotion, 'pre-production')).targets.flatMap(({ stacks }) =>
    stacks.map(({ stack, drift }) => [stack, drift?.resources.map(({ logicalId }) => logicalId) ?? 'none']),
  );
const heard = (promotion: string) =>
  (rehearsal.events as { source: string; detail: { promotion: string; state: string; summary: string } }[])
    .filter(({ source, detail }) => source === 'drawbridge' && detail.promotion === promotion)
    .map(({ detail }) => detail);

describe('where drift only warns', () => {
  let release: string;
  beforeAll(async () => {
    const promoted = await promote({ name: 'warned' });
    expect(outcome(promoted)).toEqual(['succeeded', []]);
    release = promoted.digest;
  }, 120_000);

  it('what nobody touched is in sync', async () => {
    expect(outcome(await ask(release, 'drift'))).toEqual(['unchanged', []]);
    expect(await drifts('warned')).toEqual([
      { stack: 'app', status: 'IN_SYNC', reasons: [], resources: [] },
      { stack: 'jobs', status: 'IN_SYNC', reasons: [], resources: [] },
    ]);
    expect(await driftInPlan((await ask(release, 'plan')).promotion.id)).toEqual([
      ['jobs', 'none'],
      ['app', 'none'],
    ]);
  });

  it('edits past CloudFormation are found, in nested stacks as well, kept and told', async () => {
    editResource(rehearsal.sandbox, { account, stack: 'warned-jobs', logicalId: 'Jobs' }, { VisibilityTimeout: 90 });
    deleteResource(rehearsal.sandbox, { account, stack: 'warned-app', logicalId: 'Inner' });
    const found = await ask(release, 'drift');
    expect(outcome(found)).toEqual(['failed', ['DRIFTED', 'DRIFTED']]);
    expect(await drifts('warned')).toEqual([
      { stack: 'app', status: 'DRIFTED', reasons: [], resources: [['Nested', 'Inner', 'DELETED', []]] },
      { stack: 'jobs', status: 'DRIFTED', reasons: [], resources: [['', 'Jobs', 'MODIFIED', ['/VisibilityTimeout']]] },
    ]);
    const told = heard(found.promotion.id).filter(({ state }) => state === 'failed');
    expect(told.map(({ summary }) => summary)).toEqual([
      expect.stringMatching(/DRIFTED: Stack jobs in pre-production has drifted: .*Jobs \(\/VisibilityTimeout\)/),
      expect.stringMatching(/DRIFTED/),
    ]);
  });

  it('nothing is executed, and what was verified stays verified', async () => {
    const { deployments, rollbacks } = await ask(release, 'drift');
    expect([deployments, rollbacks]).toEqual([[], []]);
    expect([...(await listVerified(ledgerOf(rehearsal), release))]).toEqual(['pre-production']);
    expect(await listRunning(rehearsal.apiAs('alice'), 'warned')).toMatchObject([
      { release, drifted: ['app', 'jobs'] },
    ]);
  });

  it('the plan shows it, goes on, and what it updates is in sync again', async () => {
    const { digest, ...updated } = await promote({ name: 'warned', timeout: 31 });
    expect(await driftInPlan(updated.promotion.id)).toEqual([
      ['jobs', ['Jobs']],
      ['app', ['Inner']],
    ]);
    expect(outcome(updated)).toEqual(['succeeded', []]);
    // A stack that was updated since: what was known says nothing any more.
    expect(await driftInPlan((await ask(digest, 'plan')).promotion.id)).toEqual([
      ['jobs', 'none'],
      ['app', ['Inner']],
    ]);
    expect(outcome(await ask(digest, 'drift'))).toEqual(['failed', ['DRIFTED']]);
    expect((await drifts('warned')).map(({ status }) => status)).toEqual(['DRIFTED', 'IN_SYNC']);
  });
});

describe('where drift blocks', () => {
  it('no drifted stack is changed, until it is as it was', async () => {
    const { digest } = await promote({ name: 'blocked', drift: 'block' });
    const jobs = { account, stack: 'blocked-jobs', logicalId: 'Jobs' };
    editResource(rehearsal.sandbox, jobs, { VisibilityTimeout: 90 });
    expect(outcome(await ask(digest, 'drift'))).toEqual(['failed', ['DRIFTED']]);
    // What changes nothing is not in its way.
    expect(outcome(await ask(digest, 'promote'))).toEqual(['unchanged', []]);
    const next = { name: 'blocked', drift: 'block', timeout: 31 } as const;
    const denied = await promote(next);
    expect(outcome(denied)).toEqual(['rejected', ['DRIFT_BLOCKS']]);
    expect(denied.rollouts[0]?.reasons[0]?.text).toContain('Stack jobs in pre-production');
    const override = { of: ['drift'], reason: 'It is known.' };
    expect(outcome(await ask(denied.digest, 'promote', { override }))).toEqual([
      'rejected',
      ['OVERRIDE_NOT_PERMITTED'],
    ]);

    editResource(rehearsal.sandbox, jobs, { VisibilityTimeout: 30 });
    expect(outcome(await ask(digest, 'drift'))).toEqual(['unchanged', []]);
    expect(outcome(await promote(next))).toEqual(['succeeded', []]);
  }, 120_000);
});

describe('a stack that cannot be checked', () => {
  it('is told, and is no failure', async () => {
    const { digest } = await promote({ name: 'unchecked' });
    const stack = Object.values(rehearsal.sandbox.world.cloudformation.stacks).find(
      ({ stackName }) => stackName === 'unchecked-jobs',
    );
    stack!.status = 'UPDATE_FAILED';
    const found = await ask(digest, 'drift');
    expect(outcome(found)).toEqual(['unchanged', ['DRIFT_NOT_CHECKED']]);
    expect(found.rollouts[0]?.reasons[0]?.text).toContain('jobs (the stack is UPDATE_FAILED)');
    expect((await drifts('unchecked')).map(({ stack: name, status }) => [name, status])).toEqual([
      ['app', 'IN_SYNC'],
      ['jobs', 'NOT_CHECKED'],
    ]);
  }, 120_000);
});

it('a schedule looks for drift of what is there already', async () => {
  const { digest } = await promote({ name: 'watched' });
  editResource(rehearsal.sandbox, { account, stack: 'watched-jobs', logicalId: 'Jobs' }, { VisibilityTimeout: 90 });
  const head = { apiVersion: 'drawbridge/v1', kind: 'Schedule', metadata: { name: 'watched' } };
  const schedule = { ...head, pipeline: 'watched', expression: 'rate(1 hour)', mode: 'drift' };
  await callApi(rehearsal.apiAs('carol'), { method: 'PUT', path: '/v1/schedules/watched', body: schedule });
  await rehearsal.sandbox.advance(3_600_000);
  const [newest] = await listPromotions(rehearsal.apiAs('alice'), 'watched');
  expect(newest).toMatchObject({ mode: 'drift', release: digest, trigger: { kind: 'schedule', source: 'watched' } });
  expect(outcome(await ended(rehearsal, newest!.id))).toEqual(['failed', ['DRIFTED']]);
}, 120_000);

interface Pipeline {
  readonly name: string;
  readonly timeout?: number;
  readonly drift?: 'block';
}

async function drifting(pipeline: Pipeline) {
  return packagedFrom({
    'templates/jobs.yaml': jobs,
    'templates/app.yaml': app,
    'templates/inner.yaml': inner,
    'drawbridge.yml': configuration(pipeline),
  });
}

const jobs = `Parameters:
  Timeout: { Type: Number }
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: !Ref Timeout }
`;
const app = `Resources:
  Nested:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: inner.yaml }
`;
const inner = `Resources:
  Inner:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: inner }
`;
const configuration = ({ name, timeout = 30, drift }: Pipeline) => `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: ${name} }
stacks:
  - { name: jobs, template: templates/jobs.yaml, stackName: ${name}-jobs, parameters: { Timeout: ${timeout} } }
  - { name: app, template: templates/app.yaml, stackName: ${name}-app }
environments:
  - name: pre-production
    targets: { matchLabels: { env: pre-production } }
${drift === undefined ? '' : `    drift: ${drift}\n`}`;
