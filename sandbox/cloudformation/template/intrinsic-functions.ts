/** Evaluating a value of a template: intrinsic functions are answered, everything else is copied. */
import { isObject, memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import { knownAfterApply } from './evaluation.ts';
import { findInMap, fnIf, importValue } from './lookup-functions.ts';
import { cidr, getAZs } from './network-functions.ts';
import { getAtt, ref } from './references.ts';
import { invalid, isUnknown, type Resolved, type Scope } from './scope.ts';
import { base64, join, select, split, sub } from './text-functions.ts';

const functions: Readonly<Record<string, (argument: Json, scope: Scope) => Resolved>> = {
  Ref: ref,
  'Fn::Base64': base64,
  'Fn::Cidr': cidr,
  'Fn::FindInMap': findInMap,
  'Fn::GetAtt': getAtt,
  'Fn::GetAZs': getAZs,
  'Fn::If': fnIf,
  'Fn::ImportValue': importValue,
  'Fn::Join': join,
  'Fn::Select': select,
  'Fn::Split': split,
  'Fn::Sub': sub,
  'Fn::ToJsonString': toJsonString,
};

/** A value as JSON text (Template Reference, "Fn::ToJsonString"). */
function toJsonString(argument: Json, scope: Scope): Resolved {
  if (!scope.context.extensions) throw invalid(unsupported('Fn::ToJsonString'));
  const value = resolveValue(argument, scope);
  if (typeof value !== 'object') throw invalid('Template error: Fn::ToJsonString takes an object or a list.');
  return isUnknown(value) ? knownAfterApply : JSON.stringify(value);
}

/**
 * The value with every intrinsic function answered; undefined for AWS::NoValue, whose member is dropped from the object or list around
 * it (User Guide, "Pseudo parameters reference"). Dynamic references (`{{resolve:…}}`) stay text: CloudFormation resolves them while
 * it works on the resource, and never shows them.
 */
export function resolveValue(value: Json, scope: Scope): Resolved {
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  const call = functionCall(value);
  if (call) return call.apply(call.argument, scope);
  const members = Object.entries(value).map(([name, member]): [string, Resolved] => [
    name,
    resolveValue(member, scope),
  ]);
  return Object.fromEntries(members.filter((member): member is [string, Json] => member[1] !== undefined));
}

/** The intrinsic function an object stands for, if it is one. */
export function functionCall(value: { [name: string]: Json }) {
  const names = Object.keys(value);
  const name =
    names.find((key) => key.startsWith('Fn::')) ?? (names.length === 1 && names[0] === 'Ref' ? 'Ref' : undefined);
  if (name === undefined) return undefined;
  const apply = memberOf(functions, name);
  if (!apply) throw invalid(unsupported(name));
  if (names.length > 1) throw invalid(`Template error: ${name} must be the only member of its object.`);
  return { apply, argument: value[name] ?? null };
}

function unsupported(name: string): string {
  if (name === 'Fn::Transform') return 'Template error: Fn::Transform is not supported: the sandbox runs no macros.';
  if (name === 'Fn::Length' || name === 'Fn::ToJsonString' || name.startsWith('Fn::ForEach')) {
    return `Template error: ${name} needs the transform AWS::LanguageExtensions, which the template does not declare.`;
  }
  return `Template error: ${name} is not a function that can be used here.`;
}
