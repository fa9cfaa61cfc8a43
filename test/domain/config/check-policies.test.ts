import { describe, expect, it } from 'vitest';
import { lines, pipelineText, policyText, problemsOf } from './config-text.ts';

const named = (name: string, rest: string) =>
  `apiVersion: drawbridge/v1\nkind: Policy\nmetadata: { name: ${name} }\n${rest}\n`;
const gates = (...all: string[]) => named('guard', `changeGates:\n${all.map((gate) => `  - ${gate}`).join('\n')}`);
const weekend = (day: string) =>
  `{ name: w, kind: deny, timeZone: Europe/Zurich, weekly: { days: [${day}], from: '00:00', to: '24:00' } }`;
const people = named('people', 'groups: { security: [bob, carol] }');

describe('policies', () => {
  it.each<[string, string[]]>([
    ['whole', [policyText]],
    ['with groups of their own', [named('a', 'groups: { security: [bob, carol] }\napproval: { groups: [security] }')]],
    ['with groups of another', [people, named('a', 'approval: { groups: [security] }')]],
    ['with groups that only the ledger can know', [named('a', 'approval: { groups: [security] }')]],
    [
      'with gates',
      [
        gates(
          '{ name: a, when: { stateful: true }, action: deny }',
          '{ name: b, when: { types: ["*"] }, action: allow }',
        ),
      ],
    ],
    [
      'about an environment of a pipeline that is kept elsewhere',
      [pipelineText, named('a', 'selector: { environments: [acceptance] }')],
    ],
    [
      'with patterns of types',
      [
        gates(
          '{ name: a, when: { types: ["AWS::DynamoDB::*", "AWS::RDS::DBProxy", "Custom::*"], stateful: false }, action: deny }',
        ),
      ],
    ],
    [
      'that exempts targets by their labels',
      [named('a', 'selector: { matchLabels: { env: pre } }\nproduction: false')],
    ],
    ['with a role in a group', [named('a', 'groups: { robots: ["arn:aws:iam::111111111111:role/ci", bob] }')]],
  ])('are valid %s', (_name, texts) => {
    expect(problemsOf(...texts)).toEqual([]);
  });

  it.each<[string, string[], string[]]>([
    [
      'gate about everything',
      [gates('{ name: a, when: {}, action: deny }')],
      ['FIELD_INVALID a.yml:5:22 (/changeGates/0/when)'],
    ],
    [
      'gate about types that hold data and hold none',
      [gates('{ name: a, when: { types: ["AWS::S3::Bucket"], stateful: false }, action: deny }')],
      ['FIELD_INVALID a.yml:5:22 (/changeGates/0/when)'],
    ],
    [
      'the other way round',
      [gates('{ name: a, when: { types: ["AWS::IAM::Role"], stateful: true }, action: deny }')],
      ['FIELD_INVALID a.yml:5:22 (/changeGates/0/when)'],
    ],
    [
      'type in other capitals',
      [gates('{ name: a, when: { types: ["AWS::DynamoDb::Table", "AWS::Rds::*"] }, action: deny }')],
      [
        'REFERENCE_UNKNOWN a.yml:5:32 (/changeGates/0/when/types/0)',
        'REFERENCE_UNKNOWN a.yml:5:56 (/changeGates/0/when/types/1)',
      ],
    ],
    [
      'exemption by a name that others choose',
      [named('a', 'selector: { environments: [pre-production] }\nproduction: false')],
      ['FIELD_INVALID a.yml:5:13 (/production)'],
    ],
    [
      'gate name twice',
      [
        gates(
          '{ name: a, when: { stateful: true }, action: deny }',
          '{ name: a, when: { types: ["*"] }, action: deny }',
        ),
      ],
      ['DUPLICATE_NAME a.yml:6:13 (/changeGates/1/name)'],
    ],
    [
      'window name twice',
      [named('a', `windows:\n  - ${weekend('sat')}\n  - ${weekend('sun')}`)],
      ['DUPLICATE_NAME a.yml:6:13 (/windows/1/name)'],
    ],
    [
      'gate with `then`',
      [gates('{ name: a, when: { stateful: true }, then: deny }')],
      ['FIELD_MISSING a.yml:5:5 (/changeGates/0/action)', 'FIELD_UNKNOWN a.yml:5:42 (/changeGates/0/then)'],
    ],
    [
      'gate that does something else',
      [gates('{ name: a, when: { stateful: true }, action: { requireApprovers: [security] } }')],
      ['FIELD_INVALID a.yml:5:50 (/changeGates/0/action)'],
    ],
    [
      'misspelt effect',
      [gates('{ name: a, when: { effects: [remove] }, action: deny }')],
      ['FIELD_INVALID a.yml:5:34 (/changeGates/0/when/effects/0)'],
    ],
    [
      'pattern in the middle of a type',
      [gates('{ name: a, when: { types: ["AWS::*::Table"] }, action: deny }')],
      ['FIELD_INVALID a.yml:5:32 (/changeGates/0/when/types/0)'],
    ],
    [
      'group without members',
      [named('a', 'groups: { security: [] }')],
      ['FIELD_INVALID a.yml:4:21 (/groups/security)'],
    ],
    [
      'group with a member twice',
      [named('a', 'groups: { security: [bob, bob] }')],
      ['DUPLICATE_NAME a.yml:4:27 (/groups/security/1)'],
    ],
    [
      'member that is a role with its path',
      [named('a', 'groups: { robots: ["arn:aws:iam::111111111111:role/teams/ci"] }')],
      ['FIELD_INVALID a.yml:4:20 (/groups/robots/0)'],
    ],
    [
      'member that is a session',
      [named('a', 'groups: { robots: ["arn:aws:sts::111111111111:assumed-role/ci/1"] }')],
      ['FIELD_INVALID a.yml:4:20 (/groups/robots/0)'],
    ],
    [
      'group of two policies',
      [people, named('more', 'groups: { security: [dave, erin] }')],
      ['DUPLICATE_NAME b.yml:4:11 (/groups/security)'],
    ],
    [
      'approval by an unknown group',
      [people, named('a', 'approval: { groups: [securty] }')],
      ['REFERENCE_UNKNOWN b.yml:4:22 (/approval/groups/0)'],
    ],
    [
      'gate that asks an unknown group',
      [people, gates('{ name: a, when: { stateful: true }, action: { requireApproval: [security, legal] } }')],
      ['REFERENCE_UNKNOWN b.yml:5:80 (/changeGates/0/action/requireApproval/1)'],
    ],
    [
      'override by an unknown group',
      [people, named('a', 'overrides: { drift: [securty] }')],
      ['REFERENCE_UNKNOWN b.yml:4:22 (/overrides/drift/0)'],
    ],
    ['expiry of a month', [named('a', 'approval: { expires: 30d }')], ['FIELD_INVALID a.yml:4:22 (/approval/expires)']],
  ])('%s', (_name, texts, expected) => {
    expect(lines(problemsOf(...texts)).toSorted()).toEqual(expected.toSorted());
  });

  it('about an environment or a pipeline that is misspelt are refused', () => {
    const [found] = problemsOf(pipelineText, named('a', 'selector: { environments: [prodution] }'));
    expect([found?.code, found?.cause]).toEqual(['REFERENCE_UNKNOWN', expect.stringContaining('production')]);
    const [pipeline] = problemsOf(pipelineText, named('a', 'selector: { pipelines: [order] }'));
    expect([pipeline?.code, pipeline?.cause]).toEqual(['REFERENCE_UNKNOWN', expect.stringContaining('orders')]);
  });

  it('say what is possible', () => {
    const [role] = problemsOf(named('a', 'groups: { robots: ["arn:aws:iam::111111111111:role/teams/ci"] }'));
    expect(role?.cause).toContain('role/ci for role/teams/ci');
    const [action] = problemsOf(gates('{ name: a, when: { stateful: true }, action: block }'));
    expect(action?.cause).toBe('The field action is not valid: expected allow, deny, or { requireApproval: [group] }.');
    const [members] = problemsOf(named('a', 'groups: { security: [] }'));
    expect(members?.cause).toBe('The field security is not valid: expected at least one member: nobody could approve.');
  });
});
