/** The names a part of a template refers to. */
import { isObject, type Json, type TemplatePath } from './template.ts';

export interface Named {
  readonly via: 'Ref' | 'Fn::GetAtt' | 'Fn::Sub' | 'DependsOn';
  /** A parameter, pseudo parameter or resource, without the attribute. */
  readonly name: string;
  /** An attribute of it is asked for, so it has to be a resource. */
  readonly attribute: boolean;
  readonly path: TemplatePath;
  /** Inside Fn::If, where a condition decides whether it counts. */
  readonly conditional: boolean;
}

/**
 * Everything that Ref, Fn::GetAtt and Fn::Sub name below `value`, in both branches of every condition (User Guide, "Intrinsic function
 * reference"). Calls of another form than the documented ones name nothing.
 */
export function namedIn(value: Json, path: TemplatePath, conditional = false): Named[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => namedIn(item, [...path, index], conditional));
  if (!isObject(value)) return [];
  const own = Object.keys(value).length === 1 ? Object.entries(value).flatMap((call) => namedBy(call, path)) : [];
  const inside = Object.entries(value).flatMap(([key, member]) =>
    namedIn(member, [...path, key], conditional || key === 'Fn::If'),
  );
  return [...own.map((one) => ({ ...one, conditional })), ...inside];
}

/** What a resource has to wait for by its own words. */
export function dependsOn(value: Json | undefined, path: TemplatePath): Named[] {
  const about = { via: 'DependsOn', attribute: true, conditional: false } as const;
  if (Array.isArray(value))
    return value.map((name, index) => ({ ...about, name: String(name), path: [...path, index] }));
  return value === undefined ? [] : [{ ...about, name: String(value), path }];
}

function namedBy([key, argument]: [string, Json], at: TemplatePath): Omit<Named, 'conditional'>[] {
  const path = [...at, key];
  switch (key) {
    case 'Ref':
      return typeof argument === 'string' ? [{ via: key, name: argument, attribute: false, path }] : [];
    case 'Fn::GetAtt': {
      const [first] = Array.isArray(argument) ? argument : [argument];
      return typeof first === 'string' ? [{ via: key, name: `${first.split('.')[0]}`, attribute: true, path }] : [];
    }
    case 'Fn::Sub':
      return substituted(argument).map((found) => {
        const [name = '', ...attribute] = found.split('.');
        return { via: key, name, attribute: attribute.length > 0, path };
      });
    default:
      return [];
  }
}

/** `${Name}` and `${Name.Attribute}`; not `${!Literal}`, nor what the call defines itself. */
function substituted(argument: Json): string[] {
  const [text, variables = {}] = Array.isArray(argument) ? argument : [argument];
  if (typeof text !== 'string' || !isObject(variables)) return [];
  const names = [...text.matchAll(/\$\{([^}!]+)\}/g)].map(([, name]) => String(name).trim());
  return names.filter((name) => !Object.hasOwn(variables, name));
}
