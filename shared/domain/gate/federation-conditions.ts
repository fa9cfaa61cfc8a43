/** What a trust in an identity provider has to say beside the provider. */
import { federationKeys } from '../iam/federation.ts';
import { isObject, type Json } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import type { Scope } from './computed-text.ts';

const cognito = 'cognito-identity.amazonaws.com';

/**
 * What lets outsiders in. A provider vouches for people whom no template and no account decides on, and the subject that a condition pins may
 * be anybody's; so only identity pools of Amazon Cognito are trusted, those of this template, and those who signed in to them.
 */
export function federationGaps(provider: string, conditions: readonly Located[], scope: Scope): string[] {
  if (provider !== cognito)
    return [`The role trusts the identity provider ${provider}, which vouches for people from outside.`];
  return federationKeys(cognito)
    .filter((keys) => !isPinned(keys, conditions, scope))
    .map(([key]) => `The role trusts ${provider} without a condition that pins ${key} ${hint(key as string)}.`);
}

const signInKey = `${cognito}:amr`;

function hint(key: string): string {
  return key === signInKey ? 'to authenticated' : 'to an identity pool of this template';
}

/** In every alternative and by every value. */
function isPinned(keys: readonly string[], conditions: readonly Located[], scope: Scope): boolean {
  return (
    conditions.length > 0 &&
    conditions.every((condition) =>
      operators.some((operator) => {
        const comparisons = memberAlternatives(condition, operator);
        return comparisons.length > 0 && comparisons.every((comparison) => pins(keys, comparison, scope));
      }),
    )
  );
}

const operators = ['StringEquals', 'StringLike', 'ForAnyValue:StringEquals', 'ForAnyValue:StringLike'];

function pins(keys: readonly string[], comparison: Located, scope: Scope): boolean {
  const wanted = keys.map((key) => key.toLowerCase());
  const key = Object.keys(isObject(comparison.value) ? comparison.value : {}).find((name) =>
    wanted.includes(name.toLowerCase()),
  );
  const values = key === undefined ? [] : memberAlternatives(comparison, key).flatMap(listAlternatives);
  return values.length > 0 && values.every(({ value }) => fits(keys, value, scope));
}

/** Nothing but the word, or the pool: a policy variable or a wildcard would be whatever the token has. */
function fits([key]: readonly string[], value: Json, { resources }: Scope): boolean {
  if (key === signInKey) return value === 'authenticated';
  const pool = isObject(value) && typeof value['Ref'] === 'string' ? resources.get(value['Ref']) : undefined;
  return pool?.type === 'AWS::Cognito::IdentityPool';
}
