/** What a trust in an identity provider has to say beside the provider. */
import { isObject } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives } from './alternatives.ts';
import { computedText, ownAccount, type Scope } from './computed-text.ts';

/**
 * What is missing: the audience, and for OpenID Connect the subject (IAM User Guide, "Configuring a role for OIDC": without them every
 * application, or every repository, of that provider is trusted). Amazon Cognito issues the pool's id as the audience, which is enough.
 */
export function federationGaps(provider: string, conditions: readonly Located[], scope: Scope): string[] {
  const account = /^arn:[a-z-]+:iam::(\d{12}):/.exec(provider)?.[1];
  if (account !== undefined && account !== ownAccount(scope.context))
    return [`The role trusts the identity provider ${provider} of another account.`];
  const [, kind = 'oidc', host = provider] = /^arn:.*:(oidc|saml)-provider\/(.+)$/.exec(provider) ?? [];
  const needed: Need[] =
    kind === 'saml'
      ? [{ keys: ['SAML:aud'], test: isExact }]
      : [
          { keys: [`${host}:aud`, `${host}:app_id`], test: isExact },
          ...(host === 'cognito-identity.amazonaws.com' ? [] : [{ keys: [`${host}:sub`], test: isNarrow }]),
        ];
  return needed
    .filter((need) => !isMet(need, conditions, scope))
    .map(({ keys }) => `The role trusts ${provider} without a condition that pins ${keys[0]}.`);
}

interface Need {
  readonly keys: readonly string[];
  readonly test: (operator: string, value: string) => boolean;
}

/** In every alternative and by every value. */
function isMet(need: Need, conditions: readonly Located[], scope: Scope): boolean {
  return (
    conditions.length > 0 &&
    conditions.every((condition) =>
      operators.some((operator) => {
        const comparisons = memberAlternatives(condition, operator);
        return (
          comparisons.length > 0 && comparisons.every((one) => isPinned(need, { operator, comparison: one }, scope))
        );
      }),
    )
  );
}

function isPinned(
  { keys, test }: Need,
  { operator, comparison }: { operator: string; comparison: Located },
  scope: Scope,
): boolean {
  const wanted = keys.map((key) => key.toLowerCase());
  const key = Object.keys(isObject(comparison.value) ? comparison.value : {}).find((name) =>
    wanted.includes(name.toLowerCase()),
  );
  const values = key === undefined ? [] : memberAlternatives(comparison, key).flatMap(listAlternatives);
  const texts = values.map(({ value }) => computedText(value, scope));
  return texts.length > 0 && texts.every(({ text, decided }) => decided && test(operator, text));
}

const operators = ['StringEquals', 'StringLike', 'ForAnyValue:StringEquals', 'ForAnyValue:StringLike'];

const isExact = (operator: string, value: string): boolean => operator.endsWith('StringEquals') || !/[*?]/.test(value);

/** `repo:owner/…` or `system:serviceaccount:…` has to be said before the first wildcard. */
function isNarrow(operator: string, value: string): boolean {
  return isExact(operator, value) || /^[^*?:]+:[^*?:/]+[:/]/.test(value);
}
