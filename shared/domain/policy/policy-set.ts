/** What must be true of all policies together: a group has one owner, and whoever is asked for an approval exists. */

import type { Policy } from './policy.ts';
import type { PolicyRecord } from './policy-record.ts';

/** The policies as one document: its digest says under which rules a rollout was judged. */
export function policySetDocument(records: readonly PolicyRecord[]) {
  const policies = records
    .map(({ policy, version }) => ({ version, policy }))
    .toSorted((a, b) => (a.policy.metadata.name < b.policy.metadata.name ? -1 : 1));
  return { schemaVersion: 1, policies };
}

/** The policies after one was applied. */
export function withPolicy(policies: readonly Policy[], applied: Policy): Policy[] {
  return [...withoutPolicy(policies, applied.metadata.name), applied];
}

/** The policies after one was removed. */
export function withoutPolicy(policies: readonly Policy[], name: string): Policy[] {
  return policies.filter(({ metadata }) => metadata.name !== name);
}

/** What is wrong with the policies as a whole, one half sentence each; for the policy at fault. Only finds what `policy` has to do with. */
export function policySetFaults(policies: readonly Policy[], name: string): string[] {
  const owners = groupOwners(policies);
  const shared = [...owners].filter(([, owning]) => owning.length > 1 && owning.includes(name));
  const unknown = policies.flatMap((policy) =>
    groupsNamedIn(policy)
      .filter((group) => !owners.has(group))
      .map((group) =>
        policy.metadata.name === name
          ? `it names the group ${group}, which no policy defines`
          : `policy ${policy.metadata.name} names the group ${group}, which no policy would define any more`,
      ),
  );
  return [
    ...shared.map(([group, owning]) => {
      const others = owning.filter((owner) => owner !== name);
      return `its group ${group} is defined by policy ${others.join(' and ')} already`;
    }),
    ...unknown,
  ];
}

/** Every group a policy asks for an approval, by name and once each. */
export function groupsNamedIn({ approval, changeGates = [] }: Policy): string[] {
  const gates = changeGates.flatMap(({ action }) => (typeof action === 'string' ? [] : action.requireApproval));
  return [...new Set([...(approval?.groups ?? []), ...gates])].sort();
}

function groupOwners(policies: readonly Policy[]): ReadonlyMap<string, string[]> {
  const owners = new Map<string, string[]>();
  for (const { metadata, groups = {} } of policies)
    for (const group of Object.keys(groups)) owners.set(group, [...(owners.get(group) ?? []), metadata.name]);
  return owners;
}
