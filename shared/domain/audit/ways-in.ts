/** Ways into an account that need no user: roles that somebody from outside may assume, and the providers that vouch for outsiders. */
import * as z from 'zod';
import { takesCertificates } from '../iam/certificate-services.ts';
import { parsePolicy } from '../iam/parse-policy.ts';
import type { PrincipalPattern } from '../iam/policy.ts';
import { digestOf } from '../release/canonical-json.ts';
import { principalText } from '../trust/trust-view.ts';

export const WayIn = z.strictObject({
  /** In words; the same for a way that only got other conditions. */
  what: z.string(),
  /** Of the trust policy: conditions may hold an external id, so the policy itself is not kept. */
  digest: z.string(),
});
export type WayIn = z.infer<typeof WayIn>;

/** What IAM lists (IAM API reference: ListRoles, ListOpenIDConnectProviders, ListSAMLProviders). */
export interface AccountDoors {
  readonly roles: readonly { readonly arn: string; readonly trust: string }[];
  /** ARNs of OIDC and SAML providers. */
  readonly providers: readonly string[];
}

/** Every way in, those of roles first. Roles of AWS itself are left out: nobody in the account can make or change one. */
export function waysIn({ roles, providers }: AccountDoors): WayIn[] {
  return [
    ...roles.flatMap(roleWay),
    ...providers.map((arn) => ({ what: `identity provider ${arn}`, digest: digestOf(arn) })),
  ];
}

/** One sentence for each way that was not there before, or that is open to other requests than before. */
export function newWaysIn(before: readonly WayIn[], after: readonly WayIn[]): string[] {
  return after.flatMap(({ what, digest }) => {
    const known = before.filter((way) => way.what === what);
    if (known.some((way) => way.digest === digest)) return [];
    return [known.length === 0 ? `new: ${what}` : `changed: ${what}`];
  });
}

function roleWay({ arn, trust }: AccountDoors['roles'][number]): WayIn[] {
  const [, , , , account = '', role = ''] = arn.split(':');
  if (/^role\/(aws-reserved|aws-service-role)\//.test(role)) return [];
  const outsiders = outsidersOf(trust, account);
  if (outsiders.length === 0) return [];
  return [{ what: `${role.replace('/', ' ')}, which lets in ${outsiders.join(', ')}`, digest: digestOf(trust) }];
}

function outsidersOf(trust: string, account: string): string[] {
  const parsed = parsePolicy(trust, 'trust');
  if (parsed.kind === 'unsupported') return ['somebody (its trust policy cannot be judged)'];
  const principals = parsed.policy.statements.flatMap(({ effect, principals: named = [] }) =>
    effect === 'Allow' ? named : [],
  );
  return [...new Set(principals.filter((principal) => isOutside(principal, account)).map(outsiderText))].sort();
}

function isOutside(principal: PrincipalPattern, account: string): boolean {
  switch (principal.kind) {
    case 'everyone':
    case 'federated':
      return true;
    case 'service':
      return takesCertificates(principal.name);
    // The principal was deleted, so it is nobody.
    case 'role-id':
    case 'session-id':
      return false;
    case 'account':
      return principal.name !== account;
    case 'role':
    case 'session':
      return principal.name.split(':')[4] !== account;
    case 'user':
      return principal.name.startsWith('arn:') && principal.name.split(':')[4] !== account;
  }
}

const outsiderText = (principal: PrincipalPattern): string =>
  principal.kind === 'everyone' ? 'anyone (*)' : principalText(principal);
