/** What a role may do beyond its trust: hand roles to services, leave its boundary, last long. */
import { reachesInSomeAccount } from '../iam/arn-reach.ts';
import { parsePolicy } from '../iam/parse-policy.ts';
import type { Statement } from '../iam/policy.ts';
import { type Finding, finding } from './finding.ts';
import { type PermissionPolicy, type RoleFacts, roleKind } from './role-facts.ts';
import { covers, demands, labelOf } from './trust-view.ts';
import { unreadable } from './unreadable.ts';

/** In any partition and account. */
const boundaryArn = /^arn:[a-z-]+:iam::\d{12}:policy\/drawbridge\/drawbridge-boundary$/;

/** Whether this is the boundary that accounts/account.yml makes. */
export const isBoundary = (arn: string): boolean => boundaryArn.test(arn);

/** No session of Drawbridge lasts longer: a role assumed by a role's session ends within the hour (IAM User Guide, role chaining). */
const longestSession = 3600;

/** Findings on boundary, session duration, managed policies and iam:PassRole. */
export function permissionFindings(role: RoleFacts): Finding[] {
  return [
    ...boundaryFindings(role),
    ...durationFindings(role),
    ...managedPolicyFindings(role),
    ...role.permissions.flatMap(passRoleFindings),
  ];
}

function boundaryFindings({ name = '', account, isDeclared = false, boundary }: RoleFacts): Finding[] {
  if (boundary.kind === 'not-due') return [];
  const arn = boundary.kind === 'policy' ? boundary.arn : undefined;
  const isOwn = arn !== undefined && (account === undefined || isDeclared || arn.split(':')[4] === account);
  if (isOwn && isBoundary(arn)) return [];
  return [finding('TRUST_BOUNDARY', { role: name, boundary: arn }, boundary.pointer)];
}

function durationFindings({ name, maxSessionDuration: seconds, pointer }: RoleFacts): Finding[] {
  const isLong = roleKind(name) === 'target' && seconds > longestSession;
  return isLong ? [finding('TRUST_SESSION_DURATION', { seconds }, pointer)] : [];
}

/** The execution role's policies are the choice of the account's owner. */
function managedPolicyFindings({ name = '', attached = [] }: RoleFacts): Finding[] {
  if (roleKind(name) !== 'target') return [];
  return attached.map(({ arn, pointer }) => finding('TRUST_MANAGED_POLICY', { role: name, policy: arn }, pointer));
}

function passRoleFindings({ name, document, pointer }: PermissionPolicy): Finding[] {
  const parsed = parsePolicy(document, 'identity');
  if (parsed.kind === 'unsupported') return unreadable(parsed.problems, pointer);
  return parsed.policy.statements
    .filter((statement) => statement.effect === 'Allow' && covers(statement, 'iam:PassRole'))
    .flatMap((statement) => {
      const open = openness(statement);
      return open === undefined
        ? []
        : [finding('TRUST_PASS_ROLE', { policy: name, statement: labelOf(statement), open }, pointer)];
    });
}

function openness(statement: Statement): string | undefined {
  if (reachesAnyRole(statement)) return 'on every role';
  const services = demands(statement, 'iam:PassedToService').flatMap(({ values }) => values);
  if (services.length === 0) return 'to every service';
  return services.includes('*') ? 'to every service' : undefined;
}

/** Whether a role that nobody had in mind is among the resources, in whichever account. */
function reachesAnyRole({ resource }: Statement): boolean {
  if (resource === undefined || resource.except) return true;
  return resource.patterns.some((pattern) => reachesInSomeAccount(pattern, 'iam:', 'role/nobody-had-in-mind'));
}
