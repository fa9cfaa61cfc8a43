import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '#functions/doctor/handler.ts';
import type { DoctorAnswer } from '#shared/domain/doctor/facts.ts';
import { monday } from '#test/builders.ts';
import { awsError, sts } from '../aws/fake-aws.ts';
import { context, deployment } from './deployment.ts';

deployment();
const ask = (target = 'production') => handler({ look: 'diagnosis', target, actor: 'alice', at: monday }, context);
beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  sts.on(AssumeRoleCommand).rejects(awsError('AccessDenied', 'no', 403));
  sts.on(GetCallerIdentityCommand).resolves({
    Account: '111111111111',
    Arn: 'arn:aws:sts::111111111111:assumed-role/drawbridge-orchestrator/drawbridge-doctor',
    UserId: 'AROA1:drawbridge-doctor',
  });
});

describe('the doctor', () => {
  it('answers a diagnosis, also of a target that cannot be reached at all', async () => {
    const answer = await ask();
    expect(answer).toMatchObject({
      kind: 'diagnosed',
      diagnosis: { target: 'production', account: '333333333333', region: 'eu-west-1', at: monday },
    });
    const { checks } = (answer as Extract<DoctorAnswer, { kind: 'diagnosed' }>).diagnosis;
    expect(checks.map(({ check, verdict }) => `${check}: ${verdict}`)).toEqual([
      ...['identity: ok', 'clock: unknown', 'record: ok', 'region: unknown', 'assume preview: failed'],
      ...['assume deploy: failed', 'assume audit: failed', 'guard: unknown', 'version: unknown'],
      ...['permissions preview: unknown', 'permissions deploy: unknown', 'permissions audit: unknown'],
      'events: unknown',
    ]);
    expect(JSON.stringify(answer)).not.toContain('external-id-of');
  });

  it('knows only targets on record', async () => {
    expect(await ask('nowhere')).toMatchObject({ kind: 'refused', problem: { code: 'TARGET_UNKNOWN' } });
    expect(sts.calls()).toEqual([]);
  });
});
