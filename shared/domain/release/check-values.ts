/** Literal values held against the declarations of the template, before CloudFormation does it account by account. */
import { isLiteral, parameterText } from '../config/parameter-value.ts';
import type { ResolvedValue } from '../config/resolve-parameters.ts';
import { problem } from '../errors/catalogue.ts';
import type { Problem } from '../errors/problem.ts';
import { parameterErrors } from '../template/parameter-values.ts';
import type { Check, CheckedStack } from './check-parameters.ts';
import { isNoEcho } from './declared-parameters.ts';

/** Values a constraint refuses, and secrets written out for NoEcho parameters; each only once, for the first target it reaches. */
export function valueProblems(checks: readonly Check[]): Problem[] {
  const found = checks.flatMap(({ target, stacks }) =>
    stacks.flatMap(({ stack, values }) =>
      Object.entries(values).flatMap(([name, resolved]) => valueProblem({ stack, name, resolved, target })),
    ),
  );
  const places = found.map(({ place }) => JSON.stringify(place));
  return found.filter((_, index) => places.indexOf(String(places[index])) === index);
}

interface Given {
  readonly stack: CheckedStack;
  readonly name: string;
  readonly resolved: ResolvedValue;
  readonly target: string;
}

function valueProblem({ stack, name, resolved, target }: Given): Problem[] {
  const { value, rank } = resolved;
  const declaration = Object.hasOwn(stack.declared, name) ? stack.declared[name] : undefined;
  if (declaration === undefined || !isLiteral(value)) return [];
  const place = rank === 'pipeline' ? stack.placeOf(name) : (resolved.place ?? {});
  if (isNoEcho(declaration)) return [problem('NOECHO_VALUE', { parameter: name }, place)];
  const errors = parameterErrors({ [name]: declaration }, { [name]: parameterText(value, declaration.Type) });
  return errors.map(({ message }) => problem('PARAMETER_VALUE', { detail: message, target }, place));
}
