import { conditionTruth } from './condition.ts';
import type { NamedPolicy, Patterns, Statement } from './policy.ts';
import { expandVariables } from './policy-variables.ts';
import { matchPrincipal, type PrincipalMatch, type Requester } from './principal.ts';
import type { ContextIndex } from './request-context.ts';
import { allOf, anyOf, negated, type Truth, truthOf } from './truth.ts';
import { matchesPattern, matchesWildcard } from './wildcard.ts';

/** The request as statements see it. */
export interface IndexedRequest {
  readonly requester: Requester;
  readonly action: string;
  readonly resource: string;
  readonly context: ContextIndex;
}

/** A statement that has its say on the request. */
export interface StatementMatch {
  readonly by: string;
  readonly effect: 'Allow' | 'Deny';
  /** How the statement names the requester; absent where it has no Principal, and then it grants nothing on behalf of a resource. */
  readonly names?: PrincipalMatch;
}

/**
 * The statements of `policies` that apply: an Allow when everything in it is met, a Deny unless something in it is unmet.
 */
export function applicableStatements(policies: readonly NamedPolicy[], request: IndexedRequest): StatementMatch[] {
  return policies.flatMap(({ name, policy }) =>
    policy.statements.flatMap((statement) => {
      const names = statement.principals && matchPrincipal(statement.principals, request.requester);
      if (statement.principals && !names) return [];
      const truth = statementTruth(statement, request);
      const applies = statement.effect === 'Allow' ? truth === 'met' : truth !== 'unmet';
      return applies
        ? [{ by: `${statement.label} of ${name}`, effect: statement.effect, ...(names && { names }) }]
        : [];
    }),
  );
}

function statementTruth(statement: Statement, { action, resource, context }: IndexedRequest): Truth {
  const wanted = action.toLowerCase();
  // Action names are not case-sensitive, resources are. Most statements are about other actions: the rest of them need not be read.
  const about = listed(statement.action, (pattern) => truthOf(matchesWildcard(pattern.toLowerCase(), wanted)));
  if (about === 'unmet') return about;
  return allOf([
    about,
    statement.resource ? listed(statement.resource, (pattern) => resourceTruth(pattern, resource, context)) : 'met',
    ...statement.conditions.map((condition) => conditionTruth(condition, context)),
  ]);
}

function listed({ except, patterns }: Patterns, matches: (pattern: string) => Truth): Truth {
  const truth = anyOf(patterns.map(matches));
  return except ? negated(truth) : truth;
}

function resourceTruth(written: string, resource: string, context: ContextIndex): Truth {
  const pattern = expandVariables(written, context);
  return pattern ? truthOf(matchesPattern(pattern, resource)) : 'undecidable';
}
