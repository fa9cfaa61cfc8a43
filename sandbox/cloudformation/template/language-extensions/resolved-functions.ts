/** The functions of the transform, and ordinary ones in places where only the transform allows them. */
import { isObject, type JsonObject, memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../../kernel.ts';
import { transformFault } from './extension-rules.ts';
import type { Resolver } from './resolver.ts';

/** A member of Resources, Conditions or Outputs with its functions answered. */
export function resolvedMember(member: Json, resolve: Resolver): Json {
  if (!isObject(member)) return member;
  const answered = resolvedObject(member, resolve);
  if (!isObject(answered)) return answered;
  const members = Object.entries(answered).map(([name, value]): [string, Json | undefined] => [
    name,
    namingMembers.includes(name) && typeof value === 'object' ? namedBy(name, value, resolve) : value,
  ]);
  return Object.fromEntries(members.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}

/** Members that are names: DeletionPolicy and UpdateReplacePolicy are documented, the others follow from loops. */
const namingMembers: readonly string[] = ['DeletionPolicy', 'UpdateReplacePolicy', 'Condition', 'DependsOn'];

/** The name or names a function answers; undefined for AWS::NoValue. */
function namedBy(member: string, value: Json, resolve: Resolver): Json | undefined {
  const decided = resolve(value);
  const names = decided?.value;
  const isName = [names ?? []].flat().every((name) => typeof name === 'string');
  if (decided === undefined || !isName) throw transformFault(`The value of ${member} could not be resolved`);
  return names;
}

function resolvedValue(value: Json, resolve: Resolver): Json {
  if (Array.isArray(value)) return value.map((item) => resolvedValue(item, resolve));
  return isObject(value) ? resolvedObject(value, resolve) : value;
}

function resolvedObject(value: JsonObject, resolve: Resolver): Json {
  const [entry, ...rest] = Object.entries(value);
  const answer = entry === undefined || rest.length > 0 ? undefined : memberOf(functions, entry[0]);
  if (answer !== undefined && entry !== undefined) return answer(entry[1], resolve);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolvedValue(member, resolve)]));
}

const functions: Readonly<Record<string, (argument: Json, resolve: Resolver) => Json>> = {
  'Fn::Length': length,
  'Fn::ToJsonString': toJsonString,
  'Fn::FindInMap': findInMap,
  Ref: (argument, resolve) => ({ Ref: nameOf('Ref', argument, resolve) }),
  'Fn::GetAtt': (argument, resolve) => {
    if (!Array.isArray(argument)) return { 'Fn::GetAtt': argument };
    return { 'Fn::GetAtt': argument.map((part) => nameOf('Fn::GetAtt', part, resolve)) };
  },
};

function length(argument: Json, resolve: Resolver): Json {
  const list = resolve(resolvedValue(argument, resolve))?.value;
  if (!Array.isArray(list)) throw transformFault('The Fn::Length value could not be resolved for properties');
  return list.length;
}

/** What reads resources is answered once they are there, and a NoEcho value is never written into the template. */
function toJsonString(argument: Json, resolve: Resolver): Json {
  const call = { 'Fn::ToJsonString': resolvedValue(argument, resolve) };
  const decided = resolve(call);
  return decided?.value === undefined || decided.secret ? call : decided.value;
}

/** With DefaultValue as fourth argument, for a map, key or attribute that is not there. */
function findInMap(argument: Json, resolve: Resolver): Json {
  const [fallback, ...others] = (Array.isArray(argument) ? argument : []).filter(isDefault);
  const keys = (Array.isArray(argument) ? argument : [])
    .filter((part) => !isDefault(part))
    .map((part) => resolvedValue(part, resolve));
  if (others.length > 0) throw transformFault('Fn::FindInMap takes one DefaultValue');
  const found = resolve({ 'Fn::FindInMap': keys });
  if (found?.value !== undefined) return found.value;
  if (fallback !== undefined) return resolvedValue(fallback['DefaultValue'] ?? null, resolve);
  return { 'Fn::FindInMap': keys };
}

const isDefault = (part: Json): part is JsonObject =>
  isObject(part) && Object.keys(part).length === 1 && 'DefaultValue' in part;

function nameOf(used: string, argument: Json, resolve: Resolver): Json {
  if (typeof argument === 'string') return argument;
  const name = resolve(argument)?.value;
  if (typeof name !== 'string') throw transformFault(`The name in ${used} could not be resolved`);
  return name;
}
