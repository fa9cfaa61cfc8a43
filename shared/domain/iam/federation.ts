/** What a trust in an identity provider has to pin, lest it lets in whoever the provider has an account for. */

/**
 * The condition keys, each with the names it goes by: one of them must be compared with values that are written out. An OpenID Connect
 * token is pinned on audience and subject, one of GitHub also on the repository's id, since names are given anew, and on the environment,
 * which GitHub guards (IAM User Guide, "Create a role for OpenID Connect federation"); a SAML assertion on its audience. Amazon Cognito
 * makes up the subjects; its tokens are pinned on the pool and on having signed in (Amazon Cognito, "Role trust and permissions").
 */
export function federationKeys(provider: string): readonly (readonly string[])[] {
  if (provider.includes(':saml-provider/')) return [['SAML:aud']];
  const host = provider.replace(/^.*:oidc-provider\//, '');
  if (host === 'cognito-identity.amazonaws.com') return [[`${host}:aud`], [`${host}:amr`]];
  const more = /^token\.actions\./i.test(host) ? [[`${host}:repository_id`], [`${host}:environment`]] : [];
  return [[`${host}:aud`, `${host}:app_id`], [`${host}:sub`], ...more];
}
