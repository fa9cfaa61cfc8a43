/** Where functions of AWS::LanguageExtensions may stand, and how loops are written. Texts as recorded from AWS where they are known. */
import { isObject, type JsonObject } from '#shared/domain/template/template.ts';
import type { Json } from '../../../kernel.ts';
import { invalid } from '../scope.ts';

export const loopPrefix = 'Fn::ForEach::';

/** What the transform says; `expandTemplate` puts its name before it. */
export const transformFault = invalid;

export interface Loop {
  readonly identifier: string;
  readonly collection: Json;
  readonly fragment: JsonObject;
}

/** `Fn::ForEach::Name: [identifier, collection, { key: value }]` (Template Reference, "Fn::ForEach"). */
export function loopOf(name: string, declaration: Json): Loop {
  const [identifier, collection, fragment, ...rest] = Array.isArray(declaration) ? declaration : [];
  const laidOut = typeof identifier === 'string' && identifier !== '' && collection !== undefined && rest.length === 0;
  if (!laidOut || !isObject(fragment) || name === loopPrefix) throw transformFault('Fn::ForEach layout is incorrect');
  for (const key of Object.keys(fragment)) {
    if (key.startsWith(loopPrefix) || key.includes(`\${${identifier}}`) || key.includes(`&{${identifier}}`)) continue;
    throw transformFault(`Key ${key} in ${name} must contain \${${identifier}} or &{${identifier}}`);
  }
  return { identifier, collection, fragment };
}

/** The name of a loop is unique in the template, and no logical id. */
export function refuseRepeatedLoops(template: JsonObject, sections: readonly string[]): void {
  const names = sections.flatMap((section) => loopNames(template[section] ?? {}));
  const resources = isObject(template['Resources']) ? template['Resources'] : {};
  const wrong = names.find((name, index) => names.indexOf(name) !== index || Object.hasOwn(resources, name));
  if (wrong !== undefined) throw transformFault(`The loop name ${wrong} is not unique in the template`);
}

/** The first loop or function of the transform in a value. */
export function extensionIn(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const own = Array.isArray(value)
    ? undefined
    : Object.keys(value).find((key) => key.startsWith(loopPrefix) || ['Fn::Length', 'Fn::ToJsonString'].includes(key));
  if (own !== undefined) return own;
  for (const member of Object.values(value)) {
    const found = extensionIn(member);
    if (found !== undefined) return found;
  }
  return undefined;
}

function loopNames(value: Json): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value).filter((key) => key.startsWith(loopPrefix));
  return [...own.map((key) => key.slice(loopPrefix.length)), ...Object.values(value).flatMap(loopNames)];
}
