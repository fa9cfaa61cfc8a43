/** How far the actions and resources of a statement reach. */
import { reachesInSomeAccount } from '../iam/arn-reach.ts';
import type { Statement } from '../iam/policy.ts';
import { matchesWildcard } from '../iam/wildcard.ts';

/** Whether the statement's Action covers this action. */
export function allowsAction({ action }: Statement, wanted: string): boolean {
  return action.patterns.some((pattern) => matchesWildcard(pattern.toLowerCase(), wanted.toLowerCase()));
}

/** No resource is called this, so only an open pattern covers it. */
const nobody = 'zzzzzzzz-no-such-name-zzzzzzzz';
const openRoles = [
  nobody,
  'drawbridge-orchestrator',
  ...['execution', 'deploy', 'preview', 'audit'].map((name) => `drawbridge/drawbridge-${name}`),
  // Those that could lift a stack above its boundary (accounts/account.yml, PrivilegedRolesAreFixed).
  'aws-reserved/sso.amazonaws.com/AWSReservedSSO_name',
  'OrganizationAccountAccessRole',
  'AWSControlTowerExecution',
  'AWSCloudFormationStackSetExecutionRole',
  'stacksets-exec-name',
];

export function reachesEverything(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => reachesInSomeAccount(pattern, 'no-service:no-region', nobody));
}

/** Any role at all, one of Drawbridge's, or one that is above the boundary. */
export function reachesOpenRoles(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) =>
    openRoles.some((role) => reachesInSomeAccount(pattern, 'iam:', `role/${role}`)),
  );
}

/** Whatever a service keeps, by whatever name. */
export function reachesAllOf(statement: Statement, service: string): boolean {
  return patternsOf(statement).some((pattern) => reachesInSomeAccount(pattern, `${service}:no-region`, nobody));
}

/** Anything that IAM keeps. A pattern that is open before the service covers who knows what. */
export function reachesIam(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => {
    const [, partition = '*', service = '*'] = pattern.split(':');
    return partition.includes('*') || matchesWildcard(service, 'iam');
  });
}

/** The resources as they are written. NotResource leaves nearly all. */
function patternsOf({ resource }: Statement): readonly string[] {
  return !resource || resource.except ? ['*'] : resource.patterns;
}
