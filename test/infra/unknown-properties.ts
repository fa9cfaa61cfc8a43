/** Checks properties against AWS's own CloudFormation resource schemas. */
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import type { DefinitionReference, Property, PropertyType } from '@aws-cdk/service-spec-types';
import type { Json, Template } from '#shared/domain/template/template.ts';

const specification = loadAwsServiceSpecSync();

type Properties = Readonly<Record<string, Property>>;

/** Every resource type and property of the template that AWS does not know, and every required one that is missing. */
export function unknownProperties(template: Template): string[] {
  return Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties }]) => {
    const [known] = specification.lookup('resource', 'cloudFormationType', 'equals', Type);
    return known ? inObject(known.properties, Properties ?? {}, logicalId) : [`${logicalId}: no resource type ${Type}`];
  });
}

function inObject(known: Properties, value: Json, at: string): string[] {
  if (isIntrinsic(value)) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at} must be an object`];
  const missing = Object.entries(known).filter(([name, { required }]) => required === true && !(name in value));
  const inside = Object.entries(value).flatMap(([name, item]) => {
    const property = known[name];
    return property ? inType(property.type, item, `${at}.${name}`) : [`${at}.${name} is unknown`];
  });
  return [...missing.map(([name]) => `${at}.${name} is missing`), ...inside];
}

function inType(type: PropertyType, value: Json, at: string): string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'ref':
      return inObject(definition(type), value, at);
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, index) => inType(type.element, item, `${at}[${index}]`))
        : [`${at} must be a list`];
    case 'map':
      return Object.entries((value ?? {}) as object).flatMap(([key, item]) =>
        inType(type.element, item, `${at}.${key}`),
      );
    case 'union': {
      const attempts = type.types.map((one) => inType(one, value, at));
      return attempts.some((problems) => problems.length === 0) ? [] : (attempts[0] ?? []);
    }
    case 'string':
      return typeof value === 'object' ? [`${at} must be a string`] : [];
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : [`${at} must be a number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${at} must be true or false`];
    default:
      return [];
  }
}

function definition(reference: DefinitionReference): Properties {
  return specification.get('typeDefinition', reference.reference).properties;
}

function isIntrinsic(value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const [name, ...others] = Object.keys(value);
  return others.length === 0 && (name === 'Ref' || name?.startsWith('Fn::') === true);
}
