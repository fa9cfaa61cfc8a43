/** How far the actions and resources of a statement reach. */
import type { Statement } from '../iam/policy.ts';
import { matchesWildcard } from '../iam/wildcard.ts';

/** Whether the statement's Action covers this action. */
export function allowsAction({ action }: Statement, wanted: string): boolean {
  return action.patterns.some((pattern) => matchesWildcard(pattern.toLowerCase(), wanted.toLowerCase()));
}

/** No resource is called this, so only an open pattern covers it. */
const nobody = 'zzzzzzzz-no-such-name-zzzzzzzz';
const anywhere = `arn:aws:service:region:account:${nobody}`;
const openRoles = [nobody, 'drawbridge/drawbridge-execution', 'drawbridge-orchestrator'].map(
  (role) => `arn:aws:iam::account:role/${role}`,
);

export function reachesEverything(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => matchesWildcard(pattern, anywhere));
}

/** Any role at all, or one of Drawbridge's. */
export function reachesOpenRoles(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => openRoles.some((role) => matchesWildcard(pattern, role)));
}

/** Anything that IAM keeps. */
export function reachesIam(statement: Statement): boolean {
  return patternsOf(statement).some((pattern) => matchesWildcard(pattern.split(':')[2] ?? '*', 'iam'));
}

/** The resources with partition and account taken out: which ones they are does not matter here. NotResource leaves nearly all. */
function patternsOf({ resource }: Statement): string[] {
  if (!resource || resource.except) return ['*'];
  return resource.patterns.map((pattern) => {
    const [, rest] = /^arn:(?:\*|aws[a-z-]*):(.*)$/.exec(pattern) ?? [];
    // A pattern that is open before the service covers who knows what.
    return rest === undefined ? '*' : `arn:aws:${rest.replace(/^([^:]*:[^:]*:)\d{12}:/, '$1account:')}`;
  });
}
