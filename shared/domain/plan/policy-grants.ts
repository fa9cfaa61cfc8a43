/** What a policy document of a template grants, read for a reader: nothing is skipped, and what cannot be read says so. */
import { alternatives, listAlternatives } from '../gate/alternatives.ts';
import { isObject, type Json, type JsonObject, memberOf } from '../template/template.ts';
import { everyone, type Grant } from './grant.ts';
import { valueText } from './template-values.ts';

type Carried = Pick<Grant, 'carrier' | 'type' | 'scope'>;

/** `holder` is who has the policy, for policies that name no principal. The document's functions are computed already. */
export function documentGrants(document: Json, carried: Carried, holder = ''): Grant[] {
  return alternatives({ value: document, path: [] }).flatMap(({ value }) => {
    const read = typeof value === 'string' ? parsed(value) : value;
    if (!isObject(read) || read['Statement'] === undefined) return [unreadable(value, carried, holder)];
    return items(read['Statement']).flatMap((statement) =>
      isObject(statement) ? statementGrants(statement, carried, holder) : [unreadable(statement, carried, holder)],
    );
  });
}

/** A grant of everything that something named says, for what is not written out here. */
export function wholeGrant(carried: Carried, action: string, who = ''): Grant {
  return { ...carried, effect: 'Allow', who, action, resource: '', condition: '' };
}

/** Every text that a member, written as one value or as a list, may have. */
export function texts(value: Json | undefined): string[] {
  return value === undefined ? [] : items(value).map(valueText);
}

function unreadable(value: Json, carried: Carried, holder: string): Grant {
  return wholeGrant(carried, `what ${valueText(value)} says`, holder);
}

function items(value: Json): Json[] {
  return listAlternatives({ value, path: [] }).map((located) => located.value);
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

function statementGrants(statement: JsonObject, carried: Carried, holder: string): Grant[] {
  const effect = statement['Effect'] === 'Deny' ? 'Deny' : 'Allow';
  const condition = conditionText(statement['Condition']);
  const principals = principalsOf(statement, holder);
  const resources = patternsOf(statement, 'Resource');
  return patternsOf(statement, 'Action').flatMap((action) =>
    resources.flatMap((resource) =>
      principals.map((who) => ({ ...carried, effect, who, action, resource, condition })),
    ),
  );
}

/** `Action` and `NotAction`, `Resource` and `NotResource`; one empty text where there is neither. */
function patternsOf(statement: JsonObject, element: 'Action' | 'Resource'): string[] {
  const others = texts(memberOf(statement, `Not${element}`));
  if (others.length > 0) return [allBut(others)];
  const named = texts(memberOf(statement, element));
  return named.length > 0 ? named : [''];
}

const allBut = (names: readonly string[]): string => `all but ${names.toSorted().join(', ')}`;

function principalsOf(statement: JsonObject, holder: string): string[] {
  const others = memberOf(statement, 'NotPrincipal');
  if (others !== undefined) return [`to ${allBut(principalNames(others))}`];
  const named = memberOf(statement, 'Principal');
  return named === undefined ? [holder] : principalNames(named).map((name) => (name === '*' ? everyone : `to ${name}`));
}

function principalNames(principal: Json): string[] {
  return alternatives({ value: principal, path: [] }).flatMap(({ value }) =>
    isObject(value) && !('Fn::If' in value)
      ? Object.entries(value).flatMap(([kind, names]) => texts(names).map((name) => principalName(kind, name)))
      : [valueText(value)],
  );
}

const kinds: Readonly<Record<string, string>> = { Service: 'service ', Federated: 'provider ' };

/** An account's number and its root are the same principal (IAM User Guide, "AWS JSON policy elements: Principal"). */
function principalName(kind: string, name: string): string {
  const [, account] = /^arn:.+?:iam::(.+):root$/.exec(name) ?? [];
  if (/^\d{12}$/.test(name)) return `account ${name}`;
  return account === undefined ? `${memberOf(kinds, kind) ?? ''}${name}` : `account ${account}`;
}

/** `StringEquals aws:PrincipalOrgID o-1 and Bool aws:SecureTransport true`. */
function conditionText(condition: Json | undefined): string {
  if (condition === undefined) return '';
  return items(condition)
    .map((one) => (isObject(one) ? testsOf(one) : valueText(one)))
    .join(' or else ');
}

function testsOf(condition: JsonObject): string {
  const tests = Object.entries(condition).flatMap(([operator, keys]) =>
    isObject(keys)
      ? Object.entries(keys).map(([key, values]) => `${operator} ${key} ${texts(values).toSorted().join(' or ')}`)
      : [`${operator} ${valueText(keys)}`],
  );
  return tests.toSorted().join(' and ');
}
