/** What a trust in an identity provider has to say beside the provider. */
import { federationKeys } from '../iam/federation.ts';
import { isObject, type Json } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import { computedText, ownAccount, type Scope } from './computed-text.ts';

/**
 * What is missing: every key of `federationKeys` is compared with values that the template writes out (IAM User Guide, "Configuring a role
 * for OIDC": else every application, or every repository, of that provider is trusted). A pool of Amazon Cognito is one of this template,
 * so that the gate sees whom it lets in.
 */
export function federationGaps(provider: string, conditions: readonly Located[], scope: Scope): string[] {
  const account = /^arn:[a-z-]+:iam::(\d{12}):/.exec(provider)?.[1];
  if (account !== undefined && account !== ownAccount(scope.context))
    return [`The role trusts the identity provider ${provider} of another account.`];
  return federationKeys(provider)
    .filter((keys) => !isPinned(keys, conditions, scope))
    .map(([key]) => `The role trusts ${provider} without a condition that pins ${key}${hint(key as string)}.`);
}

const poolKey = 'cognito-identity.amazonaws.com:aud';
const signInKey = 'cognito-identity.amazonaws.com:amr';

function hint(key: string): string {
  if (key === poolKey) return ' to an identity pool of this template';
  return key === signInKey ? ' to authenticated' : '';
}

/** In every alternative and by every value. */
function isPinned(keys: readonly string[], conditions: readonly Located[], scope: Scope): boolean {
  return (
    conditions.length > 0 &&
    conditions.every((condition) =>
      operators.some((operator) => {
        const comparisons = memberAlternatives(condition, operator);
        return comparisons.length > 0 && comparisons.every((one) => pins(keys, { operator, comparison: one }, scope));
      }),
    )
  );
}

const operators = ['StringEquals', 'StringLike', 'ForAnyValue:StringEquals', 'ForAnyValue:StringLike'];

interface Compared {
  readonly operator: string;
  readonly comparison: Located;
}

function pins(keys: readonly string[], { operator, comparison }: Compared, scope: Scope): boolean {
  const wanted = keys.map((key) => key.toLowerCase());
  const key = Object.keys(isObject(comparison.value) ? comparison.value : {}).find((name) =>
    wanted.includes(name.toLowerCase()),
  );
  const values = key === undefined ? [] : memberAlternatives(comparison, key).flatMap(listAlternatives);
  return (
    values.length > 0 && values.every(({ value }) => isWrittenOut(value, operator, scope) && fits(keys, value, scope))
  );
}

/** A policy variable is whatever the request brings: compared with the key itself it says nothing. */
function isWrittenOut(value: Json, operator: string, scope: Scope): boolean {
  const { text, decided } = computedText(value, scope);
  return decided && !text.includes('${') && (operator.endsWith('StringEquals') || !/[*?]/.test(text));
}

function fits([key]: readonly string[], value: Json, { resources }: Scope): boolean {
  if (key === signInKey) return value === 'authenticated';
  if (key !== poolKey) return true;
  const pool = isObject(value) && typeof value['Ref'] === 'string' ? resources.get(value['Ref']) : undefined;
  return pool?.type === 'AWS::Cognito::IdentityPool';
}
