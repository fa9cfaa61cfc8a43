/** A function that stays warm opens its own session in each invocation, and in one invocation opens one for the same purpose. */
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Context } from 'aws-lambda';
import { beforeEach, expect, it, vi } from 'vitest';
import { inTarget } from '#shared/aws/sessions.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { onEvent } from '#shared/lambda/event.ts';
import { task } from '#shared/lambda/task.ts';
import { aPurpose, aTarget, monday, promotionId } from '#test/builders.ts';
import { fakeAws, sts, stsTrusts } from '../aws/fake-aws.ts';
import { logged } from './logged.ts';

fakeAws();
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  logged();
  stsTrusts();
});

const work = async () => {
  for (let call = 1; call <= 3; call += 1) await inTarget(aPurpose(), async () => {});
};
const settleInput = {
  ...{ promotion: promotionId, pipeline: 'orders', release: digestOf('release'), environment: 'production' },
  ...{ mode: 'promote', epoch: 1, at: monday, error: {}, audits: [], discards: [] },
};
const settle = task('settle', async () => {
  await work();
  return { kind: 'succeeded' as const, reasons: '' };
});
const reconcile = onEvent('reconcile', async () => {
  await work();
  return { kind: 'reconciled' };
});
const context = {} as Context;

it.each([
  ['a step', () => settle(settleInput, context)],
  ['a function that is called by an event', () => reconcile({}, context)],
])('%s assumes the role once in each invocation, behind the guard', async (_, invoke) => {
  for (const invocations of [1, 2, 3]) {
    await invoke();
    expect(sts).toHaveReceivedCommandTimes(AssumeRoleCommand, invocations);
    expect(sts).toHaveReceivedCommandTimes(GetCallerIdentityCommand, invocations);
  }
});

it('keeps no session of an invocation before, however many targets there are', async () => {
  const purposes = [aPurpose(), aPurpose({ target: aTarget({ account: '222222222222' }) })] as const;
  let round = 0;
  const visit = onEvent('reconcile', async () => {
    round += 1;
    for (const purpose of round === 2 ? [purposes[1]] : purposes) await inTarget(purpose, async () => {});
    return { kind: 'reconciled' };
  });
  for (const assumed of [2, 3, 5]) {
    await visit({}, context);
    expect(sts).toHaveReceivedCommandTimes(AssumeRoleCommand, assumed);
  }
});
