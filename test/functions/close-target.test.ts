import { beforeEach, describe, expect, it } from 'vitest';
import { handler } from '#functions/close-target/handler.ts';
import { recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { assignTargets, openProgress, readTargetProgress } from '#shared/aws/ledger/target-progress.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import type { StepInput } from '#shared/steps.ts';
import { aDeployment, monday, promotionId } from '#test/builders.ts';
import { context, deployment } from './deployment.ts';

const { ledger } = deployment();
const where = { promotion: promotionId, environment: 'production', target: 'production' } as const;
const digest = digestOf('plan');
const close = (error: StepInput<'closeTarget'>['error'], change: Partial<StepInput<'closeTarget'>> = {}) =>
  handler(
    {
      ...{ ...where, pipeline: 'orders', mode: 'promote', release: digestOf('release'), epoch: 1, at: monday },
      ...{ digest, round: 1, number: 0, error, ...change },
    },
    context,
  );
const progress = () => readTargetProgress(ledger, where);
const stackFailed = { Error: 'StackFailed', Cause: 'Queue is taken.' };

beforeEach(async () => {
  const assignments = [{ target: 'production', stacks: ['api'], complete: true }];
  await assignTargets(ledger, { ...where, digest, round: 1, waves: [{ targets: ['production'] }], assignments });
  await openProgress(ledger, { ...where, round: 1, at: monday });
});

describe('close target', () => {
  it('is done where nothing was caught', async () => {
    expect(await close({})).toEqual({ kind: 'done' });
    expect(await progress()).toMatchObject({ status: 'done', reasons: [], endedAt: monday });
  });

  it('keeps why its stacks failed, in their own words, and nothing of other targets', async () => {
    const reason = { code: 'STACK_FAILED', text: 'Queue is taken.', resource: 'Queue', target: 'production' };
    const failed = { outcome: 'failed', reason } as const;
    await recordDeployment(ledger, aDeployment(failed));
    const elsewhere = { ...failed, reason: { ...reason, target: 'second' } };
    await recordDeployment(ledger, aDeployment({ ...elsewhere, target: 'second' }));
    await recordDeployment(ledger, aDeployment({ ...elsewhere, environment: 'staging' }));
    expect(await close(stackFailed)).toEqual({ kind: 'stopped' });
    expect(await progress()).toMatchObject({ status: 'stopped', reasons: [reason], endedAt: monday });
  });

  it('keeps what the step said that broke', async () => {
    const Cause = JSON.stringify({ errorMessage: 'AWS STS is throttling.' });
    expect(await close({ Error: 'THROTTLED', Cause })).toEqual({ kind: 'stopped' });
    expect(await progress()).toMatchObject({
      reasons: [{ code: 'THROTTLED', text: 'AWS STS is throttling.', target: 'production' }],
    });
  });

  it('leaves what ended before as it was: what kept it from starting, and twice is once', async () => {
    await close(stackFailed);
    const before = await progress();
    expect(await close({})).toEqual({ kind: 'stopped' });
    expect(await progress()).toEqual(before);
  });

  it('ends nothing of a later round', async () => {
    const assignments = [{ target: 'production', stacks: ['network'], complete: true }];
    await assignTargets(ledger, { ...where, digest, round: 2, waves: [{ targets: ['production'] }], assignments });
    expect(await close({})).toEqual({ kind: 'stopped' });
    expect(await progress()).toMatchObject({ round: 2, status: 'assigned' });
  });
});
