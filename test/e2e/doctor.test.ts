/** The doctor on a healthy target, and on one that is broken in each way: it names what is broken and nothing else. */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { diagnoseTarget } from '#cli/client/diagnoses.ts';
import type { World } from '#sandbox/kernel.ts';
import { homeRegion, sharedServicesAccount } from '#sandbox/organization.ts';
import { readTarget, recordTarget, type TargetRecord } from '#shared/aws/ledger/targets.ts';
import type { Diagnosis } from '#shared/domain/doctor/facts.ts';
import { needsOf } from '#shared/domain/doctor/needs.ts';
import type { TargetRole } from '#shared/domain/names.ts';
import { logged } from '../lambda/logged.ts';
import { editPolicy, roleIn } from './break.ts';
import { functionCredentials, ledgerOf } from './clients.ts';
import { openRehearsal, preProduction, production, type Rehearsal } from './rehearsed-world.ts';
import { promote } from './small-release.ts';

let rehearsal: Rehearsal;
let whole: Pick<World, 'iam' | 'events' | 'organization'>;
let onboarded: TargetRecord;
beforeAll(async () => {
  rehearsal = await openRehearsal();
  const { iam, events, organization } = rehearsal.sandbox.world;
  whole = structuredClone({ iam, events, organization });
  onboarded = await readTarget(ledgerOf(rehearsal), 'production');
}, 120_000);
afterAll(() => rehearsal.close());
/** What a test broke is made whole again. */
afterEach(async () => {
  Object.assign(rehearsal.sandbox.world, structuredClone(whole));
  await recordTarget(ledgerOf(rehearsal), onboarded);
});

const diagnose = () => diagnoseTarget(rehearsal.apiAs('alice'), 'production');
const notOk = ({ checks }: Diagnosis) =>
  checks.filter(({ verdict }) => verdict !== 'ok').map(({ check, verdict, says }) => [check, verdict, says]);
const role = (name: TargetRole) => roleIn(rehearsal.sandbox, production.account, `drawbridge-${name}`);
const ruleArn = `arn:aws:events:${homeRegion}:${production.account}:rule/drawbridge-stack-events`;
const rerecord = (change: Partial<TargetRecord>) => recordTarget(ledgerOf(rehearsal), { ...onboarded, ...change });
const afterAudit = ['version', 'permissions preview', 'permissions deploy', 'permissions audit', 'events'].map(
  (check) => [...[check, 'unknown', expect.any(String)]],
);
const unreachable = [
  ['region', 'unknown', expect.any(String)],
  ...['preview', 'deploy', 'audit'].map((name) => [
    ...[`assume ${name}`, 'failed', 'sts:AssumeRole is denied, and AWS does not say why'],
  ]),
  ['guard', 'unknown', expect.any(String)],
  ...afterAudit,
];

describe('a healthy target', () => {
  it('passes every check without anything being changed', async () => {
    rehearsal.sandbox.resetCalls();
    const diagnosis = await diagnose();
    expect(notOk(diagnosis)).toEqual([]);
    expect(diagnosis.checks).toHaveLength(13);
    const operations = Object.entries(rehearsal.sandbox.calls()).flatMap(([service, counts]) =>
      Object.keys(counts).map((operation) => `${service}:${operation}`),
    );
    const reads =
      /^(sts:(AssumeRole|GetCallerIdentity)|\w+:(Get|List|Describe|Query)\w*|lambda:Invoke|execute-api:\w+)$/;
    expect(operations.filter((operation) => !reads.test(operation))).toEqual([]);
  });

  it('may hold its permissions in a managed policy', async () => {
    const everything = 'arn:aws:iam::aws:policy/AdministratorAccess';
    Object.assign(role('preview'), { inlinePolicies: {}, attachedPolicies: [everything] });
    expect(notOk(await diagnose())).toEqual([]);
  });

  it('is seen in CloudTrail as a diagnosis that somebody asked for', async () => {
    await diagnose();
    const subjects = Object.values(rehearsal.sandbox.world.sts.sessions).flatMap(({ caller }) =>
      caller.account === production.account && 'sourceIdentity' in caller ? [caller.sourceIdentity] : [],
    );
    expect(new Set(subjects)).toEqual(new Set(['prm-doctor-alice']));
  });
});

describe('a broken target', () => {
  it.each<[string, () => unknown, unknown[][]]>([
    [
      'a role is missing',
      () => {
        delete rehearsal.sandbox.world.iam.accounts[production.account]?.roles['drawbridge-preview'];
      },
      [
        ['assume preview', 'failed', 'the role drawbridge-preview does not exist in 333333333333'],
        ['permissions preview', 'unknown', 'the role could not be read'],
      ],
    ],
    [
      'the trust names a role that was deleted',
      () => {
        const deploy = role('deploy');
        const { id } = roleIn(rehearsal.sandbox, sharedServicesAccount, 'drawbridge-orchestrator');
        deploy.trust = deploy.trust.replaceAll(id, 'AROADELETEDDELETED001');
      },
      [
        [
          ...['assume deploy', 'failed'],
          'sts:AssumeRole: its trust policy names AROADELETEDDELETED001 (a role that was deleted) instead of the orchestrator role',
        ],
      ],
    ],
    [
      'the trust names another role',
      () => {
        const deploy = role('deploy');
        const api = roleIn(rehearsal.sandbox, sharedServicesAccount, 'drawbridge-api');
        const { id } = roleIn(rehearsal.sandbox, sharedServicesAccount, 'drawbridge-orchestrator');
        deploy.trust = deploy.trust.replaceAll(id, api.id);
      },
      [
        [
          ...['assume deploy', 'failed'],
          'sts:AssumeRole: its trust policy names arn:aws:iam::111111111111:role/drawbridge-api instead of the orchestrator role',
        ],
      ],
    ],
    [
      'one role was given another ExternalId',
      () => {
        const preview = role('preview');
        const [, externalId = ''] = /"sts:ExternalId":"([^"]+)"/.exec(preview.trust) ?? [];
        preview.trust = preview.trust.replaceAll(externalId, 'another');
      },
      [['assume preview', 'failed', 'sts:AssumeRole: its trust policy asks for another sts:ExternalId']],
    ],
    [
      'the orchestrator may not assume one of the roles',
      () => {
        const { inlinePolicies } = roleIn(rehearsal.sandbox, sharedServicesAccount, 'drawbridge-orchestrator');
        editPolicy(inlinePolicies, ['role/drawbridge/drawbridge-deploy', 'role/drawbridge/drawbridge-nothing']);
      },
      [
        [
          ...['assume deploy', 'failed'],
          'its trust policy lets us in, so the refusal comes from our side or from the organization',
        ],
      ],
    ],
    ['the ExternalId on record differs', () => rerecord({ externalId: 'another-one' }), unreachable],
    [
      'the record names another account',
      () => rerecord({ account: preProduction.account }),
      [
        [
          ...['record', 'failed'],
          'the records of production and pre-production both name account 222222222222, with different ExternalIds',
        ],
        ...unreachable,
      ],
    ],
    ['the record names an account that is not ours', () => rerecord({ account: '444444444444' }), unreachable],
    [
      'a permission was removed',
      () =>
        editPolicy(role('preview').inlinePolicies, ['"cloudformation:DeleteChangeSet"', '"cloudformation:ListStacks"']),
      [['permissions preview', 'failed', 'missing: cloudformation:DeleteChangeSet (plan)']],
    ],
    [
      'the key of the artifacts was left out',
      () => {
        editPolicy(role('preview').inlinePolicies, ['"kms:Decrypt"', '"kms:DescribeKey"']);
      },
      [['permissions preview', 'failed', 'missing: kms:Decrypt (plan)']],
    ],
    [
      'STS is not active in the region',
      () =>
        Object.assign(rehearsal.sandbox.world.organization.accounts[production.account]!, {
          disabledRegions: [homeRegion],
        }),
      [
        ['region', 'failed', expect.stringMatching(/^AWS STS says: STS is not activated .* account:333333333333/)],
        ...['preview', 'deploy', 'audit'].map((name) => [`assume ${name}`, 'unknown', 'AWS STS is not active there']),
        ['guard', 'unknown', 'no session could be opened'],
        ...afterAudit,
      ],
    ],
    [
      'the account has an old version',
      () => Object.assign(role('audit').tags, { 'drawbridge:version': '1' }),
      [['version', 'failed', 'the account has version 1 of accounts/account.yml, and 6 is needed']],
    ],
    [
      'the rule is missing',
      () => delete rehearsal.sandbox.world.events.rules[ruleArn],
      [['events', 'failed', 'there is no rule drawbridge-stack-events in 333333333333/eu-west-1']],
    ],
    [
      'the rule is disabled',
      () => Object.assign(rehearsal.sandbox.world.events.rules[ruleArn]!, { enabled: false }),
      [['events', 'failed', 'the rule drawbridge-stack-events is disabled']],
    ],
    [
      'the rule forwards nowhere',
      () => Object.assign(rehearsal.sandbox.world.events.rules[ruleArn]!, { targets: [] }),
      [
        [
          'events',
          'failed',
          expect.stringMatching(/forwards nowhere instead of arn:aws:events:eu-west-1:111111111111/),
        ],
      ],
    ],
  ])('%s', async (_, breakIt, expected) => {
    await breakIt();
    const diagnosis = await diagnose();
    expect(notOk(diagnosis)).toEqual(expected);
    expect(diagnosis.checks.filter(({ verdict }) => verdict !== 'ok').every(({ next }) => next !== undefined)).toBe(
      true,
    );
  });

  it('the clock of the orchestrator is wrong', async () => {
    // Run in this process, whose clock is not the one of the simulated organization.
    const { accessKeyId, secretAccessKey, sessionToken } = functionCredentials(rehearsal, 'drawbridge-doctor');
    vi.stubEnv('AWS_ENDPOINT_URL', rehearsal.sandbox.endpoint);
    vi.stubEnv('AWS_REGION', homeRegion);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
    vi.stubEnv('LEDGER_TABLE', rehearsal.outputs['LedgerTable']!);
    logged();
    try {
      const { handler } = await import('#functions/doctor/handler.ts');
      const at = new Date(rehearsal.sandbox.now()).toISOString();
      const answer = await handler({ look: 'diagnosis', target: 'production', actor: 'alice', at }, {} as never);
      expect(answer).toMatchObject({ kind: 'diagnosed' });
      const clock = (answer as { diagnosis: Diagnosis }).diagnosis.checks.find(({ check }) => check === 'clock');
      expect(clock).toMatchObject({
        verdict: 'failed',
        says: expect.stringMatching(/^the clock here is \d+ s (ahead of|behind) AWS STS$/),
      });
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    }
  });
});

it('the needs it judges by are the calls that a promotion makes', async () => {
  expect((await promote(rehearsal, { pipeline: 'needs' })).promotion.status).toBe('succeeded');
  const made = new Set(
    rehearsal.sandbox.journal().flatMap((entry) => {
      if (entry.kind !== 'decision') return [];
      const [, name] = /:assumed-role\/drawbridge-(preview|deploy|audit)\/prm-/.exec(entry.principal) ?? [];
      return name === undefined ? [] : [`${name} ${entry.action}`];
    }),
  );
  const where = { ...production, orchestratorAccount: sharedServicesAccount, stack: 'needs/1' };
  const needed = (['preview', 'deploy', 'audit'] as const).flatMap((name) =>
    needsOf(name, where).map(({ action, step }) => ({ call: `${name} ${action}`, step })),
  );
  expect([...made].filter((call) => !needed.some((need) => need.call === call))).toEqual([]);
  // Made where a stack exists already, a change set turns out to be empty or is refused, settings change, a stack is brought back, a reply
  // was lost, AWS checks more than the sandbox does, a user exists, somebody asks what was denied, probes are asked, alarms are watched, or drift
  // is looked for.
  const stacks = (role: string, ...calls: string[]) => calls.map((call) => `${role} cloudformation:${call}`);
  const rare = [
    ...stacks('preview', 'DeleteChangeSet', 'GetStackPolicy', 'ListChangeSets', 'DescribeEvents', 'ListHookResults'),
    ...stacks('preview', 'ListStackResources', 'ListImports'),
    ...stacks('deploy', 'DescribeStackEvents', 'DescribeStacks', 'SetStackPolicy', 'UpdateTerminationProtection'),
    ...stacks('deploy', 'DescribeStacks', 'ListChangeSets', 'ListStackResources', 'ContinueUpdateRollback'),
    ...stacks('deploy', 'RollbackStack', 'DeleteStack', 'UpdateTerminationProtection'),
    'deploy iam:PassRole',
    'deploy iam:PassRole',
    'audit iam:ListAccessKeys',
    'audit sts:DecodeAuthorizationMessage',
    ...['lambda:InvokeFunction', 'states:StartExecution', 'states:DescribeExecution'].map((call) => `audit ${call}`),
    ...['DescribeAlarms', 'DescribeAlarmHistory'].map((call) => `audit cloudwatch:${call}`),
    ...stacks('audit', 'DetectStackDrift', 'DetectStackResourceDrift', 'DescribeStackResourceDrifts', 'DescribeStacks'),
    ...stacks('audit', 'ListStackResources', 'DescribeStackDriftDetectionStatus'),
  ];
  const unmade = needed.filter(({ call, step }) => step !== 'doctor' && !made.has(call)).map(({ call }) => call);
  expect(unmade.sort()).toEqual(rare.sort());
});
