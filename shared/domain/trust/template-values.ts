/**
 * The intrinsic functions that IAM documents in templates are written with, as far as they can be worked out without deploying: Ref, Sub,
 * Join, Select, Split, GetAtt and If. What cannot is marked, and a rule that depends on it says so.
 */
import { parameterMembers, parameterType } from '../template/parameter-types.ts';
import { isObject, type Json, type JsonObject, memberOf, type Template } from '../template/template.ts';
import { resourceArn, resourceName } from './template-resources.ts';
import { unresolved } from './unreadable.ts';

/** Values of parameters and pseudo parameters, those of them that a person gave, and which way each condition goes. */
export interface Assumed {
  readonly values: Readonly<Record<string, string>>;
  readonly given: ReadonlySet<string>;
  readonly conditions: Readonly<Record<string, boolean>>;
}

const absent = Symbol('AWS::NoValue');
type Resolved = Json | typeof absent;

/** `value` with its functions worked out; undefined where it comes to nothing (AWS::NoValue). */
export function resolveValue(template: Template, assumed: Assumed, value: Json): Json | undefined {
  const resolved = resolve({ template, assumed }, value);
  return resolved === absent ? undefined : resolved;
}

interface Scope {
  readonly template: Template;
  readonly assumed: Assumed;
}

function resolve(scope: Scope, value: Json): Resolved {
  if (Array.isArray(value)) return listOf(scope, value);
  if (!isObject(value)) return value;
  const [[name, argument] = ['', null], ...others] = Object.entries(value);
  if (others.length === 0 && (name === 'Ref' || name.startsWith('Fn::'))) {
    const apply = memberOf(functions, name);
    return apply === undefined ? unresolved(name) : apply(scope, argument);
  }
  const members = Object.entries(value).map(([key, member]): [string, Resolved] => [key, resolve(scope, member)]);
  return Object.fromEntries(members.filter((entry): entry is [string, Json] => entry[1] !== absent));
}

function listOf(scope: Scope, items: readonly Json[]): Json[] {
  return items.map((item) => resolve(scope, item)).filter((item): item is Json => item !== absent);
}

type Apply = (scope: Scope, argument: Json) => Resolved;

const functions: Readonly<Record<string, Apply>> = {
  Ref: (scope, name) => reference(scope, String(name)),
  'Fn::GetAtt': ({ template, assumed }, argument) => {
    const [id = '', attribute] = Array.isArray(argument) ? argument.map(String) : String(argument).split('.');
    const arn = attribute === 'Arn' ? resourceArn(template, id, assumed.values) : undefined;
    return arn ?? unresolved([id, attribute].join('.'));
  },
  'Fn::Sub': substituted,
  'Fn::If': (scope, argument) => {
    const [name, yes = null, no = null] = Array.isArray(argument) ? argument : [];
    return resolve(scope, scope.assumed.conditions[String(name)] ? yes : no);
  },
  'Fn::Join': (scope, argument) => {
    const [delimiter, list] = pair(scope, argument);
    return Array.isArray(list) ? list.map(String).join(String(delimiter)) : unresolved('Fn::Join');
  },
  'Fn::Split': (scope, argument) => {
    const [delimiter, text] = pair(scope, argument);
    return typeof text === 'string' ? text.split(String(delimiter)) : unresolved('Fn::Split');
  },
  'Fn::Select': (scope, argument) => {
    const [index, list] = pair(scope, argument);
    const item = Array.isArray(list) ? list[Number(index)] : undefined;
    return item ?? unresolved('Fn::Select');
  },
};

function pair(scope: Scope, argument: Json): Json[] {
  return Array.isArray(argument) ? listOf(scope, argument) : [];
}

function reference({ template, assumed }: Scope, name: string): Resolved {
  if (name === 'AWS::NoValue') return absent;
  const value = memberOf(assumed.values, name);
  if (value !== undefined) {
    const type = parameterType(memberOf(template.Parameters, name)?.Type ?? 'String');
    return type?.list ? parameterMembers(type, value) : value;
  }
  return resourceName(template, name, assumed.values) ?? unresolved(name);
}

/** `${!Literal}` is written `${Literal}` after substitution: so policy variables come into a document. */
function substituted(scope: Scope, argument: Json): Resolved {
  const [text, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isObject(variables) ? variables : ({} satisfies JsonObject);
  return String(text).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const variable = memberOf(own, name);
    if (variable !== undefined) return textOf(resolve(scope, variable), name);
    const [id = '', ...attribute] = name.split('.');
    const function_ = attribute.length > 0 ? { 'Fn::GetAtt': [id, attribute.join('.')] } : { Ref: name };
    return textOf(resolve(scope, function_), name);
  });
}

const textOf = (value: Resolved, name: string): string =>
  typeof value === 'object' || typeof value === 'symbol' ? unresolved(name) : String(value);

/** Names a value refers to: parameters, pseudo parameters and resources by Ref or within Sub, conditions by If. */
export function referencesIn(value: Json | undefined): {
  readonly names: Set<string>;
  readonly conditions: Set<string>;
} {
  const found = { names: new Set<string>(), conditions: new Set<string>() };
  collect(value, found);
  return found;
}

function collect(value: Json | undefined, found: { names: Set<string>; conditions: Set<string> }): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === 'Ref') found.names.add(String(member));
    if (key === 'Fn::If' && Array.isArray(member)) found.conditions.add(String(member[0]));
    if (key === 'Fn::Sub') {
      const [text] = [member].flat();
      for (const [, name] of String(text).matchAll(/\$\{([^!}.]+)/g)) found.names.add(String(name));
    }
    collect(member, found);
  }
}
