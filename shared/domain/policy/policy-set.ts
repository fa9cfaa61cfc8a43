/** What must be true of all policies together: a group has one owner, and whoever is asked for an approval exists. */

import { locksEverybodyOut } from './permissions.ts';
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

export interface PolicySetChange {
  readonly before: readonly Policy[];
  readonly after: readonly Policy[];
}

/**
 * What a change of one policy would do wrong to the whole, one half sentence each: a group with other members than another policy gives it
 * (the same members are fine: that is how a group moves), groups asked for an approval that nobody defines,
 * and permissions without an administrator.
 */
export function policySetFaults({ before, after }: PolicySetChange, name: string): string[] {
  const own = after.find(({ metadata }) => metadata.name === name);
  const shared = Object.entries(own?.groups ?? {}).flatMap(([group, members]) =>
    definersOf(after, group)
      .filter((definer) => definer !== own && !sameMembers(members, definer.groups?.[group]))
      .map(({ metadata }) => `policy ${metadata.name} defines its group ${group} with other members`),
  );
  const dropped = (group: string) => definersOf(before, group).some(({ metadata }) => metadata.name === name);
  const unknown = after.flatMap((policy) => {
    const groups = groupsNamedIn(policy).filter((group) => definersOf(after, group).length === 0);
    if (policy === own) return groups.map((group) => `it names the group ${group}, which no policy defines`);
    return groups
      .filter(dropped)
      .map((group) => `policy ${policy.metadata.name} names the group ${group}, which no policy would define any more`);
  });
  const alone = locksEverybodyOut(after)
    ? ['permissions would be given and admin to nobody, so no policy could be changed again']
    : [];
  return [...shared, ...unknown, ...alone];
}

/** Every group a policy asks for an approval or lets override something, by name and once each. */
export function groupsNamedIn({ approval, changeGates = [], overrides = {} }: Policy): string[] {
  const gates = changeGates.flatMap(({ action }) => (typeof action === 'string' ? [] : action.requireApproval));
  return [...new Set([...(approval?.groups ?? []), ...gates, ...Object.values(overrides).flat()])].sort();
}

function definersOf(policies: readonly Policy[], group: string): Policy[] {
  return policies.filter(({ groups = {} }) => Object.hasOwn(groups, group));
}

function sameMembers(a: readonly string[], b: readonly string[] | undefined): boolean {
  return a.toSorted().join() === b?.toSorted().join();
}
