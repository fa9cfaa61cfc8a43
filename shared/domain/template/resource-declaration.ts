import { isObject, type Json, type JsonObject, type TemplateFault } from './template.ts';

/** What is wrong with one entry of `Resources`, its path relative to the entry. A transform may take members of its own. */
export function resourceFault(name: string, resource: Json, transformed: boolean): TemplateFault | undefined {
  if (!isObject(resource)) {
    return {
      message: `Template format error: [/Resources/${name}] Every Resources member must be an object.`,
      path: [],
    };
  }
  const unknown = Object.keys(resource).find((member) => !Object.hasOwn(memberShapes, member));
  if (unknown !== undefined && !transformed)
    return { message: `Invalid template resource property '${unknown}'`, path: [unknown] };
  if (typeof resource['Type'] !== 'string') {
    const every = 'Every Resources object must contain a Type member.';
    return { message: `Template format error: [/Resources/${name}] ${every}`, path: ['Type'] };
  }
  return shapeFault(name, resource) ?? policyFault(name, resource);
}

const memberShapes: Readonly<Record<string, { readonly is: (value: Json) => boolean; readonly expected: string }>> = {
  Type: { is: (value) => typeof value === 'string', expected: 'a string' },
  Properties: { is: isObject, expected: 'an object' },
  Condition: { is: (value) => typeof value === 'string', expected: 'a string' },
  DependsOn: {
    is: (value) => [value].flat().every((id) => typeof id === 'string'),
    expected: 'a string or a list of strings',
  },
  // An object is an intrinsic function, which AWS::LanguageExtensions allows here.
  DeletionPolicy: { is: (value) => typeof value === 'string' || isObject(value), expected: 'a string' },
  UpdateReplacePolicy: { is: (value) => typeof value === 'string' || isObject(value), expected: 'a string' },
  Metadata: { is: isObject, expected: 'an object' },
  CreationPolicy: { is: isObject, expected: 'an object' },
  UpdatePolicy: { is: isObject, expected: 'an object' },
};

function shapeFault(name: string, resource: JsonObject): TemplateFault | undefined {
  for (const [member, { is, expected }] of Object.entries(memberShapes)) {
    const value = resource[member];
    if (value === undefined || is(value)) continue;
    return { message: `Template format error: [/Resources/${name}/${member}] must be ${expected}.`, path: [member] };
  }
  return undefined;
}

const policies: Readonly<Record<string, readonly string[]>> = {
  DeletionPolicy: ['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
};

function policyFault(name: string, resource: JsonObject): TemplateFault | undefined {
  for (const [member, allowed] of Object.entries(policies)) {
    const value = resource[member];
    if (typeof value !== 'string' || allowed.includes(value)) continue;
    return { message: `Template error: Unrecognized ${member} ${value} for resource ${name}`, path: [member] };
  }
  return undefined;
}
