/** Functions that look something up: FindInMap, ImportValue, If. */
import { memberOf } from '#shared/domain/template/template.ts';
import type { Json } from '../../kernel.ts';
import { knownAfterApply } from './evaluation.ts';
import { invalid, isUnknown, type Resolved, type Scope, scalarText } from './scope.ts';
import { resolvedList } from './text-functions.ts';

export function findInMap(argument: Json, scope: Scope): Resolved {
  const [map, top, second, ...rest] = resolvedList(argument, scope).map(scalarText);
  if (map === undefined || top === undefined || second === undefined || rest.length > 0) {
    throw invalid(
      'Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value',
    );
  }
  const mapping = memberOf(scope.template.Mappings, map);
  if (!mapping)
    throw invalid(`Template error: Mapping named '${map}' is not present in the 'Mappings' section of template.`);
  const value = memberOf(memberOf(mapping, top), second);
  if (value === undefined) throw invalid(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
  return value;
}

export function importValue(argument: Json, scope: Scope): Resolved {
  const name = scalarText(scope.resolve(argument, scope));
  if (name === undefined) {
    throw invalid(
      'Template error: the attribute in Fn::ImportValue must be a string or a function that returns a string',
    );
  }
  if (isUnknown(name)) return knownAfterApply;
  if (scope.section === 'Conditions') throw invalid('Template error: Cannot use Fn::ImportValue in Conditions.');
  const value = scope.context.imports(name);
  if (value === undefined) throw invalid(`No export named ${name} found.`);
  return value;
}

/** Only the branch taken is evaluated: the other one may refer to resources that do not exist. */
export function fnIf(argument: Json, scope: Scope): Resolved {
  const [name, then, otherwise, ...rest] = Array.isArray(argument) ? argument : [];
  if (typeof name !== 'string' || then === undefined || otherwise === undefined || rest.length > 0) {
    throw invalid('Template error: Fn::If requires a list argument with three elements');
  }
  return scope.resolve(scope.condition(name, 'Fn::If') ? then : otherwise, scope);
}
