import { parameterType } from './parameter-types.ts';
import { isObject, type Json, type JsonObject, type TemplateFault } from './template.ts';

/** What is wrong with one entry of `Parameters`, its path relative to the entry. */
export function parameterFault(name: string, parameter: Json): TemplateFault | undefined {
  const type = isObject(parameter) ? parameter['Type'] : undefined;
  if (!isObject(parameter) || typeof type !== 'string') {
    const every = 'Every Parameters object must contain a Type member.';
    return { message: `Template format error: [/Parameters/${name}] ${every}`, path: [] };
  }
  const unknown = Object.keys(parameter).find((member) => !Object.hasOwn(memberShapes, member));
  if (unknown !== undefined) return { message: `Invalid template parameter property '${unknown}'`, path: [unknown] };
  if (!parameterType(type)) {
    return { message: `Template format error: Unrecognized parameter type: ${type}`, path: ['Type'] };
  }
  return shapeFault(parameter);
}

const isScalar = (value: Json): boolean => typeof value !== 'object';
const isText = (value: Json): boolean => typeof value === 'string';
const isNumber = (value: Json): boolean => isScalar(value) && value !== '' && Number.isFinite(Number(value));
const isFlag = (value: Json): boolean => ['true', 'false'].includes(String(value).toLowerCase());

const memberShapes: Readonly<Record<string, { readonly is: (value: Json) => boolean; readonly expected: string }>> = {
  Type: { is: isText, expected: 'a string' },
  Default: { is: isScalar, expected: 'a string' },
  AllowedValues: { is: (value) => Array.isArray(value) && value.every(isScalar), expected: 'a list of strings' },
  AllowedPattern: { is: isText, expected: 'a string' },
  ConstraintDescription: { is: isText, expected: 'a string' },
  Description: { is: isText, expected: 'a string' },
  MinLength: { is: isNumber, expected: 'a number' },
  MaxLength: { is: isNumber, expected: 'a number' },
  MinValue: { is: isNumber, expected: 'a number' },
  MaxValue: { is: isNumber, expected: 'a number' },
  NoEcho: { is: isFlag, expected: 'true or false' },
};

function shapeFault(parameter: JsonObject): TemplateFault | undefined {
  for (const [member, { is, expected }] of Object.entries(memberShapes)) {
    const value = parameter[member];
    if (value === undefined || is(value)) continue;
    return { message: `Template format error: Every ${member} member must be ${expected}.`, path: [member] };
  }
  return undefined;
}
