import { AssumeRoleCommand, DecodeAuthorizationMessageCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { handler } from '#functions/broker/handler.ts';
import { listBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { recordDeployment } from '#shared/aws/ledger/deployments.ts';
import { recordPromotion } from '#shared/aws/ledger/promotions.ts';
import { aDeployment, aPromotion, monday, otherPromotionId, promotionId } from '#test/builders.ts';
import { awsError, canary, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, found } = deployment();
const wish = { target: 'production', reason: 'INC-7', use: 'exec', seconds: 900 };
const request = { kind: 'session', wish, actor: 'alice', at: monday, request: 'r-1' };
const ask = (change: object = {}) => handler({ ...request, ...change }, context);

describe('the broker', () => {
  it('opens an audit-role session in the name of the person, and records it', async () => {
    const answer = await ask();
    const recorded = (await listBrokered(ledger, 'production', { limit: 9 })).items;
    expect(answer).toMatchObject({ kind: 'opened', credentials: { accessKeyId: 'ASIA1', sessionToken: canary.token } });
    expect(recorded).toEqual([
      {
        ...{ target: 'production', account: '333333333333', region: 'eu-west-1', actor: 'alice', at: monday },
        ...{ request: 'r-1', reason: 'INC-7', use: 'exec', role: 'drawbridge-audit', sessionName: 'usr-alice' },
        ...{ sourceIdentity: 'usr-alice', expiresAt: expect.any(String) },
      },
    ]);
    expect(answer).toMatchObject({ session: recorded[0] });
    expect(sts).toHaveReceivedCommandExactlyOnceWith(AssumeRoleCommand, {
      RoleArn: 'arn:aws:iam::333333333333:role/drawbridge/drawbridge-audit',
      SourceIdentity: 'usr-alice',
      DurationSeconds: 900,
    });
  });

  it('keeps the credentials out of the ledger and of the log', async () => {
    await ask();
    expect(JSON.stringify((await listBrokered(ledger, 'production', { limit: 9 })).items)).not.toMatch(
      /CANARY|ASIA|external-id/,
    );
    expect(found.log.text()).toContain('broker ended');
    expect(found.log.text()).not.toMatch(/CANARY|ASIA|external-id/);
  });

  it('gives nothing out that it cannot record', async () => {
    await ask();
    expect(await ask()).toEqual({ kind: 'refused', problem: expect.objectContaining({ code: 'SESSION_RECORDED' }) });
  });

  it.each<[string, () => void, object, string]>([
    ['a target nobody knows', () => undefined, { wish: { ...wish, target: 'nowhere' } }, 'TARGET_UNKNOWN'],
    [
      'a role that does not let it in',
      () => void sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'no', 403)),
      {},
      'ASSUME_ROLE_DENIED',
    ],
  ])('refuses %s in words, and records nothing', async (_, given, change, code) => {
    given();
    expect(await ask(change)).toMatchObject({ kind: 'refused', problem: { code } });
    expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toEqual([]);
    expect(found.log.text()).toContain(`"code":"${code}"`);
  });

  it.each([
    ['a role', { wish: { ...wish, role: 'deploy' } }],
    ['no actor', { actor: undefined }],
    ['an hour and a second', { wish: { ...wish, seconds: 3601 } }],
  ])('has no room for %s', async (_, change) => {
    await expect(ask(change)).rejects.toThrow();
    expect(sts.calls()).toEqual([]);
  });
});

describe('the broker decodes what AWS denied', () => {
  const decoding = (message: object, change: object = {}) =>
    handler(
      { kind: 'decoding', target: 'production', message, actor: 'alice', at: monday, request: 'r-2', ...change },
      context,
    );
  const encoded = 'e'.repeat(300);
  const text = `Vpc CREATE_FAILED: Encoded authorization failure message: ${encoded} (Service: Ec2)`;
  const decided = JSON.stringify({
    explicitDeny: true,
    matchedStatements: { items: [{ statementId: 'NoVpc' }] },
    context: { principal: { arn: 'arn:execution' }, action: 'ec2:CreateVpc', resource: 'arn:vpc-CANARY' },
  });
  const denial = { explicit: true, action: 'ec2:CreateVpc', resource: 'arn:vpc-CANARY', statements: ['NoVpc'] };
  const stsDecodes = () =>
    sts.on(DecodeAuthorizationMessageCommand, { EncodedMessage: encoded }).resolves({ DecodedMessage: decided });

  it('from the record of a promotion, with a session that may do nothing else, and records that, not what', async () => {
    stsDecodes();
    await recordPromotion(ledger, aPromotion());
    const reason = { code: 'STACK_FAILED', text, resource: 'Vpc', target: 'production' };
    await recordDeployment(ledger, aDeployment({ outcome: 'failed', reason }));
    expect(await decoding({ promotion: promotionId })).toMatchObject({
      kind: 'decoded',
      decoded: { target: 'production', messages: [{ where: 'Vpc', kind: 'denial', denial }] },
    });
    const { Policy = '', SourceIdentity } = sts.commandCalls(AssumeRoleCommand)[0]!.args[0].input;
    expect([SourceIdentity, JSON.parse(Policy).Statement]).toEqual([
      'usr-alice',
      [{ Effect: 'Allow', Action: 'sts:DecodeAuthorizationMessage', Resource: '*' }],
    ]);
    const recorded = (await listBrokered(ledger, 'production', { limit: 9 })).items;
    expect(recorded).toMatchObject([
      { actor: 'alice', at: monday, use: 'decode', reason: `authorization message of ${promotionId}`, request: 'r-2' },
    ]);
    expect(`${JSON.stringify(recorded)}${found.log.text()}`).not.toMatch(/CANARY|ec2:|eeee/);
  });

  it('out of a text', async () => {
    stsDecodes();
    expect(await decoding({ text: `${text}…` })).toMatchObject({ decoded: { messages: [{ kind: 'denial', denial }] } });
    expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toMatchObject([
      { use: 'decode', reason: 'authorization message that was handed in' },
    ]);
  });

  it('opens no session where there is nothing to decode', async () => {
    const answer = await decoding({ text: 'User: x is not authorized to perform: s3:GetObject' });
    expect(answer).toMatchObject({ decoded: { messages: [{ kind: 'none', code: 'MESSAGE_ABSENT' }] } });
    expect(sts.calls()).toEqual([]);
    expect((await listBrokered(ledger, 'production', { limit: 9 })).items).toEqual([]);
  });

  it('for a promotion and a target on record alone', async () => {
    expect(await decoding({ promotion: otherPromotionId })).toMatchObject({ problem: { code: 'PROMOTION_UNKNOWN' } });
    expect(await decoding({ text }, { target: 'nowhere' })).toMatchObject({ problem: { code: 'TARGET_UNKNOWN' } });
    expect(sts.calls()).toEqual([]);
  });
});
