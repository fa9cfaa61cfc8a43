/** Who may approve, and whether a requirement is met. Groups are those of the policies as they are now. */
import type { ApprovalDecision, Requirement } from '../approval/records.ts';
import { isSamePerson } from '../promotion/actor.ts';
import type { Policy } from './policy.ts';

/** One question for approval: what is asked of whom, and what was decided so far on the same plan. */
export interface Asked {
  readonly requester: string;
  readonly requirement: Requirement;
  readonly decisions: readonly Pick<ApprovalDecision, 'actor' | 'decision' | 'at'>[];
  /** Every policy there is: a group belongs to the policy that defines it. */
  readonly policies: readonly Policy[];
}

export type MayApprove =
  /** The needed groups that the approval counts for; none where anybody else may approve. */
  | { readonly kind: 'allowed'; readonly groups: readonly string[] }
  | { readonly kind: 'refused'; readonly why: 'self-approval' }
  /** `groups`: whose members may. */
  | { readonly kind: 'refused'; readonly why: 'not-an-approver'; readonly groups: readonly string[] }
  | { readonly kind: 'refused'; readonly why: 'already-decided'; readonly earlier: Asked['decisions'][number] };

/** Whether the actor may decide. Actors come normalised: a role under another session is the same actor. */
export function mayApprove(actor: string, { requester, requirement, decisions, policies }: Asked): MayApprove {
  if (isSamePerson(actor, requester)) return { kind: 'refused', why: 'self-approval' };
  const earlier = decisions.find((decision) => isSamePerson(decision.actor, actor));
  if (earlier !== undefined) return { kind: 'refused', why: 'already-decided', earlier };
  const needed = [...requirement.groups];
  const groups = needed.filter((group) => membersOf(group, policies).has(actor));
  if (needed.length > 0 && groups.length === 0) return { kind: 'refused', why: 'not-an-approver', groups: needed };
  return { kind: 'allowed', groups };
}

export type Standing =
  | { readonly kind: 'approved' }
  | { readonly kind: 'rejected'; readonly by: Asked['decisions'][number] }
  /** `missing`: the groups that have not approved, or `anybody else`. */
  | { readonly kind: 'open'; readonly missing: readonly string[] };

/** How the question stands. One rejection ends it. The requester's own approval, and that of who left the group, count for nothing. */
export function approvalStanding({ requester, requirement, decisions, policies }: Asked): Standing {
  const rejection = decisions.find(({ decision }) => decision === 'reject');
  if (rejection !== undefined) return { kind: 'rejected', by: rejection };
  const approvers = decisions.map(({ actor }) => actor).filter((actor) => !isSamePerson(actor, requester));
  const missing = requirement.groups.filter((group) => {
    const members = membersOf(group, policies);
    return !approvers.some((actor) => members.has(actor));
  });
  if (missing.length > 0) return { kind: 'open', missing };
  return approvers.length > 0 ? { kind: 'approved' } : { kind: 'open', missing: ['anybody else'] };
}

/** The needed groups in which there is nobody but the requester: waiting for their approval would be in vain. */
export function unreachableGroups({ requester, requirement, policies }: Omit<Asked, 'decisions'>): string[] {
  return requirement.groups.filter((group) =>
    [...membersOf(group, policies)].every((member) => isSamePerson(member, requester)),
  );
}

/** Who is in a group, by whichever policy says so. */
export function membersOf(group: string, policies: readonly Policy[]): ReadonlySet<string> {
  return new Set(
    policies.flatMap(({ groups = {} }) => (Object.hasOwn(groups, group) ? (groups[group] as string[]) : [])),
  );
}
