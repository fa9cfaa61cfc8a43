import { describe, expect, it } from 'vitest';
import type { Policy } from '#shared/domain/policy/policy.ts';
import {
  groupsNamedIn,
  policySetDocument,
  policySetFaults,
  withoutPolicy,
  withPolicy,
} from '#shared/domain/policy/policy-set.ts';
import { monday } from '#test/builders.ts';
import { aGate, aPolicy } from './policy-builders.ts';

const people = aPolicy('people', { groups: { security: ['bob', 'carol'] } });
const guard = aPolicy('guard', {
  approval: { groups: ['security'] },
  changeGates: [aGate({ stateful: true }), aGate({ types: ['*'] }, { requireApproval: ['security'] }, 'all')],
});

it('names the groups that a policy asks', () => {
  expect(groupsNamedIn(guard)).toEqual(['security']);
  expect(groupsNamedIn(people)).toEqual([]);
});

describe('a change of one policy', () => {
  const applied = (policy: Policy, ...others: Policy[]) =>
    policySetFaults({ before: others, after: withPolicy(others, policy) }, policy.metadata.name);

  it.each<[string, string[], string[]]>([
    ['that names a group another defines', applied(guard, people), []],
    [
      'that names a group it defines itself',
      applied(aPolicy('both', { ...guard, ...(people.groups && { groups: people.groups }) })),
      [],
    ],
    ['that names nobody', applied(guard), ['it names the group security, which no policy defines']],
    [
      'that defines a group otherwise',
      applied(aPolicy('more', { groups: { security: ['bob'] } }), people),
      ['policy people defines its group security with other members'],
    ],
    [
      'that takes a group over as it is',
      applied(aPolicy('more', { groups: { security: ['carol', 'bob'] } }), people),
      [],
    ],
    ['of its own group', applied(aPolicy('people', { groups: { security: ['dave'] } }), people, guard), []],
    [
      'that gives up a group others name',
      applied(aPolicy('people'), people, guard),
      ['policy guard names the group security, which no policy would define any more'],
    ],
    ['is not to blame for what others did before', applied(aPolicy('new'), guard), []],
  ])('%s', (_name, faults, expected) => {
    expect(faults).toEqual(expected);
  });

  it('that removes it leaves nobody behind who needs its groups', () => {
    const before = [people, guard];
    expect(policySetFaults({ before, after: withoutPolicy(before, 'people') }, 'people')).toEqual([
      'policy guard names the group security, which no policy would define any more',
    ]);
    expect(policySetFaults({ before, after: withoutPolicy(before, 'guard') }, 'guard')).toEqual([]);
  });
});

it('the document of all policies does not depend on who applied them, when, or in which order they were read', () => {
  const record = (policy: Policy, version: number, appliedBy: string) => ({
    policy,
    version,
    appliedBy,
    appliedAt: monday,
  });
  const document = policySetDocument([record(people, 2, 'carol'), record(guard, 1, 'carol')]);
  expect(document).toEqual({
    schemaVersion: 1,
    policies: [
      { version: 1, policy: guard },
      { version: 2, policy: people },
    ],
  });
  expect(policySetDocument([record(guard, 1, 'eve'), record(people, 2, 'eve')])).toEqual(document);
});
