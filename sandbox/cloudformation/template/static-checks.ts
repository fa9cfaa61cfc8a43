/** What CloudFormation checks in a template before it evaluates anything: names have to exist in branches that are not taken as well. */
import { isObject, type Template, transformsOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import { isPseudoParameter, unresolved } from './references.ts';
import { resourceFacts } from './resource-facts.ts';
import { invalid } from './scope.ts';
import { subNames } from './text-functions.ts';

export function checkStatically(template: Template): void {
  refuseTransforms(template);
  refuseRules(template);
  checkTypes(template);
  checkNames(template, 'Resources', Object.values(template.Resources));
  checkNames(template, 'Outputs', Object.values(template.Outputs ?? {}));
}

function refuseTransforms(template: Template): void {
  const [first] = transformsOf(template);
  if (first === undefined) return;
  throw invalid(
    `Template error: the transform ${first} cannot be run: the sandbox runs no macros and no AWS transforms.`,
  );
}

/** Leaving assertions out would accept what AWS refuses. */
function refuseRules(template: Template): void {
  if (Object.keys(template.Rules ?? {}).length === 0) return;
  throw invalid('Template error: the Rules section is not supported by the sandbox.');
}

function checkTypes(template: Template): void {
  const types = new Set(Object.values(template.Resources).map(({ Type }) => Type));
  const unknown = [...types].filter((type) => !type.startsWith('Custom::') && !resourceFacts(type).known);
  if (unknown.length > 0) throw invalid(`Template format error: Unrecognized resource types: [${unknown.join(', ')}]`);
}

function checkNames(template: Template, section: 'Resources' | 'Outputs', members: readonly object[]): void {
  const isResource = (name: string): boolean => Object.hasOwn(template.Resources, name);
  const isKnown = (name: string): boolean =>
    isResource(name) || Object.hasOwn(template.Parameters ?? {}, name) || isPseudoParameter(name);
  const names = members.flatMap((member) => namesIn({ ...member } as Json));
  const missing = names.filter(({ via, name }) =>
    via === 'DependsOn' ? !isResource(name) : via === 'Ref' && !isKnown(name),
  );
  if (missing.length > 0) throw invalid(unresolved([...new Set(missing.map(({ name }) => name))], section));
  for (const { via, name } of names) {
    const [logicalId = ''] = name.split('.');
    if (via === 'GetAtt' && !isResource(logicalId)) {
      throw invalid(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
    }
    if (via === 'Sub' && !isResource(logicalId)) {
      throw invalid(`Template error: instance of Fn::Sub references invalid resource attribute ${name}`);
    }
  }
}

interface Name {
  readonly via: 'Ref' | 'GetAtt' | 'Sub' | 'DependsOn';
  readonly name: string;
}

function namesIn(member: Json): Name[] {
  const dependsOn = isObject(member) ? [member['DependsOn'] ?? []].flat() : [];
  const declared = dependsOn.map((name): Name => ({ via: 'DependsOn', name: String(name) }));
  return [...declared, ...namesInValue(member)];
}

function namesInValue(value: Json): Name[] {
  if (Array.isArray(value)) return value.flatMap(namesInValue);
  if (!isObject(value)) return [];
  const [entry, ...rest] = Object.entries(value);
  const inside = Object.values(value).flatMap(namesInValue);
  return entry && rest.length === 0 ? [...namesOfCall(entry[0], entry[1]), ...inside] : inside;
}

function namesOfCall(name: string, argument: Json): Name[] {
  if (name === 'Ref' && typeof argument === 'string') return [{ via: 'Ref', name: argument }];
  if (name === 'Fn::GetAtt') {
    const [target] = Array.isArray(argument) ? argument : [argument];
    return typeof target === 'string' ? [{ via: 'GetAtt', name: target }] : [];
  }
  if (name !== 'Fn::Sub') return [];
  return subNames(argument).map((found) => ({ via: found.includes('.') ? 'Sub' : 'Ref', name: found }));
}
