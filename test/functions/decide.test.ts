import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/decide/handler.ts';
import { getDocument, putDocument } from '#shared/aws/documents.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { listDeployments, readRollout, recordDeployment, recordRollout } from '#shared/aws/ledger/promotions.ts';
import { recordTarget } from '#shared/aws/ledger/targets.ts';
import { type TargetPlan, untouched } from '#shared/domain/plan/stack-plan.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import {
  aChange,
  aDeployment,
  aRelease,
  aRollout,
  aTarget,
  monday,
  otherPromotionId,
  promotionId,
} from '#test/builders.ts';
import { s3 } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, documents, release } = deployment();
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
const decide = async (plans: readonly TargetPlan[], change: object = {}) => {
  const handles = plans.map(async (plan) => ({
    target: plan.target,
    digest: await putDocument(documents, 'plans', plan),
  }));
  const input = { ...place, release: await release(), epoch: 1, at: monday, plans: await Promise.all(handles) };
  return handler({ ...input, ...change }, context);
};

beforeEach(async () => {
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

  it('goes to the stacks that change, and binds the rollout to one plan document', async () => {
    const answer = await decide([targetPlan('production', 'api')]);
    expect(answer).toMatchObject({
      kind: 'go',
      waves: [{ maxConcurrency: 1, targets: [{ target: 'production', stacks: ['api'] }] }],
    });
    expect(await readRollout(ledger, promotionId, 'production')).toMatchObject({ planDigest: answer.digest });
    expect(await getDocument(documents, 'plans', answer.digest)).toEqual({
      schemaVersion: 1,
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

  it('goes through the environment’s waves', async () => {
    for (const name of ['production-a', 'production-b'])
      await recordTarget(ledger, aTarget({ name, labels: { environment: 'production', wave: name } }));
    const [early, late] = aRelease().environments;
    const waves = [{ matchLabels: { wave: 'production-b' } }, { maxConcurrency: 5 }];
    const digest = await release({ environments: [early!, { ...late!, waves }] });
    const plans = [targetPlan('production-a', 'api'), targetPlan('production-b', 'network', 'api')];
    expect(await decide(plans, { release: digest })).toMatchObject({
      waves: [
        { maxConcurrency: 1, targets: [{ target: 'production-b', stacks: ['network', 'api'] }] },
        { maxConcurrency: 5, targets: [{ target: 'production-a', stacks: ['api'] }] },
      ],
    });
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

  it('stops on a plan that is not there', async () => {
    const plans = [{ target: 'production', digest: digestOf('x') }];
    await expect(decide([], { plans })).rejects.toThrow();
    expect(s3.calls().length).toBeGreaterThan(0);
    expect(await readRollout(ledger, promotionId, 'production')).toEqual(aRollout());
  });
});
