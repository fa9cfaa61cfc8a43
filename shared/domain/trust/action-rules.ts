/** What is allowed to those who are let in, and which tokens and assertions are believed. */
import { federationKeys } from '../iam/federation.ts';
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

/** Findings on identity providers whose tokens and assertions are not pinned; ForAllValues and IfExists pin nothing. */
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
  const loose = federationKeys(name).filter((keys) => !keys.some((key) => isPinned(statement, key)));
  if (loose.length === 0) return [];
  if (name.includes(':saml-provider/')) {
    const assumes = covers(statement, 'sts:AssumeRoleWithSAML');
    return assumes ? [finding('TRUST_SAML_AUDIENCE', { provider: name, statement: label }, pointer)] : [];
  }
  if (!covers(statement, 'sts:AssumeRoleWithWebIdentity')) return [];
  const provider = name.replace(/^.*:oidc-provider\//, '');
  const claims = loose.map(([key = '']) => key.slice(provider.length + 1));
  return [finding('TRUST_WEB_IDENTITY', { provider, claims, statement: label }, pointer)];
}
