/** Functions over text and lists: Join, Split, Select, Sub, Base64. */
import type { Json } from '../../kernel.ts';
import { knownAfterApply } from './evaluation.ts';
import { attributeOf, ref } from './references.ts';
import { invalid, isUnknown, type Resolved, type Scope, scalarText } from './scope.ts';

export function join(argument: Json, scope: Scope): Resolved {
  const [delimiter, values, ...rest] = resolvedList(argument, scope);
  if (values === knownAfterApply) return knownAfterApply;
  const items = Array.isArray(values) ? values.map(scalarText) : [undefined];
  if (typeof delimiter !== 'string' || rest.length > 0 || items.includes(undefined)) {
    throw invalid(
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    );
  }
  return isUnknown(values) ? knownAfterApply : items.join(delimiter);
}

export function split(argument: Json, scope: Scope): Resolved {
  const [delimiter, text, ...rest] = resolvedList(argument, scope);
  if (typeof delimiter !== 'string' || delimiter === '' || typeof text !== 'string' || rest.length > 0) {
    throw invalid(
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    );
  }
  return isUnknown(text) ? knownAfterApply : text.split(delimiter);
}

export function select(argument: Json, scope: Scope): Resolved {
  const [position, values, ...rest] = resolvedList(argument, scope);
  const index = Number(scalarText(position) ?? Number.NaN);
  if (values === knownAfterApply || position === knownAfterApply) return knownAfterApply;
  if (!Number.isInteger(index) || !Array.isArray(values) || rest.length > 0) {
    throw invalid('Template error: Fn::Select requires a list argument with two elements: an integer index and a list');
  }
  const selected = values[index];
  if (selected === undefined)
    throw invalid(`Template error: Fn::Select cannot select nonexistent value at index ${index}`);
  return selected;
}

export function base64(argument: Json, scope: Scope): Resolved {
  const text = scalarText(scope.resolve(argument, scope));
  if (text === undefined) throw invalid('Template error: every Fn::Base64 object must have a String-typed value.');
  return isUnknown(text) ? knownAfterApply : Buffer.from(text, 'utf8').toString('base64');
}

/** Text with `${Name}`, `${Resource.Attribute}`, variables of its own, and `${!Literal}` that stays `${Literal}`. */
export function sub(argument: Json, scope: Scope): Resolved {
  const [text, variables] = subArguments(argument);
  const own = new Map(Object.entries(variables).map(([name, value]) => [name, scope.resolve(value, scope)]));
  let unknown = false;
  const substituted = text.replaceAll(/\$\{([^}]*)\}/g, (_match, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    const value = own.has(name) ? own.get(name) : variableOf(name, scope);
    unknown ||= isUnknown(value);
    return subText(name, value);
  });
  return unknown ? knownAfterApply : substituted;
}

/** Every name that `Fn::Sub` would look up outside its own variables. */
export function subNames(argument: Json): string[] {
  const [text, variables] = subArguments(argument);
  const names = [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
  return names.filter((name) => !(name.startsWith('!') || Object.hasOwn(variables, name)));
}

function subArguments(argument: Json): [string, { [name: string]: Json }] {
  const [text, variables = {}, ...rest] = Array.isArray(argument) ? argument : [argument];
  const mapped =
    typeof variables === 'object' && variables !== null && !Array.isArray(variables) ? variables : undefined;
  if (
    typeof text !== 'string' ||
    mapped === undefined ||
    rest.length > 0 ||
    (Array.isArray(argument) && argument.length < 2)
  ) {
    throw invalid(
      "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    );
  }
  return [text, mapped];
}

function variableOf(name: string, scope: Scope): Resolved {
  if (!/^[A-Za-z0-9_.:]+$/.test(name)) {
    throw invalid(
      'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
    );
  }
  const dot = name.indexOf('.');
  return dot < 0 ? ref(name, scope) : attributeOf(name.slice(0, dot), name.slice(dot + 1), scope);
}

function subText(name: string, value: Resolved): string {
  const text = scalarText(value);
  if (text === undefined) throw invalid(`Template error: Fn::Sub variable ${name} must resolve to a string.`);
  return text;
}

/** Resolves the list a function takes; items that are AWS::NoValue disappear, as in any list. */
export function resolvedList(argument: Json, scope: Scope): Json[] {
  const resolved = Array.isArray(argument) ? scope.resolve(argument, scope) : undefined;
  return Array.isArray(resolved) ? resolved : [];
}
