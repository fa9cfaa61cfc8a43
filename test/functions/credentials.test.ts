/** No credential, task token or external id leaves a function, whatever goes wrong in it: not in its log, not in what it throws. */
import { inspect } from 'node:util';
import {
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler as execute } from '#functions/execute/handler.ts';
import { handler as plan } from '#functions/plan/handler.ts';
import { handler as resume } from '#functions/resume/handler.ts';
import { handler as verify } from '#functions/verify/handler.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { recordPlannedTarget } from '#shared/aws/ledger/plans.ts';
import { recordRollout } from '#shared/aws/ledger/promotions.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { recordTarget } from '#shared/aws/ledger/targets.ts';
import { recordWait } from '#shared/aws/ledger/waits.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { aRollout, aTarget, aWait, changeSetId, monday, promotionId, stackId } from '#test/builders.ts';
import { awsError, canary, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release, found } = deployment();
const here = {
  promotion: promotionId,
  pipeline: 'orders',
  environment: 'production',
  mode: 'promote',
  epoch: 1,
  target: 'production',
} as const;
const token = 'CANARY-TASK-TOKEN';
const digest = digestOf('plan');

const functions: Record<string, () => Promise<unknown>> = {
  plan: async () => plan({ ...here, release: await release(), at: monday, round: 1, polls: 0 }, context),
  verify: async () =>
    verify({ ...here, release: await release(), at: monday, stacks: ['api'], complete: true, polls: 0 }, context),
  execute: async () => execute({ ...here, release: await release(), digest, stack: 'api', at: monday, token }, context),
  resume: () =>
    resume(
      {
        'detail-type': 'CloudFormation Stack Status Change',
        source: 'aws.cloudformation',
        account: '333333333333',
        detail: { 'stack-id': stackId, 'status-details': { status: 'UPDATE_COMPLETE' } },
      },
      context,
    ),
};
const reads = [DescribeStacksCommand, DescribeChangeSetCommand, DescribeStackEventsCommand] as const;
const cloudFormationAnswers = (error: Error) => {
  for (const read of reads) cloudFormation.on(read as never).rejects(error);
};

const troubles: Record<string, () => void> = {
  'a denied call': () => cloudFormationAnswers(awsError('AccessDenied', 'User is not authorized', 403)),
  'an expired session': () => cloudFormationAnswers(awsError('ExpiredToken')),
  'a defect': () => cloudFormationAnswers(new TypeError('x is not a function')),
  'a role that cannot be assumed': () =>
    void sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'denied', 403)),
  'a session in another account': () =>
    void sts.on(GetCallerIdentityCommand).resolves({ Account: '222222222222', Arn: 'arn:aws:sts::222222222222:x' }),
};

beforeEach(async () => {
  await recordTarget(ledger, aTarget({ externalId: 'CANARY-EXTERNAL-ID' }));
  await takeLease(ledger, here, monday);
  await recordRollout(ledger, aRollout({ planDigest: digest, clearedDigest: digest }));
  await recordWait(ledger, aWait({ token }));
  await recordPlannedTarget(ledger, {
    promotion: promotionId,
    environment: 'production',
    target: 'production',
    digest,
    preparedAt: monday,
    stacks: [
      {
        stack: 'api',
        stackName: 'orders-api',
        stackId,
        changeSetName: 'drawbridge-1',
        changeSetId,
        digest,
        settings: {},
      },
    ],
  });
});

describe.each(Object.keys(functions))('%s', (name) => {
  it.each(Object.keys(troubles))('keeps its secrets after %s', async (trouble) => {
    troubles[trouble]?.();
    const error = await functions[name]!().then(
      (answer) => answer,
      (thrown: unknown) => thrown,
    );
    const refusals = JSON.stringify(await listRefusals(ledger, here));
    // A plan that cannot be made is an answer, and why is on record.
    if (refusals === '[]') expect(error).toBeInstanceOf(Error);
    else expect(error).toEqual({ kind: 'refused' });
    expect(error).not.toMatchObject({ name: 'CONTRACT_BROKEN' });
    const thrown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
    if (refusals === '[]') expect(found.log.text()).toContain('"level":"ERROR"');
    expect(thrown + refusals + found.log.text()).not.toMatch(/CANARY/);
  });
});

it('the planted secrets are real: STS hands them out and the ledger keeps them', async () => {
  expect([canary.secret, canary.token, token].every((secret) => secret.includes('CANARY'))).toBe(true);
  cloudFormationAnswers(awsError('AccessDenied'));
  await functions['verify']!().catch(() => undefined);
  expect(sts).toHaveReceivedCommandWith(AssumeRoleCommand, { ExternalId: 'CANARY-EXTERNAL-ID' });
  const [assumed] = sts.commandCalls(AssumeRoleCommand);
  expect(JSON.stringify(await assumed?.returnValue)).toContain(canary.secret);
});
