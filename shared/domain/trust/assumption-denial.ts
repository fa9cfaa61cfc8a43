/**
 * AccessDenied of AssumeRole: AWS names the caller and the action, and sometimes the kind of policy (IAM User Guide, "Troubleshoot access
 * denied error messages"). Which statement or condition it was, AWS never tells.
 */
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';

/** Which side refused, by the kind of policy AWS names. */
const sides = {
  'identity-based policy': 'ASSUME_ROLE_CALLER',
  'permissions boundary': 'ASSUME_ROLE_CALLER',
  'session policy': 'ASSUME_ROLE_CALLER',
  'role trust policy': 'ASSUME_ROLE_TRUST',
  'resource-based policy': 'ASSUME_ROLE_TRUST',
  'service control policy': 'ASSUME_ROLE_ORGANIZATION',
  'resource control policy': 'ASSUME_ROLE_ORGANIZATION',
  'VPC endpoint policy': 'ASSUME_ROLE_ENDPOINT',
} as const;
type PolicyKind = keyof typeof sides;

/** The kind of policy a denial names, and whether it denies or only does not allow; undefined where AWS does not say. */
export function namedPolicy(message: string): { readonly kind: PolicyKind; readonly why: string } | undefined {
  const [, explicit, implicit] =
    /with an explicit deny in (?:an? |the )((?:[\w-]+ )+?(?:policy|boundary))|because no ((?:[\w-]+ )+?(?:policy|boundary)) allows/.exec(
      message,
    ) ?? [];
  const kind = Object.keys(sides).find((known): known is PolicyKind => known === (explicit ?? implicit));
  if (kind === undefined) return undefined;
  const article = kind.startsWith('identity') ? 'an' : 'a';
  return { kind, why: explicit === undefined ? `no ${kind} allows it` : `${article} ${kind} denies it explicitly` };
}

/** The problem behind a denial to assume `role`. */
export function assumptionDenial(message: string, role: string, place: Place): Problem {
  const { caller = 'The orchestrator role', action = 'sts:AssumeRole' } = asked.exec(message)?.groups ?? {};
  const named = namedPolicy(message);
  if (named !== undefined) return problem(sides[named.kind], { role, caller, action, why: named.why }, place);
  if (action === 'sts:SetSourceIdentity') return problem('SOURCE_IDENTITY_DENIED', { role, caller }, place);
  if (action === 'sts:TagSession') return problem('SESSION_TAGS_DENIED', { role, caller }, place);
  return problem('ASSUME_ROLE_DENIED', { role, caller }, place);
}

const asked = /^User: (?<caller>\S+) is not authorized to perform: (?<action>sts:\w+)/;
