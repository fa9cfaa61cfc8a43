/** What `drawbridge apply` would change, without changing it. */
import { describe, expect, it } from 'vitest';
import { planApply } from '#cli/apply-plan.ts';
import { applyText, pastWindowText } from '#cli/apply-report.ts';
import type { ShownTarget } from '#cli/client/diagnoses.ts';
import { readConfig } from '#shared/domain/config/read-config.ts';
import { placeText } from '#shared/domain/errors/problem.ts';
import { Policy } from '#shared/domain/policy/policy.ts';
import type { PolicyRecord } from '#shared/domain/policy/policy-record.ts';
import { monday } from '#test/builders.ts';
import { aPolicy } from '#test/domain/policy/policy-builders.ts';
import { aWindow } from '#test/domain/window/window-builders.ts';

const head = (name: string) => `apiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: ${name} }\n`;
const policyText = (name: string, rest = '') => `${head(name)}${rest}\n---\n`;
const targetText = (name: string, rest: string) =>
  `apiVersion: drawbridge/v1\nkind: Target\nmetadata: { name: ${name}, labels: { env: prod } }\n${rest}\n---\n`;

function configOf(...texts: string[]) {
  const read = readConfig([{ path: 'policies.yml', text: texts.join('') }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.problems));
  return read.config;
}

const record = (policy: Policy, version = 1): PolicyRecord => ({
  policy,
  version,
  appliedBy: 'carol',
  appliedAt: monday,
});
const prod: ShownTarget = { name: 'prod', account: '333333333333', region: 'eu-west-1', labels: { env: 'prod' } };
const planned = (texts: string[], policies: PolicyRecord[] = [], { targets = [prod], remove = [] as string[] } = {}) =>
  planApply(configOf(...texts), { policies, targets }, remove);

/** One line for each, and the fields that differ; or the problems. */
function shown(plan: ReturnType<typeof planApply>): string[] {
  if (plan.kind === 'plan')
    return applyText(plan)
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '));
  return plan.problems.map(({ code, place }) => `${code} ${placeText(place)}`.trim());
}

const people = aPolicy('people', { groups: { security: ['bob', 'carol'] } });

describe('a plan of what to apply', () => {
  it('says what is created, changed, unchanged and left alone, field by field', () => {
    const guard = aPolicy('guard', { selector: { environments: ['production'] }, approval: { expires: '3d' } });
    const texts = [
      policyText('guard', 'selector: { environments: [production, staging] }\napproval: {}'),
      policyText('new', 'approval: { expires: 2h }'),
      policyText('same', 'recovery: { forceDelete: false }'),
      targetText('prod', 'account: "333333333333"\nregion: eu-west-1\nsessionSeconds: 1800'),
    ];
    const held = [
      record(guard, 4),
      record(aPolicy('same', { recovery: { forceDelete: false } }), 2),
      record(aPolicy('theirs')),
    ];
    const other = { ...prod, name: 'pre', account: '222222222222' };
    expect(shown(planned(texts, held, { targets: [prod, other] }))).toEqual([
      'policy guard changed version 4',
      ' + selector.environments[1] "staging"',
      ' - approval.expires "3d"',
      'policy new created',
      ' + approval {"expires":"2h"}',
      'policy same unchanged version 2',
      'policy theirs left alone version 1',
      'target prod changed',
      ' + sessionSeconds 1800',
      'target pre left alone',
    ]);
  });

  it('shows values before and after', () => {
    const texts = [policyText('guard', 'approval: { expires: 2h }')];
    expect(shown(planned(texts, [record(aPolicy('guard', { approval: { expires: '3d' } }))], { targets: [] }))).toEqual(
      ['policy guard changed version 1', ' ~ approval.expires "3d" → "2h"'],
    );
  });

  it('creates a target in an account that is known', () => {
    const texts = [targetText('frankfurt', 'account: "333333333333"\nregion: eu-central-1')];
    expect(shown(planned(texts))).toEqual([
      'target frankfurt created',
      ' + account "333333333333"',
      ' + region "eu-central-1"',
      ' + labels {"env":"prod"}',
      'target prod left alone',
    ]);
  });

  it('puts whoever defines a group before whoever needs it, also when a group moves', () => {
    const order = (texts: string[], held: PolicyRecord[] = []) => {
      const plan = planned(texts, held);
      return plan.kind === 'plan' ? plan.policies.map(({ name }) => name) : plan.problems;
    };
    const asking = policyText('asking', 'approval: { groups: [security] }');
    const defining = policyText('people', 'groups: { security: [bob, carol] }');
    expect(order([asking, defining])).toEqual(['people', 'asking']);
    const moved = [policyText('people'), policyText('staff', 'groups: { security: [bob, carol] }')];
    const asked = record(aPolicy('asking', { approval: { groups: ['security'] } }));
    expect(order(moved, [record(people), asked])).toEqual(['staff', 'people', 'asking']);
  });

  it('takes away first what stands in the way', () => {
    const texts = [policyText('staff', 'groups: { security: [eve, dave] }')];
    const plan = planned(texts, [record(people, 3)], { remove: ['people'], targets: [] });
    expect(shown(plan)).toEqual([
      'policy people removed version 3',
      'policy staff created',
      ' + groups {"security":["eve","dave"]}',
    ]);
  });

  it('takes away what is named', () => {
    const plan = planned([policyText('guard')], [record(people, 3), record(aPolicy('guard'))], {
      remove: ['people'],
      targets: [],
    });
    expect(shown(plan)).toEqual(['policy guard unchanged version 1', 'policy people removed version 3']);
  });
});

describe('nothing is planned', () => {
  it.each<[string, ReturnType<typeof planApply>, string[]]>([
    [
      'with a group that neither the files nor the ledger define',
      planned([policyText('asking', 'approval: { groups: [security] }')]),
      ['POLICY_CONFLICT policies.yml:3:19 (/metadata/name)'],
    ],
    [
      'with a group that another policy defines otherwise',
      planned([policyText('more', 'groups: { security: [eve, dave] }')], [record(people)]),
      ['POLICY_CONFLICT policies.yml:3:19 (/metadata/name)'],
    ],
    [
      'that takes away a group others need',
      planned([policyText('x')], [record(people), record(aPolicy('asking', { approval: { groups: ['security'] } }))], {
        remove: ['people'],
      }),
      ['POLICY_CONFLICT'],
    ],
    ['that takes away what is not there', planned([policyText('x')], [], { remove: ['y'] }), ['POLICY_UNKNOWN']],
    [
      'that applies and takes away at once',
      planned([policyText('x')], [record(aPolicy('x'))], { remove: ['x'] }),
      ['USAGE'],
    ],
    [
      'of which nothing could be first',
      planned([
        policyText('a', 'groups: { one: [bob, carol] }\napproval: { groups: [two] }'),
        policyText('b', 'groups: { two: [bob, carol] }\napproval: { groups: [one] }'),
      ]),
      ['POLICY_CONFLICT', 'POLICY_CONFLICT'],
    ],
    [
      'for a target in an account nobody onboarded',
      planned([targetText('new', 'account: "444444444444"\nregion: eu-west-1')]),
      ['ACCOUNT_NOT_ONBOARDED policies.yml:4:10 (/account) 444444444444/eu-west-1'],
    ],
    [
      'for a target that moves',
      planned([targetText('prod', 'account: "333333333333"\nregion: eu-west-2')]),
      ['TARGET_MOVED policies.yml:4:10 (/account)'],
    ],
  ])('%s', (_name, plan, expected) => {
    expect(plan.kind).toBe('invalid');
    expect(shown(plan)).toEqual(expected);
  });

  it('is fine with a group that only the ledger defines', () => {
    expect(planned([policyText('asking', 'approval: { groups: [security] }')], [record(people)]).kind).toBe('plan');
    expect(Policy.safeParse(people).success).toBe(true);
  });
});

describe('a window that is over', () => {
  it.each([
    ['deny', 'It denies nothing any more.'],
    ['allow', 'Where no other window allows, nothing opens any more: take it out, or give it another time.'],
  ] as const)('is warned of by what it means (%s)', (kind, meaning) => {
    const text = pastWindowText('hours', aWindow({ kind }));
    expect(text).toBe(`warning: window office of policy hours never comes any more. ${meaning}`);
  });
});
