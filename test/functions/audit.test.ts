/** The account is looked at once more wherever something was executed, however the rollout ended. */
import { ListUsersCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { handler as audit } from '#functions/audit/handler.ts';
import { handler as plan } from '#functions/plan/handler.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { listCleanups } from '#shared/aws/ledger/cleanups.ts';
import { takeLease } from '#shared/aws/ledger/leases.ts';
import { listRefusals } from '#shared/aws/ledger/refusals.ts';
import { recordTouched } from '#shared/aws/ledger/touched-targets.ts';
import { digestOf } from '#shared/domain/release/canonical-json.ts';
import { monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';
import { accountHolds, iam } from '../aws/fake-account.ts';
import { awsError, cloudFormation, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, release } = deployment();
const place = { promotion: promotionId, pipeline: 'orders', environment: 'production', mode: 'promote' } as const;
const here = { ...place, epoch: 1, at: monday, target: 'production' };
const audited = () => audit({ ...here, release: digestOf('release') }, context);
const noted = { promotion: promotionId, environment: 'production', target: 'production', step: 'audit' };
const eve = ['IAM user eve with 1 access key'];

describe('audit', () => {
  it('looks as the audit role where something was executed, and keeps what it finds', async () => {
    await recordTouched(ledger, here);
    accountHolds({ users: [[['eve', 1]]] });
    expect(await audited()).toEqual({ kind: 'audited' });
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ moment: 'after', findings: eve })]);
    expect(await listCleanups(ledger, here)).toEqual([noted]);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      RoleSessionName: `${promotionId}-audit`,
    });
  });

  it.each([
    ['nothing', {}],
    ['something by another promotion', { promotion: otherPromotionId }],
    ['something in another environment', { environment: 'staging' }],
    ['something in another target', { target: 'second' }],
  ])('asks nothing where %s was executed', async (_, elsewhere) => {
    if (Object.keys(elsewhere).length > 0) await recordTouched(ledger, { ...here, ...elsewhere });
    expect(await audited()).toEqual({ kind: 'untouched' });
    expect(await listCleanups(ledger, here)).toEqual([]);
    expect(sts.calls()).toEqual([]);
  });

  it('fails where nobody lets it look, and says nothing of the account', async () => {
    await recordTouched(ledger, here);
    iam.on(ListUsersCommand).rejects(awsError('AccessDenied', 'no', 403));
    await expect(audited()).rejects.toMatchObject({ name: 'ACCESS_DENIED' });
    expect(await listCleanups(ledger, here)).toEqual([{ ...noted, code: 'ACCESS_DENIED' }]);
    expect(await listAudits(ledger, promotionId)).toEqual([]);
  });
});

describe('a later round', () => {
  const planned = async () => plan({ ...here, release: await release(), round: 2, polls: 0 }, context);

  it('plans nothing more in an account that something executed made unclean', async () => {
    await takeLease(ledger, place, monday);
    await recordTouched(ledger, here);
    accountHolds({ users: [[['eve', 1]]] });
    expect(await planned()).toEqual({ kind: 'refused' });
    expect(await listRefusals(ledger, place)).toMatchObject([{ reason: { code: 'ACCOUNT_NOT_CLEAN' } }]);
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ moment: 'after', findings: eve })]);
    expect(cloudFormation.calls()).toEqual([]);
  });

  it('is audited only where something was executed', async () => {
    await takeLease(ledger, place, monday);
    await planned().catch(() => undefined);
    expect(iam.calls()).toEqual([]);
    await recordTouched(ledger, here);
    await planned().catch(() => undefined);
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ moment: 'after' })]);
  });
});
