/** GATE_TRUST: whom an identity pool of a template lets in. */
import { isObject, type Json, memberOf } from '../template/template.ts';
import { type Located, listAlternatives, mayBeAbsent, memberAlternatives } from './alternatives.ts';
import type { Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { asWritten } from './policy-statements.ts';

/**
 * A pool hands out credentials of its roles to whoever a provider vouches for (CloudFormation User Guide, AWS::Cognito::IdentityPool).
 * So it says that nobody comes without signing in, and names user pools of this template alone: who is in those is decided here.
 */
export function identityPoolObjections({ type, path, properties }: DeclaredResource, scope: Scope): Objection[] {
  if (type !== 'AWS::Cognito::IdentityPool') return [];
  const pool = { value: properties, path: [...path, 'Properties'] };
  const computed = Object.keys(properties).filter((name) => name.startsWith('Fn::'));
  return [
    ...(isOpenToStrangers(pool) ? [objection([...path, 'Type'], strangers)] : []),
    ...[...otherProviders, ...computed].flatMap((name) => foreign(memberAlternatives(pool, name).filter(isFilled))),
    ...foreign(userPools(pool).filter((one) => !isOwnPool(one, scope))),
  ];
}

interface Fault {
  readonly what: string;
  readonly next: string;
}

const strangers: Fault = {
  what: 'AWS::Cognito::IdentityPool lets in whoever did not sign in.',
  next: 'Set AllowUnauthenticatedIdentities: false.',
};

/** The property is required, and a pool that does not say false may let in anybody. */
function isOpenToStrangers(pool: Located): boolean {
  const said = memberAlternatives(pool, 'AllowUnauthenticatedIdentities');
  return said.length === 0 || said.some(({ value }) => String(value) !== 'false');
}

const otherProviders = [
  'DeveloperProviderName',
  'OpenIdConnectProviderARNs',
  'SamlProviderARNs',
  'SupportedLoginProviders',
];

const isFilled = ({ value }: Located): boolean =>
  typeof value !== 'object' || value === null || Object.keys(value).length > 0;

function userPools(pool: Located): Located[] {
  return memberAlternatives(pool, 'CognitoIdentityProviders').flatMap(listAlternatives);
}

/** By Fn::GetAtt of ProviderName, or by the name that attribute has (Amazon Cognito, "Using tokens with user pools": the issuer). */
function isOwnPool(provider: Located, { resources }: Scope): boolean {
  const member = isObject(provider.value) ? memberOf(provider.value, 'ProviderName') : undefined;
  return (
    !mayBeAbsent(member) &&
    memberAlternatives(provider, 'ProviderName').every(
      ({ value }) => resources.get(poolOf(value))?.type === 'AWS::Cognito::UserPool',
    )
  );
}

function poolOf(name: Json): string {
  if (!isObject(name)) return '';
  const { 'Fn::GetAtt': attribute, 'Fn::Sub': text } = name;
  const [, byAttribute] = /^(\w+)\.ProviderName$/.exec([attribute].flat().join('.')) ?? [];
  const [, byName] =
    /^cognito-idp\.\$\{AWS::Region\}\.(?:amazonaws\.com|\$\{AWS::URLSuffix\})\/\$\{(\w+)\}$/.exec(String(text)) ?? [];
  return byAttribute ?? byName ?? '';
}

function foreign(providers: readonly Located[]): Objection[] {
  return providers.map(({ value, path }) =>
    objection(path, {
      what: `The identity pool lets in whom ${asWritten(value)} vouches for, which is no user pool of this template.`,
      next: 'Name user pools of this template under CognitoIdentityProviders, by Fn::GetAtt of ProviderName, and no other provider.',
    }),
  );
}

function objection(path: Objection['path'], fault: Fault): Objection {
  return { code: 'GATE_TRUST', path, ...fault };
}
