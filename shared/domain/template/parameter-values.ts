import { awsTypes, type ParameterType, parameterMembers, parameterType } from './parameter-types.ts';
import { memberOf, type TemplateParameter } from './template.ts';

export interface ParameterError {
  readonly parameter: string;
  readonly message: string;
}

/**
 * What is wrong with the values of parameters, in CloudFormation's wording (User Guide, "Parameters": constraints apply to each member of
 * a list; on Systems Manager types they apply to the parameter's name). Values of AWS-specific types are checked by form only: whether
 * the resource exists is the account's to say. Values without a declaration are not looked at.
 */
export function parameterErrors(
  declarations: Readonly<Record<string, TemplateParameter>>,
  values: Readonly<Record<string, string>>,
): ParameterError[] {
  return Object.entries(declarations).flatMap(([parameter, declaration]) => {
    const value = memberOf(values, parameter);
    const message = value === undefined ? undefined : valueFault(parameter, declaration, value);
    return message === undefined ? [] : [{ parameter, message }];
  });
}

function valueFault(name: string, declaration: TemplateParameter, value: string): string | undefined {
  const type = parameterType(declaration.Type);
  if (!type) return `Unrecognized parameter type: ${declaration.Type}`;
  const members = parameterMembers(type, value);
  const missing = members.find((member) => !existsInForm(type, member));
  if (missing !== undefined) {
    return `Parameter validation failed: parameter value ${missing} for parameter name ${name} does not exist`;
  }
  const broken = constraints.find(({ holds }) => !members.every((member) => holds(declaration, member, type)));
  if (!broken) return undefined;
  return declaration.ConstraintDescription === undefined
    ? `Parameter '${name}' ${broken.text(declaration)}`
    : `Parameter ${name} failed to satisfy constraint: ${declaration.ConstraintDescription}`;
}

function existsInForm(type: ParameterType, member: string): boolean {
  if (type.ssm) return /^[A-Za-z0-9_.\-/:]{1,2048}$/.test(member);
  return type.resource === undefined || awsTypes.get(type.resource)?.test(member) === true;
}

interface Constraint {
  readonly holds: (declaration: TemplateParameter, member: string, type: ParameterType) => boolean;
  readonly text: (declaration: TemplateParameter) => string;
}

const constraints: readonly Constraint[] = [
  {
    holds: (_declaration, member, type) => !type.number || isNumber(member),
    text: () => 'must be a number.',
  },
  {
    holds: ({ AllowedValues: allowed }, member) => !allowed || allowed.some((value) => String(value) === member),
    text: () => 'must be one of AllowedValues',
  },
  {
    holds: ({ AllowedPattern: pattern }, member) => pattern === undefined || matches(pattern, member),
    text: ({ AllowedPattern: pattern }) => `must match pattern ${pattern}`,
  },
  {
    holds: ({ MinLength: least = 0 }, member) => member.length >= Number(least),
    text: ({ MinLength: least }) => `must contain at least ${least} characters`,
  },
  {
    holds: ({ MaxLength: most = Number.POSITIVE_INFINITY }, member) => member.length <= Number(most),
    text: ({ MaxLength: most }) => `must contain at most ${most} characters`,
  },
  {
    holds: ({ MinValue: least }, member) => least === undefined || Number(member) >= Number(least),
    text: ({ MinValue: least }) => `must be a number not less than ${least}`,
  },
  {
    holds: ({ MaxValue: most }, member) => most === undefined || Number(member) <= Number(most),
    text: ({ MaxValue: most }) => `must be a number not greater than ${most}`,
  },
];

const isNumber = (text: string): boolean => /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(text.trim());

/** The whole value has to match. A pattern that is no regular expression here (Java knows more than JavaScript) matches nothing. */
function matches(pattern: string, member: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 's').test(member);
  } catch {
    return false;
  }
}
