/** Values held against the declarations of the template, before CloudFormation does it account by account. */
import {
  isLiteral,
  isReference,
  maxValueBytes,
  outputReference,
  parameterText,
  type StackValue,
} from '../config/parameter-value.ts';
import type { PlacedLayer, ResolvedValue } from '../config/resolve-parameters.ts';
import { problem } from '../errors/catalogue.ts';
import type { Place, Problem } from '../errors/problem.ts';
import { isNamedLikeSecret } from '../gate/secret-names.ts';
import { parameterType } from '../template/parameter-types.ts';
import { parameterErrors } from '../template/parameter-values.ts';
import { isNoEcho, type TemplateParameter } from '../template/template.ts';
import type { Check, CheckedStack } from './check-parameters.ts';

/** Values and defaults that CloudFormation would refuse; each only once, for the first target it reaches. */
export function valueProblems(checks: readonly Check[]): Problem[] {
  return oncePerPlace(
    checks.flatMap(({ target, stacks }) =>
      stacks.flatMap(({ stack, values }) =>
        Object.entries(stack.declared).flatMap(([name, declaration]) => {
          // Whoever has a secret in a file is told just that.
          const given = Object.hasOwn(values, name) ? values[name] : undefined;
          if (given !== undefined && isWrittenSecret({ parameter: name, declaration, value: given.value })) return [];
          return valueProblem({ stack, name, declaration, given, target });
        }),
      ),
    ),
  );
}

/**
 * Secrets that are written out for NoEcho parameters. They are looked for in every layer, whether or not it reaches a target: all of them
 * travel with the release.
 */
export function writtenSecrets(stacks: readonly CheckedStack[], layers: readonly PlacedLayer[]): Problem[] {
  return oncePerPlace(
    stacks.flatMap((stack) =>
      Object.entries(stack.declared).flatMap(([parameter, declaration]) => {
        const places = [
          ...(Object.hasOwn(stack.parameters, parameter)
            ? [{ value: stack.parameters[parameter], place: stack.placeOf(parameter) }]
            : []),
          ...layers.flatMap(({ layer: { values }, placeOf }) =>
            Object.hasOwn(values, parameter)
              ? [{ value: values[parameter], place: placeOf?.('values', parameter) ?? {} }]
              : [],
          ),
        ];
        return places
          .filter(({ value }) => isWrittenSecret({ parameter, declaration, value }))
          .map(({ place }) => problem('NOECHO_VALUE', { parameter }, place));
      }),
    ),
  );
}

interface Written {
  readonly parameter: string;
  readonly declaration: TemplateParameter;
  readonly value: StackValue | undefined;
}

/** Nobody can say of what is called a password that it is no secret. */
function isWrittenSecret({ parameter, declaration, value }: Written): boolean {
  if (value === undefined || !isNoEcho(declaration)) return false;
  return isLiteral(value) || ('notSecret' in value && isNamedLikeSecret(parameter));
}

interface Given {
  readonly stack: CheckedStack;
  readonly name: string;
  readonly declaration: TemplateParameter;
  readonly given: ResolvedValue | undefined;
  readonly target: string;
}

function valueProblem({ stack, name, declaration, given, target }: Given): Problem[] {
  const value = given?.value ?? declaration.Default;
  // What an output is, only its stack can say; a parameter without any value is missing.
  if (value === undefined || outputReference(value) !== undefined) return [];
  const place = placeOf(stack, name, given);
  const text = parameterText(value as Exclude<typeof value, { fromOutput: string }>, declaration.Type);
  const actual = new TextEncoder().encode(text).length;
  if (actual > maxValueBytes)
    return [problem('LIMIT', { what: `The value of ${name}`, actual, limit: maxValueBytes, unit: 'bytes' }, place)];
  const detail = listFault(name, declaration, value) ?? constraintFault({ name, declaration, value, text });
  return detail === undefined ? [] : [problem('PARAMETER_VALUE', { detail, target }, place)];
}

function placeOf(stack: CheckedStack, name: string, given: ResolvedValue | undefined): Place {
  if (given === undefined) return stack.placeOfDefault?.(name) ?? stack.placeOf();
  return given.rank === 'pipeline' ? stack.placeOf(name) : (given.place ?? {});
}

/** CloudFormation would take these: as one text with commas in it, or as more members than were written. */
function listFault(name: string, { Type: type }: TemplateParameter, value: StackValue): string | undefined {
  if (!Array.isArray(value)) return undefined;
  if (parameterType(type)?.list !== true) return `Parameter '${name}' is of type ${type} and takes no list.`;
  const broken = value.find((member) => String(member).includes(','));
  return broken === undefined
    ? undefined
    : `Parameter '${name}' has the member '${broken}', and commas separate members.`;
}

interface Checked {
  readonly name: string;
  readonly declaration: TemplateParameter;
  readonly value: StackValue;
  readonly text: string;
}

/** CloudFormation holds a dynamic reference itself against the declaration, since it is resolved later. */
function constraintFault({ name, declaration, value, text }: Checked): string | undefined {
  const [error] = parameterErrors({ [name]: declaration }, { [name]: text });
  if (error === undefined || !isReference(value)) return error?.message;
  const instead = 'ssmRef' in value ? ' A type AWS::SSM::Parameter::Value<...> is checked by its name.' : '';
  return `${error.message} (CloudFormation checks the reference, ${text}, and not what it stands for.${instead})`;
}

function oncePerPlace(problems: readonly Problem[]): Problem[] {
  const places = problems.map(({ place }) => JSON.stringify(place));
  return problems.filter((_, index) => places.indexOf(String(places[index])) === index);
}
