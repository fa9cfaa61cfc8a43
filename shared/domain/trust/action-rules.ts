/** What is allowed to those who are let in, and which tokens and assertions are believed. */
import type { PrincipalPattern } from '../iam/policy.ts';
import { type Finding, finding } from './finding.ts';
import { covers, isPinned, labelOf, principalText, type TrustStatement, type TrustView } from './trust-view.ts';

const assuming = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];
const federating = [
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
  'sts:SetSourceIdentity',
  'sts:TagSession',
];

/** Findings on actions beyond those that assuming a role takes. */
export function actionFindings({ allows }: TrustView): Finding[] {
  return allows.flatMap((statement) => {
    const { action, principals, pointer } = statement;
    const allowed = [
      ...(principals.some(({ kind }) => kind !== 'federated') ? assuming : []),
      ...(principals.some(({ kind }) => kind === 'federated') ? federating : []),
    ].map((name) => name.toLowerCase());
    const beyond = action.except
      ? [`everything but ${action.patterns.join(', ')}`]
      : action.patterns.filter((pattern) => !allowed.includes(pattern.toLowerCase()));
    return beyond.map((name) => finding('TRUST_ACTION', { action: name, statement: labelOf(statement) }, pointer));
  });
}

/**
 * Findings on identity providers: an OpenID Connect token is pinned on audience and subject, one of GitHub also on the repository's id,
 * since names are given anew, and on the environment, which GitHub guards (IAM User Guide, "Create a role for OpenID Connect
 * federation"); a SAML assertion on its audience. ForAllValues and IfExists pin nothing.
 */
export function federationFindings({ kind, allows }: TrustView): Finding[] {
  if (kind !== 'other') return [];
  return allows.flatMap((statement) =>
    statement.principals
      .filter((principal) => principal.kind === 'federated')
      .flatMap((provider) => unpinned(statement, provider)),
  );
}

function unpinned(statement: TrustStatement, principal: PrincipalPattern): Finding[] {
  const name = principalText(principal);
  const { pointer } = statement;
  const label = labelOf(statement);
  if (name.includes(':saml-provider/')) {
    const isOpen = covers(statement, 'sts:AssumeRoleWithSAML') && !isPinned(statement, 'SAML:aud');
    return isOpen ? [finding('TRUST_SAML_AUDIENCE', { provider: name, statement: label }, pointer)] : [];
  }
  if (!covers(statement, 'sts:AssumeRoleWithWebIdentity')) return [];
  const provider = name.replace(/^.*:oidc-provider\//, '');
  const claims = claimsOf(provider).filter((claim) => !isPinned(statement, `${provider}:${claim}`));
  return claims.length > 0 ? [finding('TRUST_WEB_IDENTITY', { provider, claims, statement: label }, pointer)] : [];
}

function claimsOf(provider: string): string[] {
  const isGitHub = /^token\.actions\./.test(provider);
  return ['aud', 'sub', ...(isGitHub ? ['repository_id', 'environment'] : [])];
}
