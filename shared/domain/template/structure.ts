/** What a template must look like before anything is evaluated (CloudFormation User Guide, "Template anatomy"; quotas of 2024). */
import { parameterFault } from './parameter-declaration.ts';
import { resourceFault } from './resource-declaration.ts';
import { isObject, type Json, type JsonObject, type TemplateFault, type TemplatePath } from './template.ts';

/** The first thing wrong with the structure, or undefined. Messages are CloudFormation's where they are known. */
export function structureFault(data: Json): TemplateFault | undefined {
  if (!isObject(data)) return { message: 'Template format error: unsupported structure.', path: [] };
  for (const check of [unknownSection, nullValue, header, sectionShape, noResources, members]) {
    const fault = check(data);
    if (fault) return fault;
  }
  return undefined;
}

const sections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Hooks',
  'Resources',
  'Outputs',
];

/** `Globals` belongs to the serverless transform and means nothing without one. */
function unknownSection(template: JsonObject): TemplateFault | undefined {
  const allowed = 'Transform' in template ? [...sections, 'Globals'] : sections;
  const unknown = Object.keys(template).filter((name) => !allowed.includes(name));
  const [first] = unknown;
  if (first === undefined) return undefined;
  return { message: `Invalid template property or properties [${unknown.join(', ')}]`, path: [first] };
}

function nullValue(value: Json, path: TemplatePath = []): TemplateFault | undefined {
  if (value === null) return { message: `[/${path.join('/')}] 'null' values are not allowed in templates`, path };
  if (typeof value !== 'object') return undefined;
  const entries: [string | number, Json][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  for (const [key, member] of entries) {
    const fault = nullValue(member, [...path, key]);
    if (fault) return fault;
  }
  return undefined;
}

function header(template: JsonObject): TemplateFault | undefined {
  const { AWSTemplateFormatVersion: version = '2010-09-09', Description: description = '' } = template;
  if (version !== '2010-09-09') {
    return {
      message: 'Template format error: the only AWSTemplateFormatVersion is 2010-09-09.',
      path: ['AWSTemplateFormatVersion'],
    };
  }
  if (typeof description !== 'string') {
    return { message: 'Template format error: Every Description member must be a string.', path: ['Description'] };
  }
  if (new TextEncoder().encode(description).length > 1024) {
    return { message: "Template format error: 'Description' length is greater than 1024.", path: ['Description'] };
  }
  return undefined;
}

const objectSections = [
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Hooks',
  'Globals',
  'Resources',
  'Outputs',
];

function sectionShape(template: JsonObject): TemplateFault | undefined {
  const wrong = objectSections.find((name) => name in template && !isObject(template[name]));
  if (wrong === undefined) return undefined;
  return { message: `Template format error: [/${wrong}] '${wrong}' must be an object.`, path: [wrong] };
}

function noResources(template: JsonObject): TemplateFault | undefined {
  if (Object.keys(template['Resources'] ?? {}).length > 0) return undefined;
  return { message: 'Template format error: At least one Resources member must be defined.', path: ['Resources'] };
}

interface MemberRule {
  readonly section: string;
  readonly singular: string;
  readonly most: number;
  readonly check: (name: string, member: Json, transformed: boolean) => TemplateFault | undefined;
}

const memberRules: readonly MemberRule[] = [
  { section: 'Parameters', singular: 'Parameter', most: 200, check: parameterFault },
  { section: 'Mappings', singular: 'Mapping', most: 200, check: mappingFault },
  { section: 'Conditions', singular: 'Condition', most: Number.POSITIVE_INFINITY, check: conditionFault },
  { section: 'Resources', singular: 'Resource', most: 500, check: resourceFault },
  { section: 'Outputs', singular: 'Output', most: 200, check: outputFault },
];

function members(template: JsonObject): TemplateFault | undefined {
  for (const { section, singular, most, check } of memberRules) {
    const entries = Object.entries((template[section] ?? {}) as JsonObject);
    if (entries.length > most) {
      const counted = `Number of ${section.toLowerCase()}, ${entries.length}, is greater than maximum allowed, ${most}`;
      return { message: `Template format error: ${counted}`, path: [section] };
    }
    for (const [name, member] of entries) {
      const fault = nameFault(singular, name) ?? check(name, member, 'Transform' in template);
      if (fault) return { message: fault.message, path: [section, name, ...fault.path] };
    }
  }
  return undefined;
}

/** Names that start with `Fn::` are macros in the place of a member; they would hide resources from every later check. */
function nameFault(singular: string, name: string): TemplateFault | undefined {
  if (name.startsWith('Fn::')) {
    return { message: `Template format error: ${name} is expanded by a transform, which is not supported.`, path: [] };
  }
  if (/^[A-Za-z0-9]{1,255}$/.test(name)) return undefined;
  if (singular === 'Mapping' || singular === 'Condition') return undefined;
  return { message: `Template format error: ${singular} name ${name} is non alphanumeric.`, path: [] };
}

function mappingFault(name: string, mapping: Json): TemplateFault | undefined {
  if (!isObject(mapping)) {
    return { message: `Template format error: [/Mappings/${name}] Every Mappings member must be a map`, path: [] };
  }
  for (const [key, attributes] of Object.entries(mapping)) {
    if (!isObject(attributes)) {
      const at = `[/Mappings/${name}/${key}]`;
      return { message: `Template format error: ${at} Every Mappings attribute must be a map`, path: [key] };
    }
    for (const [attribute, value] of Object.entries(attributes)) {
      if (isPlainValue(value)) continue;
      return {
        message: 'Template format error: Every Mappings attribute must be a String or a List.',
        path: [key, attribute],
      };
    }
  }
  return undefined;
}

const isPlainValue = (value: Json): boolean =>
  Array.isArray(value) ? value.every((item) => typeof item !== 'object') : typeof value !== 'object';

function conditionFault(_name: string, condition: Json): TemplateFault | undefined {
  if (isObject(condition)) return undefined;
  const only = 'Conditions can only be boolean operations on parameters and other conditions';
  return { message: `Template format error: ${only}`, path: [] };
}

const outputMembers = ['Description', 'Value', 'Export', 'Condition'];

function outputFault(_name: string, output: Json): TemplateFault | undefined {
  if (!isObject(output) || !('Value' in output)) {
    return { message: 'Template format error: Every Outputs member must contain a Value object', path: [] };
  }
  const unknown = Object.keys(output).find((member) => !outputMembers.includes(member));
  if (unknown !== undefined) return { message: `Invalid template output property '${unknown}'`, path: [unknown] };
  const exported = output['Export'];
  if (exported !== undefined && !(isObject(exported) && Object.keys(exported).join() === 'Name')) {
    return { message: 'Template format error: Output Export must contain a Name and nothing else.', path: ['Export'] };
  }
  return undefined;
}
