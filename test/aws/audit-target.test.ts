import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { auditTarget, requireClean } from '#shared/aws/audit-target.ts';
import { listAudits } from '#shared/aws/ledger/audits.ts';
import { aTarget, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { anAudit } from '#test/domain/audit/audit-builders.ts';
import { accountHolds, fakeAccount } from './fake-account.ts';
import { fakeAws, sts, stsTrusts } from './fake-aws.ts';
import { ledgerTable } from './ledger-table.ts';

fakeAws();
fakeAccount();
const { ledger } = ledgerTable();
const asked = {
  promotion: promotionId,
  environment: 'production',
  target: aTarget(),
  moment: 'before',
  at: monday,
} as const;
beforeEach(() => stsTrusts());

describe('auditing a target', () => {
  it('looks as the audit role of the promotion, and keeps what it found', async () => {
    expect(await auditTarget(ledger, asked)).toEqual(anAudit());
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit()]);
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      RoleSessionName: `${promotionId}-audit`,
      SourceIdentity: promotionId,
    });
  });

  it('keeps the audits of each moment, environment, target and promotion apart', async () => {
    await auditTarget(ledger, asked);
    await auditTarget(ledger, { ...asked, moment: 'after' });
    await auditTarget(ledger, { ...asked, environment: 'pre-production' });
    await auditTarget(ledger, { ...asked, target: aTarget({ name: 'second' }) });
    await auditTarget(ledger, { ...asked, promotion: otherPromotionId });
    const audits = await listAudits(ledger, promotionId);
    expect(audits.map(({ environment, target, moment }) => [environment, target, moment])).toEqual([
      ['pre-production', 'production', 'before'],
      ['production', 'production', 'after'],
      ['production', 'production', 'before'],
      ['production', 'second', 'before'],
    ]);
  });

  it('records the findings before it stops anything', async () => {
    accountHolds({ users: [[['eve', 1]]] });
    await expect(requireClean(ledger, asked)).rejects.toMatchObject({
      name: 'ACCOUNT_NOT_CLEAN',
      problem: { exit: 3, place: { account: '333333333333' } },
    });
    expect(await listAudits(ledger, promotionId)).toEqual([anAudit({ findings: ['IAM user eve with 1 access key'] })]);
  });

  it('finds afterwards who else is let in, and nobody who was before', async () => {
    const trusting = (principal: string) => ({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' }],
    });
    const partner = ['arn:aws:iam::333333333333:role/partner', trusting('444444444444')] as const;
    const eve = ['arn:aws:iam::333333333333:role/eve', trusting('*')] as const;
    const okta = 'arn:aws:iam::333333333333:saml-provider/okta';
    const provider = 'arn:aws:iam::333333333333:oidc-provider/eve.example';
    accountHolds({ roles: [[partner]], samlProviders: [okta] });
    expect(await auditTarget(ledger, asked)).toMatchObject({ clean: true });
    accountHolds({ roles: [[partner], [eve]], samlProviders: [okta], oidcProviders: [provider] });
    expect(await auditTarget(ledger, { ...asked, moment: 'after' })).toMatchObject({
      clean: false,
      findings: ['new: role eve, which lets in anyone (*)', `new: identity provider ${provider}`],
    });
  });

  it('lets a clean account pass', async () => {
    await expect(requireClean(ledger, asked)).resolves.toBeUndefined();
  });
});
