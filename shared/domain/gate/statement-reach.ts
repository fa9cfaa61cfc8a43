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
];

export function reachesEverything(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => reachesInSomeAccount(pattern, 'no-service:no-region', nobody));
}

/** Any role at all, or one of Drawbridge's. */
export function reachesOpenRoles(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) =>
    openRoles.some((role) => reachesInSomeAccount(pattern, 'iam:', `role/${role}`)),
  );
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
