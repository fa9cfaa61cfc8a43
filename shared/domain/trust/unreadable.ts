import type { PolicyProblem } from '../iam/policy-shape.ts';
import { type Finding, finding } from './finding.ts';

/** Stands in a document for a value that only a deployment knows; `unresolved` makes it. An ARN in form, so that it may be a resource. */
const marker = /arn:aws:unresolved:::([\w.:]+)/;

export const unresolved = (what: string): string => `arn:aws:unresolved:::${what}`;

/** What is unresolved in a text, if anything is. */
const unresolvedIn = (text: string): string | undefined => marker.exec(text)?.[1];

/** What the policy parser does not support, as findings: a wildcard in a principal, a value nobody knows yet, or language we do not read. */
export function unreadable(problems: readonly PolicyProblem[], base: string): Finding[] {
  return problems.map(({ message, pointer }) => {
    const at = `${base}${pointer}`;
    const what = unresolvedIn(message);
    if (what !== undefined) return finding('TRUST_UNDECIDED', { what }, at);
    const [, principal] = /^(.*\*.*) is not a principal$/.exec(message) ?? [];
    if (principal !== undefined) return finding('TRUST_WILDCARD', { principal }, at);
    const isExcept = pointer.endsWith('/NotPrincipal');
    return isExcept
      ? finding('TRUST_WILDCARD', { principal: 'everyone but NotPrincipal' }, at)
      : finding('TRUST_UNREADABLE', { detail: message }, at);
  });
}
