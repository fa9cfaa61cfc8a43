import { describe, expect, it } from 'vitest';
import { accountVersion, diagnose, versionTag } from '#shared/domain/doctor/diagnose.ts';
import {
  DiagnosisWish,
  type DoctorFacts,
  DoctorRequest,
  doctorSubject,
  doctorVisit,
} from '#shared/domain/doctor/facts.ts';
import { evaluate } from '#shared/domain/iam/evaluate.ts';
import { monday } from '#test/builders.ts';
import { account, anything, parsed, sessionOf } from '#test/infra/target-policies.ts';
import { healthy, liveRole, read, refused, subject, target } from './healthy.ts';

const checkOf = (facts: DoctorFacts, name: string) => diagnose(facts).find(({ check }) => check === name);

describe('a healthy target', () => {
  it('passes every check, and nothing is to be done', () => {
    const checks = diagnose(healthy());
    expect(checks.map(({ check, verdict, next }) => [check, verdict, next])).toEqual(
      [
        ...['identity', 'clock', 'record', 'region', 'assume preview', 'assume deploy', 'assume audit', 'guard'],
        ...['version', 'permissions preview', 'permissions deploy', 'permissions audit', 'events'],
      ].map((check) => [check, 'ok', undefined]),
    );
  });

  it('is told of with its ExternalId nowhere', () => {
    expect(JSON.stringify(diagnose(healthy()))).not.toContain(target.externalId);
  });
});

describe.each<[string, [string, Partial<DoctorFacts>, 'ok' | 'failed' | 'unknown', RegExp][]]>([
  [
    'identity',
    [
      [
        'another role',
        {
          orchestrator: read({
            ...{ account: '111111111111', roleId: 'AROA1', region: 'eu-west-1' },
            arn: 'arn:aws:sts::111111111111:assumed-role/drawbridge-api/drawbridge-api',
          }),
        },
        'failed',
        /drawbridge-api, which no target trusts/,
      ],
      ['STS refuses', { orchestrator: refused('ExpiredToken') }, 'failed', /AWS STS answered ExpiredToken/],
      ['nothing was asked', { orchestrator: { kind: 'not-asked' } }, 'failed', /not asked/],
    ],
  ],
  [
    'clock',
    [
      ['in step', {}, 'ok', /^in step with AWS STS$/],
      ['5 minutes ahead', { clock: { ours: '2026-01-05T09:05:00Z', theirs: monday } }, 'ok', /300 s ahead of/],
      ['more ahead', { clock: { ours: '2026-01-05T09:05:01Z', theirs: monday } }, 'failed', /301 s ahead of/],
      ['behind', { clock: { ours: '2026-01-05T08:54:59Z', theirs: monday } }, 'failed', /clock here is 301 s behind/],
      ['no time was said', { clock: { ours: monday } }, 'unknown', /did not say/],
    ],
  ],
  [
    'record',
    [
      [
        'the orchestrator’s own account',
        { target: { ...target, account: '111111111111' } },
        'failed',
        /orchestrator's own account/,
      ],
      [
        'the ExternalId of another account',
        { records: [target, { ...target, name: 'billing', account: '444444444444' }] },
        'failed',
        /account 222222222222 with the ExternalId of billing in 444444444444/,
      ],
      [
        'the account of another target, with another ExternalId',
        { records: [target, { ...target, name: 'billing', externalId: 'other' }] },
        'failed',
        /orders and billing both name account 222222222222, with different ExternalIds/,
      ],
      [
        'two regions of one account',
        { records: [target, { ...target, name: 'billing', region: 'eu-central-1' }] },
        'ok',
        /account 222222222222/,
      ],
      ['nobody knows who we are', { orchestrator: refused('ExpiredToken') }, 'ok', /account 222222222222/],
    ],
  ],
  [
    'region',
    [
      [
        'STS is not active',
        {
          sessions: {
            preview: refused(
              'RegionDisabledException',
              'STS is not activated in this region for account:222222222222.',
            ),
            deploy: refused('RegionDisabledException'),
            audit: refused('RegionDisabledException'),
          },
        },
        'failed',
        /^AWS STS says: STS is not activated in this region for account:222222222222\.$/,
      ],
      [
        'nothing could be opened',
        {
          sessions: { preview: refused('AccessDenied'), deploy: refused('AccessDenied'), audit: { kind: 'not-asked' } },
        },
        'unknown',
        /cannot be told/,
      ],
    ],
  ],
  [
    'guard',
    [
      [
        'a session somewhere else',
        {
          sessions: {
            ...healthy().sessions,
            deploy: read({
              account: '444444444444',
              arn: `arn:aws:sts::444444444444:assumed-role/drawbridge-deploy/${subject}`,
            }),
          },
        },
        'failed',
        /session of the deploy role is arn:aws:sts::444444444444/,
      ],
      [
        'two of three sessions',
        { sessions: { ...healthy().sessions, deploy: refused('AccessDenied') } },
        'ok',
        /^2 sessions/,
      ],
      [
        'no session',
        { sessions: { preview: refused('x'), deploy: refused('x'), audit: refused('x') } },
        'unknown',
        /no session/,
      ],
    ],
  ],
  [
    'version',
    [
      ...(
        [
          ['1', 'failed', /has version 1 of accounts\/account.yml, and 6 is needed/],
          [undefined, 'failed', /has version unknown/],
          ['latest', 'failed', /has version unknown/],
          ['3', 'failed', /has version 3/],
          ['6', 'ok', /version 6/],
        ] as const
      ).map(([tag, verdict, says]) => {
        const tags = tag === undefined ? {} : { [versionTag]: tag };
        const roles = { ...healthy().roles, audit: read({ ...liveRole('audit'), tags }) };
        return [`tag ${tag}`, { roles }, verdict, says] as [string, Partial<DoctorFacts>, 'ok' | 'failed', RegExp];
      }),
      [
        'the audit role cannot be read',
        { roles: { ...healthy().roles, audit: refused('AccessDenied') } },
        'unknown',
        /could not be read/,
      ],
    ],
  ],
])('the check %s', (name, cases) => {
  it.each(cases)('with %s', (_, change, verdict, says) => {
    const found = checkOf(healthy(change), name);
    expect(found).toMatchObject({ verdict, says: expect.stringMatching(says) });
    expect(found?.next === undefined).toBe(verdict === 'ok');
  });
});

it('needs the version that accounts/account.yml has and tells', () => {
  const tags = account.Resources['AuditRole']?.Properties?.['Tags'];
  expect(tags).toEqual([{ Key: versionTag, Value: String(accountVersion) }]);
  expect(account.Outputs?.['Version']).toMatchObject({ Value: String(accountVersion) });
});

describe('the sessions of a diagnosis', () => {
  const may = (role: 'preview' | 'deploy' | 'audit', action: string) => {
    const session = parsed('session', JSON.parse(doctorVisit(role, subject).policy), 'identity');
    const resource = '*';
    const request = { requester: sessionOf('arn:aws:iam::222222222222:role/r'), action, resource };
    return evaluate({ ...request, resourceAccount: '222222222222', context: {} }, { identity: anything, session }).kind;
  };

  it.each([
    ['preview', 'cloudformation:CreateChangeSet', 'denied'],
    ['deploy', 'cloudformation:ExecuteChangeSet', 'denied'],
    ['deploy', 'cloudformation:DescribeStacks', 'denied'],
    ['audit', 'iam:GetRole', 'allowed'],
    ['audit', 'lambda:InvokeFunction', 'denied'],
  ] as const)('as %s: %s is %s', (role, action, decided) => {
    expect(may(role, action)).toBe(decided);
  });

  it('last fifteen minutes, in the name of who asked, within what the trust policies admit', () => {
    expect(doctorVisit('preview', subject)).toMatchObject({ role: 'preview', subject, durationSeconds: 900 });
    expect(doctorSubject('alice')).toBe('prm-doctor-alice');
  });
});

it('is asked for by the name of a target and nothing else', () => {
  const asked = { look: 'diagnosis', target: 'orders', actor: 'alice', at: monday };
  expect(DoctorRequest.parse(asked)).toEqual(asked);
  expect(DiagnosisWish.safeParse({ target: 'orders' }).success).toBe(true);
  expect(DiagnosisWish.safeParse(asked).success).toBe(false);
});
