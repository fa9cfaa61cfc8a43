/** Just enough of CloudFormation's intrinsic functions to read the shipped templates with given parameters. */
import type { Json, Template } from '#shared/domain/template/template.ts';

/** Pseudo parameters and parameter values; a list for a list type. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

type Shape = Record<string, Json>;

const absent = Symbol('AWS::NoValue');
type Resolved = Json | typeof absent;

/** Properties of a resource with parameters, conditions and pseudo parameters put in; attributes of resources read `<Id.Attribute>`. */
export function resolveProperties(template: Template, logicalId: string, values: Values): Shape {
  const resource = template.Resources[logicalId];
  if (!resource) throw new Error(`no resource ${logicalId}`);
  return resolver(template, values)((resource.Properties ?? {}) as Json) as Shape;
}

/** Whether a condition of the template holds; no condition always does. */
export function holds(template: Template, name: string | undefined, values: Values): boolean {
  if (name === undefined) return true;
  return resolver(template, values)({ Condition: name } as Json) === true;
}

function resolver(template: Template, values: Values): (value: Json) => Resolved {
  const resolve = (value: Json): Resolved => {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== absent) as Json[];
    if (typeof value !== 'object' || value === null) return value;
    const [name, argument] = Object.entries(value)[0] ?? [];
    const apply = name === undefined || Object.keys(value).length > 1 ? undefined : functions[name];
    if (apply && argument !== undefined) return apply(argument);
    const entries = Object.entries(value).map(([key, item]) => [key, resolve(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== absent)) as Shape;
  };
  const reference = (id: string): Resolved =>
    id === 'AWS::NoValue' ? absent : ((values[id] as Json | undefined) ?? `<${id}>`);
  const list = (value: Json) => resolve(value) as string[];
  const functions: Record<string, (argument: Json) => Resolved> = {
    Ref: (id) => reference(id as string),
    Condition: (id) => resolve((template.Conditions?.[id as string] ?? null) as Json),
    'Fn::GetAtt': (path) => `<${(path as string[]).join('.')}>`,
    'Fn::Sub': (argument) => {
      const [text, own = {}] = [argument].flat() as [string, Shape?];
      const value = (id: string) => (own[id] === undefined ? reference(id) : resolve(own[id]));
      return text.replace(/\$\{([^!}]+)\}/g, (_, id: string) => String(value(id)));
    },
    'Fn::Join': (argument) => list((argument as Json[])[1] ?? []).join((argument as string[])[0]),
    'Fn::Split': (argument) => String(resolve((argument as Json[])[1] ?? '')).split((argument as string[])[0] ?? ''),
    'Fn::Select': (argument) => list((argument as Json[])[1] ?? [])[Number((argument as Json[])[0])] ?? absent,
    'Fn::Equals': (argument) => new Set(list(argument)).size === 1,
    'Fn::Not': (argument) => list(argument)[0] !== (true as unknown),
    'Fn::And': (argument) => (resolve(argument) as Json[]).every((item) => item === true),
    'Fn::If': (argument) => {
      const [name, yes, no] = argument as [string, Json, Json];
      return resolve(resolve({ Condition: name } as Json) === true ? yes : no);
    },
  };
  return resolve;
}
