import { parameterErrors } from '#shared/domain/template/parameter-values.ts';
import { memberOf, type Template } from '#shared/domain/template/template.ts';
import { knownAfterApply } from './evaluation.ts';

/** The SDK's `Parameter`, as far as it is an input. */
export interface SuppliedParameter {
  readonly ParameterKey?: string | undefined;
  readonly ParameterValue?: string | undefined;
  readonly UsePreviousValue?: boolean | undefined;
}

export type ResolvedParameters =
  | { readonly kind: 'parameters'; readonly values: Record<string, string>; readonly noEcho: string[] }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The value of every parameter of the template: supplied, previous where that is asked for, or the default. A stack's previous values are
 * never used unasked (CloudFormation API Reference, `Parameter`). `noEcho` names the parameters whose values must not be shown.
 */
export function resolveParameters(
  template: Template,
  supplied: readonly SuppliedParameter[],
  previous: Readonly<Record<string, string>>,
): ResolvedParameters {
  const declared = template.Parameters ?? {};
  const message = suppliedFault(supplied, previous) ?? unknownNames(supplied, declared);
  if (message !== undefined) return { kind: 'invalid', message };
  const given = new Map(supplied.map((parameter) => [parameter.ParameterKey, parameter]));
  const values: Record<string, string> = {};
  for (const [name, { Default: fallback }] of Object.entries(declared)) {
    const parameter = given.get(name);
    const value = parameter?.UsePreviousValue ? memberOf(previous, name) : (parameter?.ParameterValue ?? fallback);
    if (value !== undefined) values[name] = String(value);
  }
  const missing = Object.keys(declared).filter((name) => !Object.hasOwn(values, name));
  if (missing.length > 0) return { kind: 'invalid', message: `Parameters: [${missing.join(', ')}] must have values` };
  const [error] = parameterErrors(declared, known(values));
  if (error) return { kind: 'invalid', message: error.message };
  const noEcho = Object.keys(declared).filter((name) => String(declared[name]?.NoEcho).toLowerCase() === 'true');
  return { kind: 'parameters', values, noEcho };
}

/** A nested stack's parameter can come from what a change set has yet to make: then there is no value to check. */
function known(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== knownAfterApply));
}

function suppliedFault(
  supplied: readonly SuppliedParameter[],
  previous: Readonly<Record<string, string>>,
): string | undefined {
  const seen = new Set<string>();
  for (const { ParameterKey: key = '', ParameterValue: value, UsePreviousValue: usePrevious } of supplied) {
    if (seen.has(key)) return `Parameter ${key} is specified more than once`;
    seen.add(key);
    const about = `Invalid input for parameter key ${key}.`;
    if (usePrevious && value !== undefined) return `${about} Cannot specify usePreviousValue as true and a value`;
    if (!usePrevious && value === undefined) {
      return `${about} Need to specify either usePreviousValue as true or value for a parameter key`;
    }
    if (usePrevious && !Object.hasOwn(previous, key)) {
      return `${about} Cannot specify usePreviousValue as true for a parameter key not in the previous template`;
    }
    if (Buffer.byteLength(value ?? '') > 4096) {
      return `Parameter value for parameter name ${key} exceeds the limit of 4096 bytes.`;
    }
  }
  return undefined;
}

function unknownNames(supplied: readonly SuppliedParameter[], declared: object): string | undefined {
  const unknown = supplied.map(({ ParameterKey: key = '' }) => key).filter((key) => !Object.hasOwn(declared, key));
  return unknown.length > 0 ? `Parameters: [${unknown.join(', ')}] do not exist in the template` : undefined;
}
