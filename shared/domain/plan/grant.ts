/** One thing that one policy lets one party do, small enough to be compared. */
import { matchesWildcard } from '../iam/wildcard.ts';

export interface Grant {
  /** `Parent/LogicalId` of the resource that carries the policy, and its type. */
  readonly carrier: string;
  readonly type: string;
  /** Grants are compared only inside one scope: those of identities, or those of one bucket, queue, function, role, group. */
  readonly scope: string;
  /** `Limit`: a permissions boundary. */
  readonly effect: 'Allow' | 'Deny' | 'Limit';
  /** With its preposition: `to service lambda.amazonaws.com`, `for ${Role}`, `from 10.0.0.0/8`; empty for the carrier itself. */
  readonly who: string;
  /** A pattern of an action, or words for what is not one. */
  readonly action: string;
  /** A pattern of a resource; empty where the scope says it. */
  readonly resource: string;
  /** Empty without one. */
  readonly condition: string;
}

export const everyone = 'to everyone';

/** Who is named by an account's number, an ARN, a service or `*`. */
export function toPrincipal(principal: string): string {
  if (principal === '*') return everyone;
  if (/^\d{12}$/.test(principal)) return `to account ${principal}`;
  return /\.amazonaws\.com(\.cn)?$/.test(principal) ? `to service ${principal}` : `to ${principal}`;
}

/** One text for each grant that is the same wherever it is carried. */
export function grantKey({ scope, effect, who, action, resource, condition }: Grant): string {
  return JSON.stringify([scope, effect, who, action.toLowerCase(), resource, condition]);
}

/** Whether `wide` already says all that `narrow` says. False where it cannot be told. */
export function covers(wide: Grant, narrow: Grant): boolean {
  return (
    wide.scope === narrow.scope &&
    wide.effect === narrow.effect &&
    (wide.who === narrow.who || (wide.who === everyone && isAccountPrincipal(narrow.who))) &&
    (wide.condition === '' || wide.condition === narrow.condition) &&
    coversPattern(wide.action.toLowerCase(), narrow.action.toLowerCase()) &&
    coversPattern(wide.resource, narrow.resource)
  );
}

const isAccountPrincipal = (who: string): boolean => /^to (?!service |provider |all but )/.test(who);

/**
 * Whether everything that `narrow` matches is matched by `wide`. A `*` of `narrow`, read as a letter, can only be matched by a `*` of
 * `wide`, and that matches whatever it stands for. A `?` of `wide` could match the letter, so then nothing is said.
 */
function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  // `all but …` is no pattern and covers only itself.
  if (/^all but /.test(wide) || /^all but /.test(narrow)) return wide === '*';
  return !(wide.includes('?') && narrow.includes('*')) && matchesWildcard(wide, narrow);
}
