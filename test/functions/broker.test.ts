import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { handler } from '#functions/broker/handler.ts';
import { listBrokered } from '#shared/aws/ledger/brokered-sessions.ts';
import { monday } from '#test/builders.ts';
import { awsError, canary, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

const { ledger, found } = deployment();
const wish = { target: 'production', reason: 'INC-7', use: 'exec', seconds: 900 };
const request = { wish, actor: 'alice', at: monday, request: 'r-1' };
const ask = (change: object = {}) => handler({ ...request, ...change }, context);

describe('the broker', () => {
  it('opens an audit-role session in the name of the person, and records it', async () => {
    const answer = await ask();
    const recorded = await listBrokered(ledger, 'production');
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
    expect(JSON.stringify(await listBrokered(ledger, 'production'))).not.toMatch(/CANARY|ASIA|external-id/);
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
    expect(await listBrokered(ledger, 'production')).toEqual([]);
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
