/** The trust linter on a role as it is in a target account. */
import type { AccountRole } from '../names.ts';
import { roleName } from '../names.ts';
import { type Finding, finding } from '../trust/finding.ts';
import { lintRole } from '../trust/lint.ts';
import type { LintedRole } from '../trust/lint-document.ts';
import { isBoundary } from '../trust/permission-rules.ts';
import type { RoleFacts } from '../trust/role-facts.ts';
import type { RoleRequest, TrustedTarget } from '../trust/role-request.ts';
import type { LiveRole, Read } from './facts.ts';

export const judgedRoles = ['preview', 'deploy', 'audit', 'execution'] as const satisfies readonly AccountRole[];

export interface Judging {
  readonly role: AccountRole;
  readonly live: Read<LiveRole>;
  readonly target: TrustedTarget;
  /** ARN of the one role that may be trusted. */
  readonly orchestrator: RoleRequest['roleArn'];
}

/**
 * Who can assume the role, why, and what is wrong with it. A role that is not there, or that IAM does not show, is a finding as well.
 * The external id on record is taken out of the document before anything is said about it.
 */
export function judgeRole(judging: Judging): LintedRole {
  const { role, live, target } = judging;
  const name = roleName(role);
  const { account, region } = target;
  const { admissions, findings } = live.kind === 'read' ? linted(judging, live.value) : unread(judging, live);
  const placed = findings.map((one) => ({ ...one, place: { ...one.place, resource: name, account, region } }));
  return { name, assumed: {}, admissions, findings: placed };
}

function linted({ role, target, orchestrator }: Judging, live: LiveRole) {
  const facts = factsOf(role, { ...live, trust: live.trust.replaceAll(`"${target.externalId}"`, '"(not shown)"') });
  const { admissions, findings } = lintRole(facts, orchestrator);
  return { admissions, findings: findings.map((one) => weighed(facts, one)) };
}

function unread({ role, target: { account } }: Judging, live: Exclude<Read<LiveRole>, { kind: 'read' }>) {
  if (live.kind === 'refused' && /^NoSuchEntity/.test(live.code))
    return { admissions: [], findings: [finding('TRUST_ROLE_MISSING', { role: roleName(role), account }, '')] };
  const detail = live.kind === 'refused' ? `IAM answered ${live.code}: ${live.message}` : 'it was not read';
  return { admissions: [], findings: [finding('TRUST_UNREADABLE', { detail }, '')] };
}

function factsOf(role: AccountRole, { arn, trust, maxSessionDuration, policies, boundary }: LiveRole): RoleFacts {
  return {
    name: roleName(role),
    account: `${arn.split(':')[4]}`,
    trust,
    pointer: '/AssumeRolePolicyDocument',
    boundary: boundaryOf(role, boundary?.name),
    maxSessionDuration,
    permissions: policies.map(({ name, document }, index) => ({ name, document, pointer: `/Policies/${index}` })),
  };
}

function boundaryOf(role: AccountRole, arn: string | undefined): RoleFacts['boundary'] {
  if (role !== 'execution') return { kind: 'not-due' };
  return arn === undefined ? { kind: 'none', pointer: '' } : { kind: 'policy', arn, pointer: '/PermissionsBoundary' };
}

/**
 * What the execution role may do is the choice of the account's owner. Inside the boundary no stack makes a role that it does not limit too,
 * so an open iam:PassRole is told there and not refused: it reaches only roles that exist without the boundary.
 */
function weighed({ boundary }: RoleFacts, found: Finding): Finding {
  const bounded = boundary.kind === 'policy' && isBoundary(boundary.arn);
  return found.code === 'TRUST_PASS_ROLE' && bounded ? { ...found, severity: 'warning' } : found;
}
