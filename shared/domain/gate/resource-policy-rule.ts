/** GATE_TRUST: what policies of resources hand to outsiders. */
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import { type Located, listAlternatives, memberAlternatives, mentionsNoValue } from './alternatives.ts';
import { computedJson, computedText, ownAccount, type Scope } from './computed-text.ts';
import type { DeclaredResource } from './declared-resources.ts';
import type { Objection } from './finding.ts';
import { harmlessAction } from './harmless-actions.ts';
import { asWritten } from './policy-statements.ts';
import { resourcePolicies } from './resource-policies.ts';

/** Policies that name no principal, or that narrow what others grant (VPC endpoints). */
const otherPolicies = ['AWS::EC2::VPCEndpoint', 'AWS::IoT::Policy', 'AWS::SSO::PermissionSet'];

/**
 * Statements that let another account, a provider or everybody do more than read, invoke or deliver. Whom the template does not decide
 * counts as an outsider. Denials only narrow; of conditions those count that bind everybody to the own account.
 */
export function resourcePolicyObjections(resource: DeclaredResource, scope: Scope): Objection[] {
  const { type = '', properties, path } = resource;
  const located = { value: properties, path: [...path, 'Properties'] };
  if (type === 'AWS::Lambda::Permission') return statementFaults(located, scope);
  const policy = otherPolicies.includes(type) ? undefined : memberOf(resourcePolicies, type);
  if (policy === undefined) return [];
  if (type === 'AWS::Events::EventBusPolicy' && !('Statement' in properties)) return statementFaults(located, scope);
  return memberAlternatives(located, policy[0]).flatMap((document) =>
    policy[0] === 'Statement' ? statementFaults(document, scope) : documentFaults(document, scope),
  );
}

function documentFaults({ value, path }: Located, scope: Scope): Objection[] {
  const document = isObject(value) && 'Statement' in value ? value : computedJson(value, scope);
  if (!isObject(document)) return [objection(path, `${asWritten(value)}, which the template does not decide`)];
  return memberAlternatives({ value: document, path }, 'Statement')
    .flatMap(listAlternatives)
    .flatMap((statement) => statementFaults(statement, scope));
}

function statementFaults(statement: Located, scope: Scope): Objection[] {
  const { value, path } = statement;
  if (!isObject(value)) return [objection(path, `${asWritten(value)}, which the template does not decide`)];
  if (value['Effect'] === 'Deny') return [];
  const actions = memberAlternatives(statement, 'Action')
    .flatMap(listAlternatives)
    .map((one) => computedText(one.value, scope).text);
  const open = 'NotAction' in value || actions.length === 0 ? ['all but a few actions'] : actions;
  const isBound = bindsToOwnAccount(value, scope);
  return principalsOf(value, path)
    .filter(({ who }) => isOutsider(who, scope))
    .flatMap(({ who, shown }) => {
      const isEverybody = who === '*';
      if (isEverybody && isBound) return [];
      const beyond = open.find((action) => !harmlessAction(action, isEverybody ? 'everybody' : 'account'));
      return beyond === undefined ? [] : [objection(path, `${shown}: ${beyond}`)];
    })
    .slice(0, 1);
}

interface Named {
  readonly who: Json;
  readonly shown: string;
}

/** Services are no outsiders. Whom NotPrincipal leaves is everybody. */
function principalsOf(statement: JsonObject, path: Located['path']): Named[] {
  if ('NotPrincipal' in statement) return [{ who: '*', shown: 'all but a few' }];
  const named = memberAlternatives({ value: statement, path }, 'Principal').flatMap(listAlternatives);
  return named.flatMap((one) => {
    if (!isObject(one.value) || Object.keys(one.value).some((name) => name === 'Ref' || name.startsWith('Fn::')))
      return [{ who: one.value, shown: asWritten(one.value) }];
    return Object.keys(one.value)
      .filter((kind) => kind !== 'Service')
      .flatMap((kind) => memberAlternatives(one, kind).flatMap(listAlternatives))
      .map(({ value }) => ({ who: value, shown: asWritten(value) }));
  });
}

function isOutsider(who: Json, scope: Scope): boolean {
  const { text, decided } = computedText(who, scope);
  // A permission of a function names a service like an account.
  if (decided && /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(text)) return false;
  return accountOf(text) !== ownAccount(scope.context);
}

const accountOf = (text: string): string => /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(text)?.[1] ?? text;

/** Keys that say where a request comes from (IAM User Guide, "AWS global condition context keys"; of AWS KMS and Amazon SNS their own). */
const originKeys = [
  'aws:sourceaccount',
  'aws:sourceowner',
  'aws:sourcearn',
  'aws:principalaccount',
  'aws:principalarn',
  'kms:calleraccount',
];
const bindingOperators = /^(StringEquals|StringLike|ArnEquals|ArnLike)$/;

/** One condition without alternatives whose every value is of the own account. */
function bindsToOwnAccount({ Condition: condition }: JsonObject, scope: Scope): boolean {
  if (!isObject(condition) || mentionsNoValue(condition)) return false;
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    bindingOperators.test(operator) && isObject(keys) ? Object.entries(keys) : [],
  );
  return tests.some(([key, value]) => {
    const values = listAlternatives({ value, path: [] });
    const isOwn = (one: Located) => !isOutsider(one.value, scope);
    return originKeys.includes(key.toLowerCase()) && values.length > 0 && values.every(isOwn);
  });
}

/** Resources that let outsiders in without a policy: what is shared with other accounts, and who signs in to a cluster. */
export function sharedResourceObjections({ type = '', properties, path }: DeclaredResource, scope: Scope): Objection[] {
  const located = { value: properties, path: [...path, 'Properties'] };
  if (type === 'AWS::EKS::IdentityProviderConfig')
    return [objection([...path, 'Type'], 'whom the provider vouches for: signing in to the cluster')];
  const [member, what] = memberOf(sharing, type) ?? [];
  if (member === undefined) return [];
  if (type === 'AWS::RAM::ResourceShare' && String(properties['AllowExternalPrincipals']) === 'false') return [];
  return memberAlternatives(located, member)
    .flatMap(listAlternatives)
    .filter(({ value }) => isOutsider(value, scope) && !isOfOrganization(value, scope))
    .map((one) => objection(one.path, `${asWritten(one.value)}: ${what}`));
}

/** AWS RAM User Guide, "Sharing with external principals"; Amazon EKS User Guide, "Access entries". */
const sharing: Readonly<Record<string, readonly [member: string, what: string]>> = {
  'AWS::RAM::ResourceShare': ['Principals', 'using the shared resources'],
  'AWS::EKS::AccessEntry': ['PrincipalArn', 'signing in to the cluster'],
};

/** Which organization it is the template cannot say of itself; RAM asks the management account. */
function isOfOrganization(value: Json, scope: Scope): boolean {
  return /^arn:[a-z-]+:organizations::/.test(computedText(value, scope).text);
}

function objection(path: Objection['path'], what: string): Objection {
  return {
    code: 'GATE_TRUST',
    path,
    what: `The resource lets in somebody from outside (${what}).`,
    next: 'Name principals of the same account, or allow outsiders only to read, to invoke or to deliver.',
  };
}
