/** The account is proved clean before anything is planned and after everything is deployed. */
import { DescribeChangeSetCommand, DescribeStacksCommand, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { handler as plan } from '#functions/plan/handler.ts';
import { handler as verify } from '#functions/verify/handler.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { monday, promotionId, stackId, templateText } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';
import { accountHolds, iam } from '../aws/fake-account.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const here = {
  promotion: promotionId,
  pipeline: 'orders',
  environment: 'production',
  mode: 'promote',
  epoch: 1,
  target: 'production',
} as const;
const planned = async (polls = 0) => plan({ ...here, release: await release(), at: monday, round: 1, polls }, context);
const refused = async () => (await listRefusals(ledger, here)).map(({ reason }) => reason.code);
const verified = async () =>
  verify({ ...here, release: await release(), at: monday, stacks: ['api'], complete: true, polls: 0 }, context);
const assumed = () => sts.commandCalls(AssumeRoleCommand).map(({ args }) => args[0].input.RoleSessionName);
const eve = ['IAM user eve with 1 access key'];

beforeEach(async () => {
  await takeLease(ledger, here, monday);
  cloudFormation.on(DescribeStacksCommand).resolves({
    Stacks: [
      {
        ...{ StackId: stackId, StackStatus: 'UPDATE_COMPLETE', StackName: 'orders-api', CreationTime: new Date(0) },
        Tags: [{ Key: 'drawbridge:pipeline', Value: 'orders' }],
        Capabilities: ['CAPABILITY_IAM'],
        RoleARN: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-execution',
      },
    ],
  });
  cloudFormation.on(GetTemplateCommand).resolves({ TemplateBody: templateText('api') });
});

describe('before the rollout', () => {
  it('a clean account is put on the record, and the plan is made', async () => {
    expect(await planned()).toMatchObject({ kind: 'planned' });
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit()]);
    expect(assumed()).toEqual([`${promotionId}-audit`, `${promotionId}-plan`]);
  });

  it('an account with a user is put on the record, and nothing is asked of CloudFormation', async () => {
    accountHolds({ users: [[['eve', 1]]] });
    expect(await planned()).toEqual({ kind: 'refused' });
    expect(await refused()).toEqual(['ACCOUNT_NOT_CLEAN']);
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ findings: eve })]);
    expect(cloudFormation.calls()).toEqual([]);
  });

  it('is looked at once, not each time the step looks for its change sets', async () => {
    cloudFormation.on(DescribeChangeSetCommand).rejects(awsError('ChangeSetNotFound'));
    expect(await planned(1)).toMatchObject({ kind: 'planned' });
    expect(iam.calls()).toEqual([]);
  });

  it('an account that cannot be looked at is not taken for clean', async () => {
    iam.on(ListUsersCommand).rejects(awsError('AccessDenied', 'no', 403));
    expect(await planned()).toEqual({ kind: 'refused' });
    expect(await refused()).toEqual(['ACCESS_DENIED']);
    expect(cloudFormation.calls()).toEqual([]);
  });
});

describe('after the rollout', () => {
  it('a clean account is put on the record', async () => {
    expect(await verified()).toEqual({ kind: 'verified' });
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ moment: 'after' })]);
  });

  it('a user that was made meanwhile fails the verification, with stacks as good as they may be', async () => {
    accountHolds({ users: [[['eve', 1]]] });
    expect(await verified()).toEqual({
      kind: 'not-verified',
      reason: {
        ...{ code: 'ACCOUNT_NOT_CLEAN', target: 'production' },
        text: 'Account 333333333333 is not clean after the rollout: IAM user eve with 1 access key.',
        next: 'Remove them, find out in CloudTrail who made them, then promote again.',
      },
    });
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ moment: 'after', findings: eve })]);
  });
});
