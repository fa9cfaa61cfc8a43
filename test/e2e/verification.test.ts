/**
 * Probes and soaks over the wire, with the shipped roles: what the environment verifies is asked in the target, as the audit role, and may be nothing
 * else. The functions of the template never run here; what they answer is the sandbox's default, or a fault.
 */

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { requestPromotion } from '#cli/client/promotions.ts';
import { publishRelease } from '#cli/client/releases.ts';
import type { StandIn } from '#sandbox/lambda/registry.ts';
import { readTarget } from '#shared/aws/ledger/targets.ts';
import { listVerifications } from '#shared/aws/ledger/verifications.ts';
import { readRelease } from '#shared/aws/releases.ts';
import { forgetSessions } from '#shared/aws/sessions.ts';
import { soakTarget } from '#shared/aws/soak.ts';
import { verifyTarget } from '#shared/aws/verify-target.ts';
import type { PromotionId } from '#shared/domain/identifiers.ts';
import { invoke } from './clients.ts';
import { packagedFrom } from './packaged-from.ts';
import { openRehearsal, preProduction, type Rehearsal } from './rehearsed-world.ts';
import { ended } from './small-release.ts';

/** What a test lets the role of Drawbridge's functions do; set before the function is invoked. */
let work: () => Promise<unknown> = async () => undefined;
const asOrchestrator: StandIn = async (_event, { environment }) => {
  forgetSessions();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    return { answer: await work() };
  } finally {
    vi.unstubAllEnvs();
  }
};

let rehearsal: Rehearsal;
let id: PromotionId;
let digest: string;
beforeAll(async () => {
  // The diagnosis is not what is tested here: its function lends its role.
  rehearsal = await openRehearsal({ standIns: { 'drawbridge-doctor': asOrchestrator } });
  const packaged = await verifiedRelease();
  const api = rehearsal.apiAs('alice');
  digest = (await publishRelease(api, packaged)).digest;
  id = (await requestPromotion(api, { release: digest, environments: ['pre-production'], idempotencyKey: 'verified' }))
    .id;
  expect((await ended(rehearsal, id)).promotion.status).toBe('succeeded');
}, 240_000);
afterAll(() => rehearsal.close());
afterEach(() => rehearsal.strike());

const places = () => ({
  ledger: { table: rehearsal.outputs['LedgerTable'] ?? '' },
  documents: { bucket: rehearsal.outputs['DocumentsBucket'] ?? '' },
  outside: { sandbox: rehearsal.sandbox.endpoint },
});
const now = () => new Date(rehearsal.sandbox.now()).toISOString();

/** Does something as the orchestrator role, over the wire. */
async function asRole<Answer>(what: () => Promise<Answer>): Promise<Answer> {
  let thrown: unknown;
  work = () =>
    what().catch((error: unknown) => {
      thrown = error;
    });
  const { answer } = (await invoke(rehearsal, 'drawbridge-doctor', {})) as { answer: Answer };
  if (thrown !== undefined) throw thrown;
  return answer;
}

const verify = (series: number, polls = 0) =>
  asRole(async () => {
    const target = await readTarget(places().ledger, preProduction.name);
    const release = await readRelease(places().documents, digest);
    const asked = { promotion: id, environment: 'pre-production', target, release, at: now(), polls, series };
    return verifyTarget(places(), asked);
  });

describe('a promotion', () => {
  const promoted = async (key: string) => {
    const wish = { release: digest, environments: ['pre-production'], idempotencyKey: key, mode: 'verify' } as const;
    const api = rehearsal.apiAs('alice');
    return ended(rehearsal, (await requestPromotion(api, wish)).id);
  };
  const reasons = ({ promotion, rollouts }: Awaited<ReturnType<typeof promoted>>) => [
    promotion.status,
    rollouts.flatMap((rollout) => rollout.reasons.map(({ code }) => code)),
  ];
  const { account } = preProduction;

  it('verifies again what runs, and finds it good', async () => {
    expect(reasons(await promoted('again'))).toEqual(['unchanged', []]);
  });

  it('fails where a probe says no, and is errored where it cannot be asked', async () => {
    const fault = { kind: 'probe', account, probe: 'drawbridge-verify-load', reason: 'Injected', times: 6 } as const;
    rehearsal.strike({ ...fault, outcome: 'failed' });
    expect(reasons(await promoted('no'))).toEqual(['failed', ['PROBE_FAILED']]);
    rehearsal.strike({ ...fault, outcome: 'error' });
    expect(reasons(await promoted('error'))).toEqual(['errored', ['PROBE_ERROR']]);
  });

  it('fails where an alarm goes off while it soaks, also if it comes back', async () => {
    const reason = 'Injected: 5xx';
    rehearsal.strike({ kind: 'alarm', account, alarm: 'verified-any', after: 660_000, lasts: 60_000, reason });
    expect(reasons(await promoted('alarm'))).toEqual(['failed', ['SOAK_FAILED']]);
  });
});

describe('the probes of an environment', () => {
  it('are asked in the target, one after the other, and are on record', async () => {
    expect(await verify(7)).toEqual({ kind: 'pending', polls: 1, waitSeconds: 10 });
    await rehearsal.sandbox.advance(10_000);
    expect(await verify(7, 1)).toEqual({ kind: 'verified' });
    const attempts = (await asRole(() => listVerifications(places().ledger, id))).filter(({ series }) => series === 7);
    expect(attempts.map(({ probe, outcome, output }) => [probe, outcome, output])).toEqual([
      ['drawbridge-verify-orders', 'passed', '{"kind":"passed"}'],
      ['GET verified.Url/health', 'passed', '200\n'],
      ['drawbridge-verify-load', 'passed', expect.stringMatching(/^SUCCEEDED\n/)],
    ]);
  });

  it('are asked by sessions of the audit role that may ask this one', () => {
    const principals = rehearsal.sandbox
      .journal()
      .flatMap((entry) => (entry.kind === 'decision' && /drawbridge-verify-/.test(entry.resource) ? [entry] : []))
      .filter(({ action }) => /^(lambda:InvokeFunction|states:(Start|Describe)Execution)$/.test(action));
    const names = principals.map(({ principal }) => principal.replace(/prm-[0-9a-f]{16}/, 'prm-…'));
    expect([...new Set(names)]).toEqual([
      `arn:aws:sts::${preProduction.account}:assumed-role/drawbridge-audit/prm-…-verify`,
    ]);
    expect(principals.every(({ allowed }) => allowed)).toBe(true);
  });

  const struck = { account: preProduction.account, reason: 'Injected', times: 6 };
  it.each([
    ['drawbridge-verify-orders', 1],
    ['verified.Url', 2],
    ['drawbridge-verify-load', 3],
  ])('%s that says no fails the verification, and one that cannot be asked does not', async (probe, number) => {
    const strike = (outcome: 'failed' | 'error') => rehearsal.strike({ kind: 'probe', probe, outcome, ...struck });
    const untilItEnds = async (series: number) => {
      for (let polls = 0; ; polls += 1) {
        const found = await verify(series, polls);
        if (found.kind !== 'pending') return found;
        await rehearsal.sandbox.advance(found.waitSeconds * 1000);
      }
    };
    strike('failed');
    expect(await untilItEnds(10 * number)).toMatchObject({ kind: 'not-verified', reason: { code: 'PROBE_FAILED' } });
    strike('error');
    await expect(untilItEnds(10 * number + 1)).rejects.toMatchObject({ name: 'PROBE_ERROR' });
  });
});

describe('a soak', () => {
  const alarms = ['verified-errors', 'verified-any'];
  const look = (startedAt: string, targetStartedAt = startedAt, minutes = 10) =>
    asRole(async () =>
      soakTarget({
        ...{ promotion: id, environment: 'pre-production', at: now(), targetStartedAt, startedAt },
        target: await readTarget(places().ledger, preProduction.name),
        settings: { alarms, insufficientData: 'fail' },
        endsAt: new Date(Date.parse(startedAt) + minutes * 60_000).toISOString(),
      }),
    );

  it('ends when its time is over and every alarm was OK', async () => {
    const begun = now();
    expect(await look(begun)).toMatchObject({ kind: 'pending' });
    await rehearsal.sandbox.advance(300_000);
    expect(await look(begun)).toMatchObject({ kind: 'pending' });
    await rehearsal.sandbox.advance(300_000);
    expect(await look(begun)).toEqual({ kind: 'soaked' });
  });

  it.each(['verified-errors', 'verified-any'])('notices that %s went off between two looks', async (alarm) => {
    const begun = now();
    const { account } = preProduction;
    rehearsal.strike({ kind: 'alarm', account, alarm, after: 60_000, lasts: 60_000, reason: 'Injected: 5xx' });
    expect(await look(begun)).toMatchObject({ kind: 'pending' });
    await rehearsal.sandbox.advance(300_000);
    expect(await look(begun)).toMatchObject({
      kind: 'failed',
      reason: { code: 'SOAK_FAILED', resource: alarm, text: expect.stringContaining('Injected: 5xx') },
    });
  });

  it('fails for an alarm that went off since the target was started, and says nothing where it was off before', async () => {
    const { account } = preProduction;
    const begun = now();
    await rehearsal.sandbox.advance(1000);
    rehearsal.strike({ kind: 'alarm', account, alarm: 'verified-errors', after: 0, reason: 'Injected: 5xx' });
    expect(await look(now(), begun)).toMatchObject({ kind: 'failed', reason: { code: 'SOAK_FAILED' } });
    await rehearsal.sandbox.advance(1000);
    expect(await look(now())).toMatchObject({ kind: 'failed', reason: { code: 'SOAK_NOT_READY' } });
  });

  it('keeps a promotion from starting anything in its target while an alarm is off', async () => {
    const { account } = preProduction;
    rehearsal.strike({ kind: 'alarm', account, alarm: 'verified-errors', after: 0, reason: 'Injected: 5xx' });
    const wish = { release: digest, environments: ['pre-production'], idempotencyKey: 'alarmed' };
    const { id: alarmed } = await requestPromotion(rehearsal.apiAs('alice'), wish);
    const { rollouts, deployments } = await ended(rehearsal, alarmed);
    expect(rollouts).toMatchObject([{ status: 'failed', reasons: [{ code: 'SOAK_NOT_READY' }] }]);
    expect(deployments).toEqual([]);
  });
});

async function verifiedRelease() {
  return packagedFrom({
    'templates/verified.yaml': template,
    'drawbridge.yml': configuration,
  });
}

const boundary =
  'PermissionsBoundary: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/drawbridge/drawbridge-boundary';
const roleOf = (service: string) => `    Type: AWS::IAM::Role
    Properties:
      ${boundary}
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: ${service}.amazonaws.com }, Action: sts:AssumeRole }]`;
const template = `AWSTemplateFormatVersion: '2010-09-09'
Resources:
  ProbeRole:
${roleOf('lambda')}
  Probe:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: drawbridge-verify-orders
      Runtime: nodejs24.x
      Handler: index.handler
      Role: !GetAtt ProbeRole.Arn
      Code: { ZipFile: 'exports.handler = async () => ({ kind: "passed" })' }
  LoadRole:
${roleOf('states')}
  Load:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      StateMachineName: drawbridge-verify-load
      RoleArn: !GetAtt LoadRole.Arn
      DefinitionString: '{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}'
  Errors:
    Type: AWS::CloudWatch::Alarm
    Properties:
      AlarmName: verified-errors
      Namespace: Orders
      MetricName: Errors
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanThreshold
  Any:
    Type: AWS::CloudWatch::CompositeAlarm
    DependsOn: Errors
    Properties: { AlarmName: verified-any, AlarmRule: ALARM(verified-errors) }
Outputs:
  Url: { Value: https://orders.example.com }
`;
const configuration = `apiVersion: drawbridge/v1
kind: Pipeline
metadata: { name: verified }
stacks:
  - { name: verified, template: templates/verified.yaml, stackName: verified, capabilities: [CAPABILITY_IAM] }
environments:
  - name: pre-production
    targets: { matchLabels: { env: pre-production } }
    verify:
      - lambda: drawbridge-verify-orders
      - http: { output: { stack: verified, name: Url }, path: /health }
      - stateMachine: drawbridge-verify-load
    soak: { for: 15m, alarms: [verified-errors, verified-any] }
`;
